//! A pass by burn's operations and burn's autodiff: what the kernels are held to.

use crate::batch::Batch;
use crate::gpt::Gpt;
use burn::tensor::{Tensor, activation};

/// What a forward pass gave.
pub struct PlainPass {
    /// Log-probs of the batch's scored tokens in nats, `[n]`.
    pub values: Tensor<1>,
    /// `[STATISTICS * n]`, one quantity after the other.
    pub statistics: Tensor<1>,
    leaves: Gpt,
    tracked: Tensor<1>,
}

/// Logits at every position that predicts a completion token, `[n, v]`.
pub fn scored_logits(gpt: &Gpt, batch: &Batch) -> Tensor<2> {
    let device = gpt.device();
    let hidden = gpt.hidden(batch.tokens(&device), None);
    let [b, t, d] = hidden.dims();
    let positions = batch.positions(&device);
    gpt.logits(hidden.reshape([b * t, d]).select(0, positions))
}

/// The log-probs of a batch.
pub fn plain_logps(leaves: Gpt, batch: &Batch) -> PlainPass {
    let logits = scored_logits(&leaves, batch);
    let [n, _] = logits.dims();
    let targets = batch.targets(&logits.device()).reshape([n, 1]);
    let logps = activation::log_softmax(logits.clone(), 1);
    let tracked = match batch.soft_targets(&logits) {
        Some(soft_targets) => (logps.clone() * soft_targets).sum_dim(1).reshape([n]),
        None => logps.clone().gather(1, targets.clone()).reshape([n]),
    };
    let (logits, logps) = (logits.inner(), logps.inner());
    let entropy = (logps.clone().exp() * logps.clone()).sum_dim(1).neg();
    let is_top1 = logits.clone().argmax(1).equal(targets).float();
    let squares = logps.mul_scalar(2.0).exp().sum_dim(1).log();
    let parts = [entropy, is_top1, logits.mean_dim(1), squares];
    PlainPass {
        values: tracked.clone().inner(),
        statistics: Tensor::cat(parts.map(|part| part.reshape([n])).to_vec(), 0),
        leaves,
        tracked,
    }
}

impl PlainPass {
    /// As [`super::Tape::backward`].
    pub fn backward(self, upstream: &[f32]) -> Tensor<1> {
        let upstream = Tensor::<1>::from_data(upstream, &self.tracked.device());
        let mut gradients = (self.tracked * upstream).sum().backward();
        self.leaves.flat_gradients(&mut gradients)
    }
}
