//! When a run has diverged: looked at in every step before anything of it is applied.
//!
//! A run has diverged when
//! - its loss or the global norm of its gradient is not finite (squares of the gradient are
//!   summed in f32, so a norm above 1.8e19 is infinite), or
//! - the policy's mean log-prob a scored token is below [`LEAST_LOGP`] nats: no objective
//!   wants a token that unlikely, a uniform guess among a million tokens is at -14 nats, and
//!   a softmax in f32 ends at -104. Of a reward model, which has no log-probs, the loss is
//!   looked at instead: above [`MOST_LOSS`] nats; or
//! - the learning rate is so large that one update could leave the range of f32.
//!
//! The second is what names a learning rate of 1e9, whose losses of 1e19 are all finite. It
//! looks at log-probs since a loss says little by itself: IPO's begins at 1 / (2 beta)^2, and
//! the forward KL's may reach e^80.

use super::step::Evaluated;
use tilt_protocol::{Error, Result, TrainSettings};

/// In nats a token.
pub const LEAST_LOGP: f64 = -1_000.0;
/// In nats an example.
pub const MOST_LOSS: f64 = 1e6;
/// Times the learning rate: how far one update may move a weight. Adam's ratio of moments is
/// a small number; f32 ends at 3.4e38.
const MOST_RATE: f64 = 1e30;

/// # Errors
/// [`Error::Diverged`] for a batch of step `step`.
pub fn check_batch(evaluated: &Evaluated, step: usize) -> Result<()> {
    check_loss(evaluated.loss, step)?;
    let rows = &evaluated.policy;
    let tokens: usize = rows.iter().map(|row| row.scored).sum();
    if rows.is_empty() {
        return match evaluated.loss.abs() > MOST_LOSS {
            true => Err(diverged("the loss", evaluated.loss, step)),
            false => Ok(()),
        };
    }
    let mean = rows.iter().map(|row| row.sum.0).sum::<f64>() / tokens.max(1) as f64;
    match mean < LEAST_LOGP {
        true => Err(diverged("the mean log-prob a token", mean, step)),
        false => Ok(()),
    }
}

/// # Errors
/// [`Error::Diverged`].
pub fn check_loss(loss: f64, step: usize) -> Result<()> {
    check_finite("the loss", loss, step)
}

/// # Errors
/// [`Error::Diverged`] where an update at this rate could leave weights that are not finite.
pub fn check_rate(lr: f64, settings: &TrainSettings, step: usize) -> Result<()> {
    match lr * settings.weight_decay.max(1.0) < MOST_RATE {
        true => Ok(()),
        false => Err(diverged("the largest change of a weight", lr, step)),
    }
}

/// # Errors
/// [`Error::Diverged`].
pub fn check_norm(norm: f64, step: usize) -> Result<()> {
    check_finite("the norm of the gradient", norm, step)
}

fn check_finite(quantity: &str, value: f64, step: usize) -> Result<()> {
    match value.is_finite() {
        true => Ok(()),
        false => Err(diverged(quantity, value, step)),
    }
}

fn diverged(quantity: &str, value: f64, step: usize) -> Error {
    Error::Diverged {
        quantity: quantity.to_owned(),
        value: match value.abs() < 1e6 || !value.is_finite() {
            true => format!("{value:.1}"),
            false => format!("{value:.1e}"),
        },
        step,
    }
}
