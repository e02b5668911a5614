//! The policy's forward pass on a batch: what it tracks for the backward pass, and what
//! is read of it beside.

use super::super::problem::Problem;
use super::super::readback::{Readback, ReadbackValues, Span};
use super::StepInputs;
use crate::batch::Batch;
use crate::crew::{self, forward_logps};
use crate::kernels::{Packed, STATISTICS};
use crate::logps::completion_logps;
use crate::loss::CompletionLogp;
use crate::pass::{forward_rewards, mean_logits};
use crate::sequence::Sequence;
use tilt_protocol::Result;

/// A forward pass under way: tensors on the device.
#[derive(Default)]
pub struct Launched {
    /// What derivatives are taken of: log-probs of the scored tokens, or rewards.
    /// `None` when the batch scores no token.
    pub tracked: Option<crew::TeamTape>,
    values: Span,
    statistics: Span,
    all_mean_logits: Span,
}

/// What was read of a forward pass. One value a scored token unless it says otherwise.
pub struct Readout<'a> {
    pub batch: &'a Batch,
    pub sequences: &'a [&'a Sequence],
    /// Log-probs in nats; a reward model's rewards, one a sequence.
    pub values: Vec<f64>,
    /// Of the next-token distribution, in nats.
    pub entropy: Vec<f64>,
    /// 1 where the token was the most likely one.
    pub is_top1: Vec<f64>,
    /// Mean raw logit over the vocabulary.
    pub mean_logits: Vec<f64>,
    /// log of the sum over the vocabulary of p^2; only where the objective weighs by it.
    pub log_sum_squares: Vec<f64>,
    /// Mean raw logit at every position, `[rows * width]`, where TRL logs that.
    pub all_mean_logits: Vec<f64>,
}

impl Launched {
    /// # Errors
    /// [`tilt_protocol::Error::Internal`] for a reward objective on a model without a
    /// scalar head, and those of [`forward_logps`].
    pub async fn run(
        inputs: &StepInputs<'_>,
        batch: &Batch,
        sequences: &[&Sequence],
        readback: &mut Readback,
    ) -> Result<Launched> {
        let mut forward = Launched::default();
        let StepInputs {
            model,
            policy,
            problem,
            statistics,
            team,
            ..
        } = *inputs;
        // CPO and ORPO log logits over padding as well: there it must look as TRL's does.
        if statistics && matches!(problem, Problem::Cpo(..) | Problem::Orpo { .. }) {
            let filled = Packed::filled(sequences, model.pad_id())?;
            forward.all_mean_logits = readback.add(mean_logits(model, policy, &filled)?);
        }
        let pass = if matches!(problem, Problem::Reward { .. }) {
            let pad_id = model.config.pad_token_id;
            let ends = sequences
                .iter()
                .map(|sequence| sequence.reward_token(pad_id));
            let ends: Vec<usize> = ends.collect();
            forward_rewards(model, policy, batch, &ends)?.into()
        } else if batch.scored() == 0 {
            return Ok(forward);
        } else {
            let weighs = matches!(problem, Problem::Dpo(dpo, _) if dpo.use_weighting);
            forward_logps(model, policy, batch, statistics || weighs, team).await?
        };
        forward.values = readback.add(pass.values);
        forward.statistics = pass
            .statistics
            .map(|statistics| readback.add(statistics))
            .unwrap_or_default();
        forward.tracked = Some(pass.tape);
        Ok(forward)
    }

    pub fn read<'a>(
        &self,
        numbers: &ReadbackValues,
        batch: &'a Batch,
        sequences: &'a [&'a Sequence],
    ) -> Readout<'a> {
        let statistics = numbers.at(&self.statistics);
        let count = statistics.len() / STATISTICS;
        let mut parts = statistics.chunks(count.max(1)).map(<[f64]>::to_vec);
        let mut next = || parts.next().unwrap_or_default();
        Readout {
            batch,
            sequences,
            values: numbers.at(&self.values),
            entropy: next(),
            is_top1: next(),
            mean_logits: next(),
            log_sum_squares: next(),
            all_mean_logits: numbers.at(&self.all_mean_logits),
        }
    }
}

impl Readout<'_> {
    /// Numbers a completion's token, `[sequences][tokens]`, as one a scored token; 0 elsewhere.
    pub fn by_token(&self, of_completions: &[Vec<f64>]) -> Vec<f64> {
        let mut all = vec![0.0; self.values.len()];
        for (span, numbers) in self.batch.spans.iter().zip(of_completions) {
            for (token, number) in span.clone().zip(numbers) {
                all[token] = *number;
            }
        }
        all
    }

    /// The plain sum of each sequence's completion.
    pub fn completions(&self) -> Vec<CompletionLogp> {
        self.weighted_completions(None)
    }

    /// The sum of each sequence's completion with a weight a scored token of the batch.
    pub fn weighted_completions(&self, weights: Option<&[f64]>) -> Vec<CompletionLogp> {
        let sequences = self.sequences.iter().copied();
        completion_logps(&self.values, weights, self.batch, sequences)
    }
}
