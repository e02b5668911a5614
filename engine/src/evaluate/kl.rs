//! The KL of a policy from its reference, estimated from answers that the policy sampled.

use super::answers::WorldAnswer;
use crate::logps;
use crate::model::Model;
use crate::sequence::Sequence;
use burn::tensor::Tensor;
use tilt_protocol::Result;
use tilt_protocol::statistics::{mean, standard_error};

/// A Monte Carlo estimate of KL(policy || reference), in nats an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kl {
    pub mean: f64,
    /// The answers' standard deviation over the root of their number; `None` for fewer
    /// than two.
    pub standard_error: Option<f64>,
}

impl Kl {
    /// Of the log-ratios of single answers.
    pub fn of(log_ratios: &[f64]) -> Kl {
        Kl {
            mean: mean(log_ratios).unwrap_or(0.0),
            standard_error: standard_error(log_ratios),
        }
    }
}

/// Mean over answers sampled from the policy of sum_t [log pi - log pi_ref]
/// (see [`log_ratios`]).
///
/// # Errors
/// [`tilt_protocol::Error::Device`] when the device was lost.
pub async fn kl_of_answers(
    model: &Model,
    reference: &Tensor<1>,
    answers: &[WorldAnswer],
) -> Result<Kl> {
    Ok(Kl::of(&log_ratios(model, reference, answers).await?))
}

/// sum_t [log pi - log pi_ref] of each answer that was sampled from the policy, in nats.
///
/// # Errors
/// [`tilt_protocol::Error::Device`] when the device was lost.
pub async fn log_ratios(
    model: &Model,
    reference: &Tensor<1>,
    answers: &[WorldAnswer],
) -> Result<Vec<f64>> {
    let sequences: Vec<Sequence> = answers
        .iter()
        .map(|answer| Sequence {
            prompt: answer.prompt_ids.clone(),
            completion: answer.answer.ids.clone(),
        })
        .collect();
    let refs: Vec<&Sequence> = sequences.iter().collect();
    let scored = logps::sequence_logps(model, reference, &refs, 32).await?;
    Ok(answers
        .iter()
        .zip(&scored)
        .map(|(answer, reference)| answer.answer.logps.iter().sum::<f64>() - reference.sum.0)
        .collect())
}
