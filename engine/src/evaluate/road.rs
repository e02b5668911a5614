//! One road from what is wanted to a policy that does it: preferences alone, a reward on the
//! policy's own answers, or a reward model in between. Each begins with the same labels, the
//! same reference and the page's defaults, and ends with the same measurement.

use crate::evaluate::pairs::PairDrawer;
use crate::evaluate::win_rate::WinRateRun;
use crate::model::Model;
use crate::session::Session;
use crate::session::online::{PromptSource, RewardFunction, Sampler, prompts_of, rewards_of};
use crate::text::{Preparation, TokenisedRow};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use tilt_protocol::dataset::ParsedPrompts;
use tilt_protocol::statistics::Proportion;
use tilt_protocol::{
    Content, Error, Example, JudgeSettings, ObjectiveKind, Principle, Result, Reward, RowKind,
    Sampling, TrainSettings, WinRateReport,
};
use web_time::Instant;

/// Pairs that a reward model is measured on.
const HELD_OUT_PAIRS: usize = 200;
/// Sequences that it reads at a time then.
const SEQUENCES_AT_ONCE: usize = 32;

/// What is done with the labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// An objective on the labels.
    Labels(ObjectiveKind),
    /// An objective on the policy's own answers, which the judge scores. Uses no label.
    Judge(ObjectiveKind),
    /// A reward model trained on the labels, and an objective on answers which that scores.
    RewardModel(ObjectiveKind),
}

impl Road {
    /// `dpo`, `grpo`, `reward_model+grpo`.
    pub fn slug(self) -> String {
        match self {
            Road::Labels(kind) | Road::Judge(kind) => kind.slug().to_owned(),
            Road::RewardModel(kind) => format!("reward_model+{}", kind.slug()),
        }
    }

    /// The road of this name.
    pub fn from_slug(slug: &str) -> Option<Road> {
        if let Some(second) = slug.strip_prefix("reward_model+") {
            let kind = ObjectiveKind::from_slug(second)?;
            return kind.samples_answers().then_some(Road::RewardModel(kind));
        }
        let kind = ObjectiveKind::from_slug(slug).filter(|kind| kind.trains_policy())?;
        Some(match kind.samples_answers() {
            true => Road::Judge(kind),
            false => Road::Labels(kind),
        })
    }

    pub fn objective(self) -> ObjectiveKind {
        match self {
            Road::Labels(kind) | Road::Judge(kind) | Road::RewardModel(kind) => kind,
        }
    }

    /// What is trained or asked, in order.
    pub fn stages(self) -> Vec<&'static str> {
        match self {
            Road::Labels(kind) => vec!["labels", kind.slug()],
            Road::Judge(kind) => vec!["judge", kind.slug()],
            Road::RewardModel(kind) => vec!["labels", "reward", kind.slug()],
        }
    }

    /// Models in memory while the policy is trained: itself, its reference, a reward model.
    pub fn models(self) -> usize {
        let objective = self.objective();
        let with = objective.with_beta(objective.default_beta());
        let reference = usize::from(with.needs_reference());
        1 + reference + usize::from(matches!(self, Road::RewardModel(_)))
    }
}

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

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoadOutcome {
    pub seed: u64,
    pub learning_rate: f64,
    pub steps: usize,
    /// Of training, its samplings included; labels and measurements are not.
    pub seconds: f64,
    /// Sequences that were read forward or backward by any model, or sampled, in training.
    pub passes: usize,
    /// Pairs of held-out prompts that a reward model orders as the judge does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reward_accuracy: Option<Proportion>,
    /// Policy against reference on held-out prompts; none where the run broke off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<WinRateReport>,
    /// What broke it off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl RoadTask {
    /// Labels, trains and measures; `again` is the model once more, to be made into a reward
    /// model where the road wants one.
    ///
    /// # Errors
    /// Those of [`PairDrawer::advance`], [`Session::start`], [`Session::step`] (but for a run
    /// that diverges, which is an outcome) and [`WinRateRun::advance`].
    pub async fn run(
        &self,
        model: &Model,
        reference: &Tensor<1>,
        again: Option<(Model, Tensor<1>)>,
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
            reward_accuracy: None,
            report: None,
            error: None,
        };
        let mut session = match self.road {
            Road::Labels(kind) => {
                let examples = self.label(model, reference, kind.row_kind()).await?;
                given(model, reference, &examples, settings)?
            }
            Road::Judge(_) => {
                settings.rewards = vec![Reward::of_principle(self.principle)];
                let functions = settings.rewards.iter().map(RewardFunction::of).collect();
                online(model, reference, functions, settings)?
            }
            Road::RewardModel(_) => {
                let again = again.ok_or_else(|| Error::internal("no model for the reward"))?;
                let function = self
                    .reward_model(model, reference, again, &mut outcome)
                    .await?;
                settings.rewards.clear();
                online(model, reference, vec![function], settings)?
            }
        };
        match train(&mut session, model, &mut outcome).await {
            Ok(()) => {}
            Err(error @ (Error::Diverged { .. } | Error::NonFinite { .. })) => {
                outcome.error = Some(error.to_string());
                return Ok(outcome);
            }
            Err(error) => return Err(error),
        }
        let measured = WinRateRun::new(self.principle, self.seed).until(self.decisive);
        let report = measured.to_end(model, session.policy(), reference).await?;
        outcome.report = Some(report);
        Ok(outcome)
    }

    async fn label(
        &self,
        model: &Model,
        reference: &Tensor<1>,
        kind: RowKind,
    ) -> Result<Vec<Example>> {
        self.pairs(model, reference, kind, Vec::new(), self.labels, self.seed)
            .await
    }

    /// Decisive pairs of the reference's answers under the judge.
    async fn pairs(
        &self,
        model: &Model,
        reference: &Tensor<1>,
        kind: RowKind,
        prompts: Vec<String>,
        count: usize,
        seed: u64,
    ) -> Result<Vec<Example>> {
        let sampling = Sampling {
            seed,
            ..Sampling::default()
        };
        let judge = JudgeSettings::of(self.principle, 0.0);
        let mut drawer = PairDrawer::new(prompts, Some(judge), count, sampling)?;
        drawer.all_examples(model, reference, kind).await
    }

    /// Trains a reward model on the labels and measures it on pairs of held-out prompts.
    async fn reward_model(
        &self,
        model: &Model,
        reference: &Tensor<1>,
        (again, weights): (Model, Tensor<1>),
        outcome: &mut RoadOutcome,
    ) -> Result<RewardFunction> {
        let examples = self.label(model, reference, RowKind::Pairs).await?;
        let (scorer, arena) = again.with_score_head(weights, self.seed);
        let settings = TrainSettings {
            seed: self.seed,
            ..TrainSettings::lab_defaults(ObjectiveKind::Reward)
        };
        let mut session = given(&scorer, &arena, &examples, settings)?;
        train(&mut session, &scorer, outcome).await?;
        let arena = session.into_policy();
        let prompts = crate::world::held_out_prompts();
        let prompts = prompts.into_iter().map(|prompt| prompt.text).collect();
        // Other answers than those of the labels.
        let seed = self.seed.wrapping_add(1 << 32);
        let held_out = self
            .pairs(
                model,
                reference,
                RowKind::Pairs,
                prompts,
                HELD_OUT_PAIRS,
                seed,
            )
            .await?;
        outcome.reward_accuracy = Some(accuracy(&scorer, &arena, &held_out).await?);
        RewardFunction::of_model("reward", scorer, arena, model)
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

/// On the world's training prompts.
fn online(
    model: &Model,
    reference: &Tensor<1>,
    rewards: Vec<RewardFunction>,
    settings: TrainSettings,
) -> Result<Session> {
    let prompts = crate::world::training_prompts();
    let parsed = ParsedPrompts {
        lines: (1..=prompts.len()).collect(),
        prompts: prompts
            .iter()
            .map(|prompt| Content::user(&prompt.text))
            .collect(),
        errors: Vec::new(),
    };
    let (prompts, _) = prompts_of(parsed, model)?;
    let sampler = Sampler::new(PromptSource { prompts, rewards }, &settings)?;
    Session::start_online(model, reference.clone(), reference, sampler, settings)
}

async fn train(session: &mut Session, model: &Model, outcome: &mut RoadOutcome) -> Result<()> {
    session.leave_out_statistics();
    let begun = Instant::now();
    let trained = async {
        while !session.step(model).await?.done {}
        Ok(())
    };
    let trained = trained.await;
    outcome.seconds += begun.elapsed().as_secs_f64();
    outcome.passes += session.passes();
    trained
}

/// The share of pairs whose chosen answer has the higher reward.
async fn accuracy(scorer: &Model, arena: &Tensor<1>, pairs: &[Example]) -> Result<Proportion> {
    let limit = scorer.config.n_positions;
    let rows = scorer.prepare(pairs, Preparation::Reward, limit)?;
    let rows = rows.all_good()?.rows;
    let sides = rows.iter().filter_map(|row| match row {
        TokenisedRow::Pair {
            chosen, rejected, ..
        } => Some([chosen.clone(), rejected.clone()]),
        _ => None,
    });
    let sequences: Vec<_> = sides.flatten().collect();
    let rewards = rewards_of(scorer, arena, &sequences, SEQUENCES_AT_ONCE).await?;
    let pairs = rewards.chunks_exact(2);
    let ordered = pairs.filter(|two| two[0] > two[1]).count();
    Ok(Proportion::new(ordered, rows.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_road_is_known_by_its_name() {
        for (slug, models) in [
            ("dpo", 2),
            ("simpo", 1),
            ("grpo", 2),
            ("online_dpo", 2),
            ("reward_model+rloo", 3),
        ] {
            let road = Road::from_slug(slug).expect(slug);
            assert_eq!((road.slug().as_str(), road.models()), (slug, models));
        }
        for wrong in ["reward", "reward_model+dpo", "ppo", ""] {
            assert_eq!(Road::from_slug(wrong), None, "{wrong}");
        }
    }
}
