//! From scores to what policy and value are trained towards.

use super::{Responses, estimate_advantages, flat, rewards_of_tokens, rows};
use crate::loss::online::{whiten, with_eos_penalty};
use tilt_protocol::PpoObjective;

/// What is known of answers when they have been sampled, `[rows][tokens]` each.
#[derive(Clone, Copy, Debug)]
pub struct Rollout<'a> {
    /// Log-probs of the policy that sampled, nats.
    pub logps: &'a [Vec<f64>],
    /// Of the reference, nats.
    pub reference: &'a [Vec<f64>],
    pub values: &'a [Vec<f64>],
    /// `[rows]`
    pub scores: &'a [f64],
}

/// What a sampling is trained towards.
#[derive(Clone, Debug, PartialEq)]
pub struct Targets {
    /// Penalties taken off, `[rows]`.
    pub scores: Vec<f64>,
    /// `[rows][tokens]`, as all that follow.
    pub rewards: Vec<Vec<f64>>,
    pub plain_advantages: Vec<Vec<f64>>,
    /// Whitened over all tokens that count; 0 elsewhere.
    pub advantages: Vec<Vec<f64>>,
    pub returns: Vec<Vec<f64>>,
}

/// Rewards, advantages and returns of answers.
pub fn targets(objective: &PpoObjective, responses: &Responses, rollout: Rollout<'_>) -> Targets {
    let scored = rollout.scores.iter().zip(&responses.has_eos);
    let scores: Vec<f64> = scored
        .map(|(&score, &has_eos)| with_eos_penalty(score, has_eos, objective.missing_eos_penalty))
        .collect();
    let rewards = rewards_of_tokens(
        objective,
        responses,
        rollout.logps,
        rollout.reference,
        &scores,
    );
    let (mut advantages, mut returns) = (Vec::new(), Vec::new());
    let counts = responses.value_counts();
    for ((rewards, values), counts) in rewards.iter().zip(rollout.values).zip(&counts) {
        let counted = values.iter().zip(counts);
        let values: Vec<f64> = counted
            .map(|(&value, &counts)| if counts { value } else { 0.0 })
            .collect();
        let of_row = estimate_advantages(rewards, &values, objective.gamma, objective.lam);
        advantages.push(of_row.0);
        returns.push(of_row.1);
    }
    let white = whiten(&flat(&advantages), &responses.counts().concat(), true);
    Targets {
        scores,
        rewards,
        plain_advantages: advantages,
        advantages: rows(&white, responses.width()),
        returns,
    }
}
