//! Rollouts: answers that a policy has sampled, and what a loss has to know of them.
//!
//! `rows.rs` takes them as they come and checks them, `prepare.rs` has the models read them
//! and makes advantages of rewards; what comes out is the rows of a
//! [`Problem`](super::problem::Problem).

mod pairs;
mod ppo;
mod ppo_rollout;
mod prepare;
mod rows;
mod statistics;

pub use ppo_rollout::{PpoRollout, padded};
pub use prepare::{Keep, Prepared, Sampled, prepare};
pub use rows::check_rollouts;

use crate::sequence::{Scope, Sequence};
use serde::{Deserialize, Serialize};

/// One answer of a policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rollout {
    pub sequence: Sequence,
    /// Its tokens count for nothing: it was cut, and such answers are masked.
    pub is_masked: bool,
    pub advantage: f64,
    /// Log-probs of the completion under the policy that sampled, nats; `None`: under the
    /// policy as it is.
    pub old_logps: Option<Vec<f64>>,
    /// Under the reference; empty without one.
    pub reference_logps: Vec<f64>,
}

impl Rollout {
    /// Whether there is a log-prob for each token that counts.
    pub fn is_whole(&self) -> bool {
        let scored = Scope::Completion.scored(&self.sequence);
        let (old, reference) = (self.old_logps.as_ref(), &self.reference_logps);
        old.is_none_or(|old| old.len() >= scored)
            && (reference.is_empty() || reference.len() >= scored)
    }

    /// The last `scored` numbers of a list that has one a token: nothing predicts the first
    /// token of an empty prompt.
    pub fn tail(numbers: &[f64], scored: usize) -> &[f64] {
        &numbers[numbers.len().saturating_sub(scored)..]
    }
}
