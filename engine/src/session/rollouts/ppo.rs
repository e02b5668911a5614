//! PPO's rows: from answers and their scores to a value and an advantage a token.

use super::ppo_rollout::{PpoRollout, padded};
use super::prepare::Inputs;
use crate::loss::online::mean;
use crate::loss::online::ppo::{Responses, Rollout, Targets, kl, targets};
use crate::sequence::Sequence;
use crate::session::critic::Critic;
use burn::tensor::Tensor;
use tilt_protocol::{Error, Metrics, PpoObjective, Result, metrics};

impl Inputs<'_> {
    /// The rows of a sampling, and what TRL logs of it.
    ///
    /// # Errors
    /// [`Error::Device`] when the device was lost; [`Error::NonFinite`] for an answer that could
    /// not be scored.
    pub(super) async fn ppo(
        &mut self,
        objective: &PpoObjective,
        policy: &Tensor<1>,
        reference: &Tensor<1>,
        critic: &Critic,
    ) -> Result<Vec<PpoRollout>> {
        let logps = self.logps(policy).await?;
        let reference = self.logps(reference).await?;
        let scores = self.totals.iter().map(|total| {
            total.ok_or_else(|| Error::NonFinite {
                quantity: "the reward of an answer".to_owned(),
                value: "none".to_owned(),
            })
        });
        let scores: Vec<f64> = scores.collect::<Result<_>>()?;
        let sequences: Vec<&Sequence> = self.sequences.iter().collect();
        let answers = sequences.iter().map(|sequence| &sequence.completion[..]);
        let answers: Vec<&[u32]> = answers.collect();
        let longest = answers.iter().map(|ids| ids.len()).max().unwrap_or(0);
        let width = objective.generation.max_completion_length.max(longest);
        let config = &self.model.config;
        let pad = self.model.pad_id();
        let responses = Responses::padded(&answers, width, |id| config.ends_text(id), pad);
        let counts: Vec<usize> = answers
            .iter()
            .map(|ids| (ids.len() + 1).min(width))
            .collect();
        let values = critic.values(&sequences, &counts, self.batch_size).await?;
        self.passes += sequences.len();
        let [wide_logps, wide_reference, wide_values] =
            [&logps, &reference, &values].map(|rows| padded(rows, width));
        let rollout = Rollout {
            logps: &wide_logps,
            reference: &wide_reference,
            values: &wide_values,
            scores: &scores,
        };
        let aims = targets(objective, &responses, rollout);
        log(
            &mut self.metrics,
            objective,
            &logps,
            &reference,
            &aims,
            &responses,
        );
        let Targets {
            advantages,
            returns,
            ..
        } = aims;
        let numbers = logps.into_iter().zip(reference).zip(values);
        let aims = advantages.into_iter().zip(returns);
        let rows = self.sequences.iter().zip(numbers.zip(aims));
        Ok(rows
            .map(|(sequence, (numbers, (advantages, returns)))| {
                let ((old_logps, reference_logps), old_values) = numbers;
                PpoRollout {
                    sequence: sequence.clone(),
                    advantages: advantages[..old_logps.len()].to_vec(),
                    returns: returns[..old_values.len()].to_vec(),
                    old_logps,
                    reference_logps,
                    old_values,
                }
            })
            .collect())
    }
}

/// What TRL logs of a sampling; where it counts padding as a log-prob of 1, real tokens alone
/// count here.
fn log(
    logged: &mut Metrics,
    objective: &PpoObjective,
    logps: &[Vec<f64>],
    reference: &[Vec<f64>],
    aims: &Targets,
    responses: &Responses,
) {
    let answers = logps.len().max(1) as f64;
    let tokens = logps.iter().flatten().zip(reference.iter().flatten());
    let kl = tokens.map(|(&logp, &reference)| kl(objective, logp, reference));
    let kl = kl.sum::<f64>() / answers;
    let entropy = -logps.iter().flatten().sum::<f64>() / answers;
    let scores = mean(&aims.scores).unwrap_or(0.0);
    let non_score = -objective.kl_coef * kl;
    let ends = responses.has_eos.iter().filter(|has_eos| **has_eos).count();
    for (name, value) in [
        (metrics::OBJECTIVE_KL, kl),
        (metrics::OBJECTIVE_ENTROPY, entropy),
        (metrics::NON_SCORE_REWARD, non_score),
        (metrics::RLHF_REWARD, non_score + scores),
        (metrics::SCORES, scores),
        (metrics::NUM_EOS, ends as f64),
    ] {
        logged.set(name, value);
    }
    if objective.kl_target > 0.0 {
        logged.set(metrics::KL_COEF, objective.kl_coef);
    }
}
