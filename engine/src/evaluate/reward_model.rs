//! A reward model made of labels: trained, and measured against the judge on fresh pairs of
//! held-out prompts.

use crate::crew::Team;
use crate::evaluate::pairs::{DrawnPair, PairDrawer};
use crate::judge::Weighted;
use crate::model::Model;
use crate::sequence::Sequence;
use crate::session::online::{RewardModel, RewardScale, rewards_of};
use crate::session::{Session, StepOutcome};
use crate::text::{Preparation, TokenisedRow};
use burn::tensor::Tensor;
use std::rc::Rc;
use tilt_protocol::reward_report::{RewardPoint, RewardReport};
use tilt_protocol::statistics::Proportion;
use tilt_protocol::{
    Error, Example, JudgeSettings, Principle, Result, RowKind, Sampling, TrainSettings,
};

/// Fresh pairs that it is measured on.
const HELD_OUT_PAIRS: usize = 200;
/// Sequences that it reads at a time then.
const SEQUENCES_AT_ONCE: usize = 32;

/// A reward model on its way.
pub struct RewardModelRun {
    scorer: Model,
    session: Session,
    /// Chosen and rejected of its labels.
    labelled: Vec<Sequence>,
    principle: Principle,
    /// Of the fresh pairs.
    drawer: PairDrawer,
    pairs: Vec<DrawnPair>,
}

/// What a piece of it brought.
pub enum RewardModelPiece {
    Stepped(StepOutcome),
    /// Fresh pairs so far, of so many.
    Drawn(usize, usize),
    Done(Rc<RewardModel>, Box<RewardReport>),
}

impl RewardModelRun {
    /// Begins as the policy's reference with a fresh scalar head; `examples` are pairs, and the
    /// truth is what the judge says under `principle`.
    ///
    /// # Errors
    /// Those of [`Model::rows`] and [`Session::start`].
    pub fn new(
        model: &Model,
        reference: &Tensor<1>,
        examples: &[Example],
        settings: TrainSettings,
        principle: Principle,
    ) -> Result<RewardModelRun> {
        let rows = model.rows(examples, &settings.objective, settings.max_length)?;
        let rows = rows.all_good()?.rows;
        let labelled = sides(&rows);
        let prompts = crate::world::held_out_prompts();
        let prompts = prompts.into_iter().map(|prompt| prompt.text).collect();
        let sampling = Sampling {
            // Other answers than those of the labels.
            seed: settings.seed.wrapping_add(1 << 32),
            ..Sampling::default()
        };
        let judge = JudgeSettings::of(principle, 0.0);
        let drawer = PairDrawer::new(prompts, Some(judge), HELD_OUT_PAIRS, sampling)?;
        let scorer = model.twin_with_score_head();
        let arena = model.with_fresh_score_head(reference, settings.seed);
        let session = Session::start(&scorer, arena.clone(), &arena, rows, settings)?;
        Ok(RewardModelRun {
            scorer,
            session,
            labelled,
            principle,
            drawer,
            pairs: Vec::new(),
        })
    }

    /// Shares training and sampling with a team.
    pub fn with_team(mut self, team: Option<Team>) -> RewardModelRun {
        self.session.set_team(team.clone());
        self.drawer = self.drawer.with_team(team);
        self
    }

    /// From now on leaves out of the metrics what no loss needs.
    pub fn leave_out_statistics(&mut self) {
        self.session.leave_out_statistics();
    }

    pub fn session(&self) -> &Session {
        &self.session
    }

    /// An optimiser step, some fresh pairs, or the end. `model` and `reference` are those that
    /// it was made of.
    ///
    /// # Errors
    /// Those of [`Session::step`], [`PairDrawer::advance`] and [`rewards_of`].
    pub async fn advance(
        &mut self,
        model: &Model,
        reference: &Tensor<1>,
    ) -> Result<RewardModelPiece> {
        if !self.session.is_finished() {
            let outcome = self.session.step(&self.scorer).await?;
            return Ok(RewardModelPiece::Stepped(outcome));
        }
        if !self.drawer.is_done() {
            // Whether the last step was applied.
            self.session.last_grad_norm().await?;
            self.pairs
                .extend(self.drawer.advance(model, reference).await?);
            return Ok(RewardModelPiece::Drawn(self.pairs.len(), HELD_OUT_PAIRS));
        }
        self.finish(model).await
    }

    async fn finish(&mut self, model: &Model) -> Result<RewardModelPiece> {
        let arena = self.session.policy().clone();
        let of = |sequences| rewards_of(&self.scorer, &arena, sequences, SEQUENCES_AT_ONCE);
        let on_labels = of(&self.labelled).await?;
        let scale = RewardScale::of(&on_labels);
        let examples = self.pairs.iter();
        let examples: Vec<Example> = examples
            .flat_map(|pair| pair.examples(RowKind::Pairs))
            .collect();
        let limit = self.scorer.config.n_positions;
        let rows = model.prepare(&examples, Preparation::Reward, limit)?;
        let sequences = sides(&rows.all_good()?.rows);
        let rewards = RewardModel {
            model: model.twin_with_score_head(),
            arena: arena.clone(),
            scale,
        };
        let learnt = rewards.score(&sequences, SEQUENCES_AT_ONCE).await?;
        if learnt.len() != 2 * self.pairs.len() {
            return Err(Error::internal("a fresh pair without two rewards"));
        }
        let truth = Weighted::single(self.principle);
        let points = self.pairs.iter().zip(learnt.chunks_exact(2));
        let points: Vec<[RewardPoint; 2]> = points
            .map(|(pair, learnt)| {
                let chosen = pair.preferred.unwrap_or(0);
                let point = |side: usize, learnt: f64| RewardPoint {
                    learnt,
                    truth: truth.score(&pair.prompt, &pair.answers[side]),
                };
                [point(chosen, learnt[0]), point(1 - chosen, learnt[1])]
            })
            .collect();
        let [parameters] = arena.dims();
        let report = RewardReport {
            labels: self.labelled.len() / 2,
            deviation: scale.deviation,
            steps: self.session.steps_taken(),
            bytes: parameters * size_of::<f32>(),
            on_labels: ordered(&on_labels),
            held_out: ordered(&learnt),
            pairs: points,
        };
        Ok(RewardModelPiece::Done(Rc::new(rewards), Box::new(report)))
    }
}

/// Chosen and rejected of pairs, one after the other.
fn sides(rows: &[TokenisedRow]) -> Vec<Sequence> {
    let sides = rows.iter().filter_map(|row| match row {
        TokenisedRow::Pair {
            chosen, rejected, ..
        } => Some([chosen.clone(), rejected.clone()]),
        _ => None,
    });
    sides.flatten().collect()
}

/// The share of pairs, chosen and rejected one after the other, of which the first has more.
fn ordered(rewards: &[f64]) -> Proportion {
    let pairs = rewards.chunks_exact(2);
    let of = pairs.len();
    Proportion::new(pairs.filter(|two| two[0] > two[1]).count(), of)
}
