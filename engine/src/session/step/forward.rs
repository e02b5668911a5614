//! The policy's forward pass on a batch: what it tracks for the backward pass, and what
//! is read of it beside.

use super::super::readback::{Numbers, Place, Readback};
use crate::batch::{Batch, Sequence};
use crate::gpt::Gpt;
use crate::logps::completion_logps;
use crate::loss::CompletionLogp;
use burn::tensor::{Int, Tensor, activation};
use tilt_protocol::{Error, Objective, Result};

/// A pass under way: tensors on the device.
#[derive(Default)]
pub struct Forward {
    /// What derivatives are taken of: log-probs of the scored tokens, or rewards.
    /// `None` when the batch scores no token.
    pub tracked: Option<Tensor<1>>,
    values: Place,
    entropy: Place,
    is_top1: Place,
    mean_logits: Place,
    log_sum_squares: Place,
    all_mean_logits: Place,
}

/// A pass, read. One value a scored token unless it says otherwise.
pub struct Pass<'a> {
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

impl Forward {
    /// `statistics` are the quantities that TRL logs and no loss needs.
    ///
    /// # Errors
    /// [`Error::Internal`] for a reward objective on a model without a scalar head.
    pub fn run(
        leaves: &Gpt,
        batch: &Batch,
        sequences: &[&Sequence],
        objective: &Objective,
        statistics: bool,
        readback: &mut Readback,
    ) -> Result<Forward> {
        let mut forward = Forward::default();
        let device = leaves.device();
        let tokens = batch.tokens(&device);
        // CPO and ORPO log logits over padding as well: there it must look as TRL's does.
        let logs_padding =
            statistics && matches!(objective, Objective::Cpo(_) | Objective::Orpo { .. });
        let hidden = if logs_padding {
            leaves.hidden_without_padding(tokens, &batch.lengths)
        } else {
            leaves.hidden(tokens, None)
        };
        let [b, t, d] = hidden.dims();
        if logs_padding {
            let means = leaves.mean_logits(hidden.clone()).inner();
            forward.all_mean_logits = readback.add(means);
        }
        let flat = hidden.reshape([b * t, d]);
        if matches!(objective, Objective::Reward { .. }) {
            let ends = reward_positions(batch, sequences, leaves.config().pad_token_id);
            let ends = Tensor::<1, Int>::from_data(ends.as_slice(), &device);
            let rewards = leaves
                .rewards(flat.select(0, ends))
                .ok_or_else(|| Error::internal("a reward was asked of a language model"))?;
            forward.values = readback.add(rewards.clone().inner());
            forward.tracked = Some(rewards);
            return Ok(forward);
        }
        if batch.scored() == 0 {
            return Ok(forward);
        }
        let n = batch.scored();
        let logits = leaves.logits(flat.select(0, batch.positions(&device))); // [n, v]
        let logps = activation::log_softmax(logits.clone(), 1);
        let targets = batch.targets(&device).reshape([n, 1]);
        let tracked = logps.clone().gather(1, targets.clone()).reshape([n]);
        forward.values = readback.add(tracked.clone().inner());
        forward.tracked = Some(tracked);

        let (logits, logps) = (logits.inner(), logps.inner());
        if statistics {
            let entropy = (logps.clone().exp() * logps.clone()).sum_dim(1).neg();
            forward.entropy = readback.add(entropy.reshape([n]));
            let is_top1 = logits.clone().argmax(1).equal(targets).float();
            forward.is_top1 = readback.add(is_top1.reshape([n]));
            forward.mean_logits = readback.add(logits.mean_dim(1).reshape([n]));
        }
        if matches!(objective, Objective::Dpo(dpo) if dpo.use_weighting) {
            let squares = logps.mul_scalar(2.0).exp().sum_dim(1).log();
            forward.log_sum_squares = readback.add(squares.reshape([n]));
        }
        Ok(forward)
    }

    pub fn read<'a>(
        &self,
        numbers: &Numbers,
        batch: &'a Batch,
        sequences: &'a [&'a Sequence],
    ) -> Pass<'a> {
        Pass {
            batch,
            sequences,
            values: numbers.at(&self.values),
            entropy: numbers.at(&self.entropy),
            is_top1: numbers.at(&self.is_top1),
            mean_logits: numbers.at(&self.mean_logits),
            log_sum_squares: numbers.at(&self.log_sum_squares),
            all_mean_logits: numbers.at(&self.all_mean_logits),
        }
    }
}

/// Flat positions of the hidden states that a reward is read from: in each row the last
/// token that is not the pad token, as transformers finds it. Where padding and end of
/// text are one token, that is the token before the end.
fn reward_positions(batch: &Batch, sequences: &[&Sequence], pad_id: Option<u32>) -> Vec<i32> {
    sequences
        .iter()
        .enumerate()
        .map(|(row, sequence)| {
            let ids = sequence.prompt.iter().chain(&sequence.completion);
            let last = ids
                .enumerate()
                .filter(|(_, id)| Some(**id) != pad_id)
                .map(|(t, _)| t)
                .last();
            (row * batch.width() + last.unwrap_or(0)) as i32
        })
        .collect()
}

impl Pass<'_> {
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
