//! What is shown of the answers that were just sampled.

use crate::generate::SampledAnswer;
use crate::loss::online::{mean, total_reward};
use crate::session::problem::ProblemRows;
use crate::session::rollouts::{PpoRollout, Prepared, Rollout};
use tilt_protocol::dataset::RolloutRow;
use tilt_protocol::{Objective, TrainSettings};

/// An answer that was just sampled, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct FreshRollout {
    /// Which of the run's prompts it answers.
    pub prompt: usize,
    pub answer: SampledAnswer,
    /// Without special tokens; empty without a tokenizer.
    pub text: String,
    /// What each reward function says; `None`: it could not score it.
    pub rewards: Vec<Option<f64>>,
    /// Their weighted sum.
    pub reward: Option<f64>,
    /// What the loss weighs its tokens by, where the objective has advantages; of PPO, which has
    /// one a token, their mean.
    pub advantage: Option<f64>,
    /// PPO's advantages, and what its value model said before each token, `[tokens]`; empty for
    /// another objective.
    pub of_tokens: Vec<TokenTarget>,
    /// log pi(y|x) - log pi_ref(y|x), nats, over the answer's tokens, where the objective
    /// compares them at temperature 1.
    pub kl: Option<f64>,
}

/// What PPO knows of a token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenTarget {
    pub advantage: f64,
    pub value: f64,
}

/// What is told of a sampling.
pub struct Told<'a> {
    /// Which prompts were asked.
    pub prompts: &'a [usize],
    /// A row a prompt.
    pub rows: &'a [RolloutRow],
    /// One a reward function.
    pub weights: &'a [f64],
    pub prepared: &'a Prepared,
    pub settings: &'a TrainSettings,
}

/// The answers in the order in which they were asked for.
pub fn fresh_rollouts(
    answers: Vec<SampledAnswer>,
    texts: Vec<String>,
    told: &Told<'_>,
) -> Vec<FreshRollout> {
    let prepared = told.prepared;
    let asked = told.prompts.iter().zip(told.rows);
    let asked =
        asked.flat_map(|(&prompt, row)| row.completions.iter().map(move |one| (prompt, one)));
    let is_comparable = match &told.settings.objective {
        Objective::Online(online) => online.temperature() == 1.0,
        _ => false,
    };
    let (reference, ppo): (Vec<&[f64]>, &[PpoRollout]) = match prepared.problem.rows() {
        ProblemRows::Rollouts(rows) => (rows.iter().map(|r| &r.reference_logps[..]).collect(), &[]),
        ProblemRows::Ppo(rows) => (rows.iter().map(|r| &r.reference_logps[..]).collect(), rows),
        _ => (Vec::new(), &[]),
    };
    asked
        .zip(answers.into_iter().zip(texts))
        .enumerate()
        .map(|(index, ((prompt, completion), (answer, text)))| {
            let reference = reference.get(index).filter(|_| is_comparable);
            FreshRollout {
                prompt,
                text,
                rewards: completion.rewards.clone(),
                reward: total_reward(&completion.rewards, told.weights),
                advantage: prepared
                    .advantages
                    .as_ref()
                    .and_then(|all| all.get(index).copied()),
                of_tokens: ppo.get(index).map(token_targets).unwrap_or_default(),
                kl: reference.and_then(|reference| kl(&answer, reference)),
                answer,
            }
        })
        .collect()
}

/// Of the answers that were compared with the reference.
pub fn mean_kl(rollouts: &[FreshRollout]) -> Option<f64> {
    let kl = rollouts.iter().filter_map(|rollout| rollout.kl);
    mean(&kl.collect::<Vec<_>>())
}

fn token_targets(rollout: &PpoRollout) -> Vec<TokenTarget> {
    let tokens = rollout.advantages.iter().zip(&rollout.old_values);
    tokens
        .map(|(&advantage, &value)| TokenTarget { advantage, value })
        .collect()
}

/// `None` without a reference.
fn kl(answer: &SampledAnswer, reference: &[f64]) -> Option<f64> {
    let sampled = Rollout::tail(&answer.logps, reference.len());
    let ratios = sampled.iter().zip(reference);
    (!reference.is_empty()).then(|| ratios.map(|(sampled, reference)| sampled - reference).sum())
}
