//! What is shown of the answers that were just sampled.

use crate::generate::SampledAnswer;
use crate::loss::online::total_rewards;
use crate::session::problem::ProblemRows;
use crate::session::rollouts::{Prepared, Rollout};
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
    /// What the loss weighs its tokens by, where the objective has advantages.
    pub advantage: Option<f64>,
    /// log pi(y|x) - log pi_ref(y|x), nats, over the answer's tokens, where the objective
    /// compares them at temperature 1.
    pub kl: Option<f64>,
}

/// The answers to these `prompts`, in the order in which they were asked for.
pub fn fresh_rollouts(
    prompts: &[usize],
    answers: Vec<SampledAnswer>,
    texts: Vec<String>,
    rows: &[RolloutRow],
    prepared: &Prepared,
    settings: &TrainSettings,
) -> Vec<FreshRollout> {
    let asked = prompts.iter().zip(rows);
    let asked =
        asked.flat_map(|(&prompt, row)| row.completions.iter().map(move |one| (prompt, one)));
    let (weights, is_comparable) = match &settings.objective {
        Objective::Online(online) => (online.reward_weights(), online.temperature() == 1.0),
        _ => (None, false),
    };
    let read: &[Rollout] = match prepared.problem.rows() {
        ProblemRows::Rollouts(rollouts) => rollouts,
        _ => &[],
    };
    asked
        .zip(answers.into_iter().zip(texts))
        .enumerate()
        .map(|(index, ((prompt, completion), (answer, text)))| {
            let totals = total_rewards(std::slice::from_ref(&completion.rewards), weights);
            let read = read.get(index).filter(|_| is_comparable);
            FreshRollout {
                prompt,
                text,
                rewards: completion.rewards.clone(),
                reward: totals.into_iter().next().flatten(),
                advantage: prepared
                    .advantages
                    .as_ref()
                    .and_then(|all| all.get(index).copied()),
                kl: read.and_then(|read| kl(&answer, read)),
                answer,
            }
        })
        .collect()
}

/// `None` without a reference.
fn kl(answer: &SampledAnswer, read: &Rollout) -> Option<f64> {
    let reference = &read.reference_logps;
    let sampled = Rollout::tail(&answer.logps, reference.len());
    let ratios = sampled.iter().zip(reference);
    (!reference.is_empty()).then(|| ratios.map(|(sampled, reference)| sampled - reference).sum())
}
