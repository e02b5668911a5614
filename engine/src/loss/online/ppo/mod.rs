//! Proximal policy optimisation on answers, Schulman et al. 2017 (arXiv 1707.06347), as in
//! TRL 1.12, the last version that has it, and Huang et al. 2024 (arXiv 2403.17031): answers
//! with their padding, rewards a token, advantages, and the losses of policy and value.
//!
//! All arrays are `[rows][tokens]`, one row an answer with its padding, as TRL's are.

mod gae;
mod losses;
mod responses;
mod rewards;
mod targets;

pub use gae::estimate_advantages;
pub use losses::{NowAndOld, PolicyLoss, PpoLoss, ValueLoss, ppo};
pub use responses::Responses;
pub use rewards::{kl, rewards_of_tokens};
pub use targets::{Rollout, Targets, targets};

/// Numbers of rows side by side, with whether each counts.
fn flat(values: &[Vec<f64>]) -> Vec<f64> {
    values.concat()
}

/// The reverse of [`flat`] for rows of `width`.
fn rows(values: &[f64], width: usize) -> Vec<Vec<f64>> {
    values.chunks(width.max(1)).map(<[f64]>::to_vec).collect()
}
