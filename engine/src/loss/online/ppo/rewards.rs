//! Rewards a token: the KL at each, and the answer's score at its end.
//!
//! r_t = -kl_coef kl_t, and the score on top at one place (Ziegler et al. 2019, arXiv
//! 1909.08593, section 2; Stiennon et al. 2020). As in TRL the score stands behind the last
//! real token, on the first padding, where the values still count.

use super::{Responses, flat, rows};
use crate::loss::online::{k1, k3, whiten};
use tilt_protocol::{KlEstimator, PpoObjective};

/// The estimate of the KL from one token's log-probs, nats.
pub fn kl(objective: &PpoObjective, logp: f64, reference: f64) -> f64 {
    match objective.kl_estimator {
        KlEstimator::K1 => k1(logp, reference),
        KlEstimator::K3 => k3(logp, reference).0,
    }
}

/// `[rows][tokens]` rewards of answers with `[rows]` scores (penalties for a missing end of
/// text taken off already); log-probs in nats, `[rows][tokens]`, which count up to the last
/// real token.
pub fn rewards_of_tokens(
    objective: &PpoObjective,
    responses: &Responses,
    old: &[Vec<f64>],
    reference: &[Vec<f64>],
    scores: &[f64],
) -> Vec<Vec<f64>> {
    let places = responses.score_places();
    let counts = responses.counts();
    let mut rewards: Vec<Vec<f64>> = Vec::with_capacity(old.len());
    for (row, (old, reference)) in old.iter().zip(reference).enumerate() {
        let tokens = old.iter().zip(reference).zip(&counts[row]);
        let mut of_row: Vec<f64> = tokens
            .map(|((&logp, &reference), &counts)| match counts {
                true => -objective.kl_coef * kl(objective, logp, reference),
                false => 0.0,
            })
            .collect();
        if let Some(reward) = of_row.get_mut(places[row]) {
            *reward += scores[row];
        }
        rewards.push(of_row);
    }
    if objective.whiten_rewards {
        let white = whiten(&flat(&rewards), &responses.value_counts().concat(), false);
        rewards = rows(&white, responses.width());
    }
    rewards
}
