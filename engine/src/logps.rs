//! Log-probs of completion tokens under a model.
//!
//! log p of the token at position t is read from the logits at t - 1; the prompt
//! never contributes, the end-of-text token does.

use crate::batch::Batch;
use crate::loss::CompletionLogp;
use crate::model::Model;
use crate::pass::token_logps;
use crate::readback::read;
use crate::sequence::Sequence;
use burn::tensor::Tensor;
use tilt_protocol::Result;

/// Sums per completion, in f64, each token times its weight. `sequences` are those of
/// the batch, in its order.
pub fn completion_logps<'a>(
    token_logps: &[f64],
    weights: Option<&[f64]>,
    batch: &Batch,
    sequences: impl IntoIterator<Item = &'a Sequence>,
) -> Vec<CompletionLogp> {
    let sums = batch.completion_sums(token_logps, weights).into_iter();
    sums.zip(&batch.spans)
        .zip(sequences)
        .map(|((sum, span), sequence)| CompletionLogp {
            scored: span.len(),
            ..CompletionLogp::new(sum, sequence.completion.len())
        })
        .collect()
}

/// Log-probs of many sequences under a model that records no gradient, in batches
/// of `batch_size`, in the order given.
///
/// # Errors
/// Those of [`token_logps_of`].
pub async fn sequence_logps(
    model: &Model,
    arena: &Tensor<1>,
    sequences: &[&Sequence],
    batch_size: usize,
) -> Result<Vec<CompletionLogp>> {
    let tokens = token_logps_of(model, arena, sequences, batch_size).await?;
    let scored = tokens.iter().zip(sequences);
    Ok(scored
        .map(|(logps, sequence)| CompletionLogp {
            scored: logps.len(),
            ..CompletionLogp::new(logps.iter().sum(), sequence.completion.len())
        })
        .collect())
}

/// The same token by token: log-probs of each completion's scored tokens, in nats.
///
/// # Errors
/// [`tilt_protocol::Error::Device`] when the device was lost, and those of [`Batch::new`] and
/// [`token_logps`].
pub async fn token_logps_of(
    model: &Model,
    arena: &Tensor<1>,
    sequences: &[&Sequence],
    batch_size: usize,
) -> Result<Vec<Vec<f64>>> {
    let mut scored = Vec::with_capacity(sequences.len());
    for chunk in sequences.chunks(batch_size.max(1)) {
        let batch = Batch::new(chunk.iter().copied(), model.pad_id())?;
        let logps: Vec<f64> = if batch.scored() == 0 {
            Vec::new()
        } else {
            let logps = read(token_logps(model, arena, &batch)?).await?;
            logps.into_iter().map(f64::from).collect()
        };
        let of_span = |span: &std::ops::Range<usize>| logps[span.clone()].to_vec();
        scored.extend(batch.spans.iter().map(of_span));
    }
    Ok(scored)
}
