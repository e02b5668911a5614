//! One objective on one batch: loss, metrics, and the gradient through the model.

mod cpo;
mod dpo;
mod evaluated;
mod forward;
mod kto;
mod logged;
mod online_dpo;
mod ppo;
mod reward;
mod rollouts;
mod step_inputs;
mod texts;

pub use evaluated::Evaluated;
pub use step_inputs::StepInputs;

use super::problem::{Problem, ProblemRows};
use super::readback::{Readback, ReadbackValues, Span};
use super::reference::{Reference, RowLogps};
use super::rollouts::{PpoRollout, Rollout};
use super::temperature::{gradient_of_tempered, tempered};
use crate::batch::Batch;
use crate::logps::completion_logps;
use crate::loss::CompletionLogp;
use crate::pass::token_logps;
use burn::tensor::Tensor;
use forward::{Launched, Readout};
use tilt_protocol::Result;

/// A batch's loss with its gradient in the arena's layout.
pub struct Gradient {
    pub evaluated: Evaluated,
    /// `[parameters]` of all that is trained, those of a value model behind the policy's; `None` when the batch scores
    /// no token at all.
    pub gradient: Option<Tensor<1>>,
    /// Real tokens in the batch.
    pub tokens: usize,
    /// Sequences read, forward or backward, by policy and reference.
    pub passes: usize,
    /// What `also_read` held.
    pub read_along: Vec<f64>,
}

/// The sum of gradients so far with one more, scaled by its share of the step; each
/// `[parameters]`.
pub fn add_share(
    total: Option<Tensor<1>>,
    gradient: Option<Tensor<1>>,
    share: f64,
) -> Option<Tensor<1>> {
    let scaled = match gradient {
        Some(gradient) if share != 1.0 => Some(gradient.mul_scalar(share as f32)),
        whole => whole,
    };
    match (total, scaled) {
        (Some(total), Some(scaled)) => Some(total + scaled),
        (total, scaled) => total.or(scaled),
    }
}

impl StepInputs<'_> {
    /// Launched, one readback, loss on the CPU in f64, backward. Rows that the reference
    /// has not seen are scored by it in the same go; `also_read` travels along.
    ///
    /// # Errors
    /// [`tilt_protocol::Error::Device`] when the device was lost;
    /// [`tilt_protocol::Error::InvalidConfig`] for a reward objective on a model without
    /// a scalar head.
    pub async fn gradient(
        &self,
        reference: &mut Reference,
        indices: &[usize],
        also_read: Option<Tensor<1>>,
    ) -> Result<Gradient> {
        let StepInputs { model, problem, .. } = *self;
        let temperature = problem.temperature();
        let policy = &tempered(model, self.policy, temperature);
        let sequences = problem.sequences(indices);
        let batch = problem.batch(indices, &sequences, model.pad_id())?;
        let mismatched = problem.mismatched(indices);
        // Forward and backward; what is mismatched only forward.
        let mut passes = 2 * sequences.len() + mismatched.len();
        let others = Batch::new(mismatched.iter().copied(), model.pad_id())?;

        let mut readback = Readback::default();
        let inputs = StepInputs { policy, ..*self };
        let forward = Launched::run(&inputs, &batch, &sequences, &mut readback).await?;
        let mut add_logps = |arena: &Tensor<1>, batch: &Batch| match batch.scored() {
            0 => Ok(Span::default()),
            _ => token_logps(model, arena, batch).map(|logps| readback.add(logps)),
        };
        let mismatched_span = add_logps(policy, &others)?;
        let known = match problem.needs_reference() {
            true => reference.get(indices),
            false => Some(Vec::new()),
        };
        let reference_spans = match known {
            None => {
                passes += sequences.len() + mismatched.len();
                Some([
                    add_logps(&reference.arena, &batch)?,
                    add_logps(&reference.arena, &others)?,
                ])
            }
            Some(_) => None,
        };
        let critic_pass = match (problem, self.critic) {
            (Problem::Ppo(_, rows), Some(critic)) => {
                passes += 2 * sequences.len();
                let counts = indices.iter().map(|&row| rows[row].old_values.len());
                Some(critic.forward(&sequences, &counts.collect::<Vec<_>>())?)
            }
            _ => None,
        };
        let values = critic_pass.as_ref().map(|pass| pass.forward.values.clone());
        let values = values.map(|values| readback.add(values));
        let along = also_read.map(|tensor| readback.add(tensor));
        let numbers = readback.read().await?;

        let pass = forward.read(&numbers, &batch, &sequences);
        let reference_logps = match (known, reference_spans) {
            (None, Some(spans)) => {
                let read = [(&batch, &spans[0]), (&others, &spans[1])];
                let logps = self.reference_logps(&pass, &numbers, read);
                reference.learn(indices, &logps);
                logps
            }
            (known, _) => known.unwrap_or_default(),
        };
        let mismatched = completion_logps(&numbers.at(&mismatched_span), None, &others, mismatched);
        let values = values.map(|span| numbers.at(&span)).unwrap_or_default();
        let evaluated = self.evaluate(indices, &pass, &mismatched, &reference_logps, &values);
        let upstream: Vec<f32> = evaluated.upstream.iter().map(|&d| d as f32).collect();
        // Those of a value model's numbers come last.
        let (upstream, of_values) = upstream.split_at(upstream.len() - values.len());
        let mut gradient = match forward.tracked {
            Some(tracked) => {
                let gradient = tracked.backward(model, &batch, upstream).await;
                Some(gradient_of_tempered(model, gradient, temperature))
            }
            None => None,
        };
        if let Some((pass, critic)) = critic_pass.zip(self.critic) {
            let tape = pass.forward.tape;
            let of_critic = tape.backward(&critic.model, &pass.batch, of_values);
            let own = gradient.unwrap_or_else(|| self.policy.zeros_like());
            gradient = Some(critic.joined(own, of_critic));
        }
        Ok(Gradient {
            evaluated,
            gradient,
            tokens: batch.real_tokens,
            passes,
            read_along: along.map(|span| numbers.at(&span)).unwrap_or_default(),
        })
    }

    /// The reference's sums of a batch's rows, under LD-DPO with its weights.
    fn reference_logps(
        &self,
        pass: &Readout<'_>,
        numbers: &ReadbackValues,
        [own, others]: [(&Batch, &Span); 2],
    ) -> Vec<RowLogps> {
        let weights = match self.problem {
            Problem::Dpo(dpo, _) => dpo
                .ld_alpha
                .map(|alpha| dpo::ld_weights(pass, pass.sequences.len() / 2, alpha)),
            _ => None,
        };
        let sums = |(batch, span): (&Batch, &Span), weights: Option<&[f64]>| {
            batch.completion_sums(&numbers.at(span), weights)
        };
        let own = sums(own, weights.as_deref());
        match self.problem.rows() {
            ProblemRows::Pairs(_) => {
                let (chosen, rejected) = own.split_at(own.len() / 2);
                chosen.iter().zip(rejected).map(|(&c, &r)| [c, r]).collect()
            }
            ProblemRows::Unpaired(_)
            | ProblemRows::Texts(_)
            | ProblemRows::Rollouts(_)
            | ProblemRows::Ppo(_) => {
                // Without a KL there are no others.
                let others = sums(others, None).into_iter().chain(std::iter::repeat(0.0));
                own.into_iter()
                    .zip(others)
                    .map(|(own, other)| [own, other])
                    .collect()
            }
        }
    }

    fn evaluate(
        &self,
        indices: &[usize],
        pass: &Readout<'_>,
        mismatched: &[CompletionLogp],
        reference: &[RowLogps],
        values: &[f64],
    ) -> Evaluated {
        match self.problem {
            Problem::Dpo(objective, _) => dpo::evaluate(objective, pass, reference),
            Problem::Kto(objective, rows) => {
                let desirable = rows.desirable(indices);
                kto::evaluate(objective, pass, &desirable, mismatched, reference)
            }
            Problem::Cpo(objective, _) => cpo::evaluate_cpo(objective, pass),
            Problem::Orpo { beta, .. } => cpo::evaluate_orpo(*beta, pass),
            Problem::Sft(objective, _) => texts::evaluate(objective, pass),
            Problem::Reward {
                center_rewards_coefficient,
                pairs,
            } => {
                let centring = center_rewards_coefficient.unwrap_or(0.0);
                reward::evaluate(centring, pass, &pairs.margins_of(indices))
            }
            Problem::OnlineDpo(objective, fresh) => {
                online_dpo::evaluate(objective, pass, reference, fresh, indices)
            }
            Problem::Rloo(objective, rows) => {
                let of_batch: Vec<&Rollout> = indices.iter().map(|&row| &rows[row]).collect();
                rollouts::evaluate_rloo(objective, pass, &of_batch)
            }
            Problem::Grpo(objective, rows) => {
                let of_batch: Vec<&Rollout> = indices.iter().map(|&row| &rows[row]).collect();
                rollouts::evaluate_grpo(objective, pass, &of_batch)
            }
            Problem::Ppo(objective, rows) => {
                let of_batch: Vec<&PpoRollout> = indices.iter().map(|&row| &rows[row]).collect();
                ppo::evaluate(objective, pass, &of_batch, values)
            }
        }
    }
}
