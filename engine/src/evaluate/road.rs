//! One road from what is wanted to a policy that does it: preferences alone, a reward on the
//! policy's own answers, or a reward model in between. Each begins with the same labels, the
//! same reference and the page's defaults, and ends with the same measurement.

use crate::breath::rest;
use crate::crew::Team;
use crate::evaluate::pairs::PairDrawer;
use crate::evaluate::reward_model::{RewardModelPiece, RewardModelRun};
use crate::evaluate::win_rate::WinRateRun;
use crate::evaluate::world_session::world_session;
use crate::kernels::cpu::{CpuValues, forget_buffers};
use crate::memory::PeakMemory;
use crate::model::Model;
use crate::session::online::{RewardFunction, RewardModel};
use crate::session::{Advance, Session, StepOutcome};
use burn::tensor::Tensor;
use std::rc::Rc;
use tilt_protocol::roads::{Road, RoadOutcome};
use tilt_protocol::{
    Error, Example, JudgeSettings, ObjectiveKind, Principle, Result, Reward, RowKind, Sampling,
    TrainSettings,
};
use web_time::Instant;

/// What the second round's labels are drawn from, added to the seed.
const SECOND_ROUND: u64 = 0x5EC0_0D00;

/// One run of a road.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoadTask {
    pub road: Road,
    pub principle: Principle,
    pub seed: u64,
    /// Decisive pairs that the judge labels.
    pub labels: usize,
    /// Decisive comparisons wanted.
    pub decisive: usize,
    /// In place of the page's; the reward model keeps its own.
    pub learning_rate: Option<f64>,
    /// In place of the page's.
    pub steps: Option<usize>,
}

impl RoadTask {
    /// Labels, trains and measures, all of it shared with a team where there is one.
    ///
    /// # Errors
    /// Those of [`PairDrawer::advance`], [`Session::start`], [`Session::step`] (but for a run
    /// that diverges, which is an outcome) and [`WinRateRun::advance`].
    pub async fn run(
        &self,
        model: &Model,
        reference: &Tensor<1>,
        team: Option<&Team>,
    ) -> Result<RoadOutcome> {
        let mut settings = TrainSettings {
            seed: self.seed,
            ..TrainSettings::lab_defaults(self.road.objective())
        };
        if let Some(steps) = self.steps {
            settings.steps = steps;
            settings.warmup_steps = TrainSettings::lab_warmup_steps(steps);
        }
        settings.learning_rate = self.learning_rate.unwrap_or(settings.learning_rate);
        let mut outcome = RoadOutcome {
            seed: self.seed,
            learning_rate: settings.learning_rate,
            steps: settings.steps,
            seconds: 0.0,
            passes: 0,
            peak_bytes: None,
            reward_accuracy: None,
            report: None,
            error: None,
        };
        // What earlier work keeps for later would be used and not be counted.
        forget_buffers();
        let watched = PeakMemory::watch().filter(|_| CpuValues::of(reference).is_some());
        if let Some(team) = team {
            team.crew.watch_memory();
        }
        self.walk(model, reference, team, settings, &mut outcome)
            .await?;
        outcome.peak_bytes = watched.map(|watched| {
            let helpers = team.map_or(0, |team| team.crew.peak_memory());
            size_of::<f32>() * reference.shape()[0] + watched.bytes() + helpers
        });
        Ok(outcome)
    }

    /// What is told of it goes into `outcome`.
    async fn walk(
        &self,
        model: &Model,
        reference: &Tensor<1>,
        team: Option<&Team>,
        mut settings: TrainSettings,
        outcome: &mut RoadOutcome,
    ) -> Result<()> {
        let mut session = match self.road {
            Road::Labels(kind) => {
                let labelled = self.label(model, reference, kind.row_kind(), self.seed, team);
                given(model, reference, &labelled.await?, settings)?
            }
            Road::SecondRound(kind) => {
                let labelled = self.label(model, reference, kind.row_kind(), self.seed, team);
                let mut first = given(model, reference, &labelled.await?, settings.clone())?;
                first.set_team(team.cloned());
                if !trains(&mut first, model, outcome).await? {
                    return Ok(());
                }
                let policy = first.into_policy();
                // Other prompts and other answers than the first round's.
                let seed = self.seed.wrapping_add(SECOND_ROUND);
                let labelled = self.label(model, &policy, kind.row_kind(), seed, team);
                let examples = match labelled.await {
                    Ok(examples) => examples,
                    // A policy that answers alike leaves the judge nothing to prefer.
                    Err(error @ Error::NothingToUse { .. }) => {
                        outcome.error = Some(error.to_string());
                        return Ok(());
                    }
                    Err(error) => return Err(error),
                };
                outcome.steps += settings.steps;
                given(model, &policy, &examples, settings)?
            }
            Road::Judge(_) => {
                settings.rewards = vec![Reward::of_principle(self.principle)];
                let functions = RewardFunction::all(&settings.rewards, None)?;
                world_session(model, reference, functions, settings)?
            }
            Road::RewardModel(_) => {
                let rewards = self.reward_model(model, reference, team, outcome).await?;
                settings.rewards = vec![Reward::Model];
                let functions = RewardFunction::all(&settings.rewards, Some(&rewards))?;
                world_session(model, reference, functions, settings)?
            }
        };
        session.set_team(team.cloned());
        if !trains(&mut session, model, outcome).await? {
            return Ok(());
        }
        let measured = WinRateRun::new(self.principle, self.seed)
            .until(self.decisive)
            .with_team(team.cloned());
        let report = measured.to_end(model, session.policy(), reference).await?;
        outcome.report = Some(report);
        Ok(())
    }

    /// Decisive pairs of these weights' answers under the judge.
    async fn label(
        &self,
        model: &Model,
        weights: &Tensor<1>,
        kind: RowKind,
        seed: u64,
        team: Option<&Team>,
    ) -> Result<Vec<Example>> {
        let sampling = Sampling {
            seed,
            ..Sampling::default()
        };
        let judge = JudgeSettings::of(self.principle, 0.0);
        let drawer = PairDrawer::new(Vec::new(), Some(judge), self.labels, sampling)?;
        let mut drawer = drawer.with_team(team.cloned());
        drawer.all_examples(model, weights, kind).await
    }

    /// Trains a reward model on the labels and measures it on pairs of held-out prompts.
    async fn reward_model(
        &self,
        model: &Model,
        reference: &Tensor<1>,
        team: Option<&Team>,
        outcome: &mut RoadOutcome,
    ) -> Result<Rc<RewardModel>> {
        let labelled = self.label(model, reference, RowKind::Pairs, self.seed, team);
        let examples = labelled.await?;
        let settings = TrainSettings {
            seed: self.seed,
            ..TrainSettings::lab_defaults(ObjectiveKind::Reward)
        };
        let run = RewardModelRun::new(model, reference, &examples, settings, self.principle)?;
        let mut run = run.with_team(team.cloned());
        run.leave_out_statistics();
        loop {
            rest().await;
            let begun = Instant::now();
            match run.advance(model, reference).await? {
                RewardModelPiece::Stepped(_) => outcome.seconds += begun.elapsed().as_secs_f64(),
                RewardModelPiece::Drawn(..) => {}
                RewardModelPiece::Done(rewards, report) => {
                    outcome.passes += run.session().passes();
                    outcome.reward_accuracy = Some(report.held_out);
                    return Ok(rewards);
                }
            }
        }
    }
}

fn given(
    model: &Model,
    weights: &Tensor<1>,
    examples: &[Example],
    settings: TrainSettings,
) -> Result<Session> {
    let rows = model.rows(examples, &settings.objective, settings.max_length)?;
    Session::start(
        model,
        weights.clone(),
        weights,
        rows.all_good()?.rows,
        settings,
    )
}

/// Trains to the end, or until the run breaks off: that is an outcome, and `false`.
async fn trains(session: &mut Session, model: &Model, outcome: &mut RoadOutcome) -> Result<bool> {
    match train(session, model, outcome).await {
        Ok(()) => Ok(true),
        Err(error @ (Error::Diverged { .. } | Error::NonFinite { .. })) => {
            outcome.error = Some(error.to_string());
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

async fn train(session: &mut Session, model: &Model, outcome: &mut RoadOutcome) -> Result<()> {
    session.leave_out_statistics();
    let trained = async {
        loop {
            let begun = Instant::now();
            let piece = session.advance(model).await;
            outcome.seconds += begun.elapsed().as_secs_f64();
            if let Advance::Stepped(StepOutcome { done: true, .. }) = piece? {
                return Ok(());
            }
            rest().await;
        }
    };
    let trained = trained.await;
    outcome.passes += session.passes();
    trained
}
