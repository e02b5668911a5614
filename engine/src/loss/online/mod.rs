//! Objectives on the policy's own answers: rewards to advantages, and the losses that weigh
//! an answer's tokens by them. All of it f64 on plain numbers, as the other losses.
//!
//! `old` log-probs are those of the policy that sampled; where they are the policy's own, the
//! ratio is exactly 1. A completion that counts for nothing has no tokens.

mod cispo;
mod clipped;
mod group_advantages;
mod grpo;
mod kl;
mod leave_one_out;
mod moments;
mod online_dpo;
pub mod ppo;
mod rewards;
mod rloo;

pub use cispo::cispo;
pub use clipped::clipped;
pub use group_advantages::{GroupAdvantages, group_advantages};
pub use grpo::grpo;
pub use kl::{k1, k3};
pub use leave_one_out::{LeaveOneOut, leave_one_out};
pub use moments::{IS_CONSTANT, deviation, mean, whiten};
pub use online_dpo::{first_is_chosen, with_eos_penalty};
pub use rewards::{total_reward, total_rewards};
pub use rloo::rloo;

/// Log-probs of the tokens of one completion in nats, `[tokens]` each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RolloutLogps {
    pub policy: Vec<f64>,
    /// Of the policy that sampled.
    pub old: Vec<f64>,
    /// Of the reference; as long as the others where there is one, else empty.
    pub reference: Vec<f64>,
}

/// How many ratios of a completion were clipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClipCount {
    /// Below the range, with a negative advantage.
    pub low: usize,
    /// Above it, with a positive one.
    pub high: usize,
    /// Ratios in all: one a token, or one a completion.
    pub ratios: usize,
}

/// A loss over `[batch]` completions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RolloutLoss {
    /// Mean of `per_example`.
    pub loss: f64,
    /// `[batch]`
    pub per_example: Vec<f64>,
    /// d loss / d log-prob of each token, `[batch]` of `[tokens]`.
    pub d_tokens: Vec<Vec<f64>>,
    /// `[batch]`
    pub clipped: Vec<ClipCount>,
    /// The KL term before `beta`, a number a token, `[batch]` of `[tokens]`; empty without
    /// one.
    pub kl: Vec<Vec<f64>>,
}

impl ClipCount {
    /// Counts one ratio.
    fn count(&mut self, ratio: f64, advantage: f64, [least, most]: [f64; 2]) {
        self.ratios += 1;
        self.low += usize::from(ratio < least && advantage < 0.0);
        self.high += usize::from(ratio > most && advantage > 0.0);
    }
}
