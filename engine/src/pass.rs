//! One forward and backward pass over a batch, by the kernels of its device.

use crate::batch::Batch;
use crate::kernels::cpu::{self, CpuValues, gpt::Activations, tensor_of};
use crate::kernels::gpu;
use crate::kernels::shape::Shape;
use crate::kernels::{Packed, STATISTICS, statistics_of};
use crate::model::Model;
use crate::readback::read;
use burn::tensor::Tensor;
use tilt_protocol::{Error, Result};

/// Which of the statistics is the mean raw logit.
const MEAN_LOGIT: usize = 2;

/// What a forward pass gave.
pub struct ForwardPass {
    /// Log-probs of the batch's scored tokens in nats, `[n]`; or what a scalar head gives, one
    /// number a place that was asked for.
    pub values: Tensor<1>,
    /// `[STATISTICS * n]`, one quantity after the other.
    pub statistics: Option<Tensor<1>>,
    /// For the backward pass.
    pub tape: Tape,
}

/// What a forward pass keeps for its backward pass.
pub struct Tape(Recorded);

enum Recorded {
    Cpu {
        activations: Box<Activations>,
        shape: Box<Shape>,
        arena: CpuValues,
    },
    Gpu(Box<gpu::BatchParts>),
}

/// Weights on a device that has no kernels, or in a tensor that these cannot read.
pub(crate) fn not_taken() -> Error {
    Error::internal("weights that no kernel reads")
}

/// The log-probs of a batch that scores at least one token.
///
/// # Errors
/// Those of [`Batch::check`], and [`Error::InvalidConfig`] for what the device has no room
/// for.
pub fn forward_logps(
    model: &Model,
    arena: &Tensor<1>,
    batch: &Batch,
    statistics: bool,
) -> Result<ForwardPass> {
    batch.check(&model.config)?;
    if let Some(numbers) = CpuValues::of(arena) {
        return Ok(cpu_logps(model, numbers, batch, statistics));
    }
    let shape = Shape::new(&model.config);
    let pass = gpu::forward_logps(&shape, arena, &batch.packed)?;
    let (read, parts) = pass.ok_or_else(not_taken)?;
    Ok(ForwardPass {
        values: read.values,
        statistics: read.statistics.filter(|_| statistics),
        tape: Tape::gpu(parts),
    })
}

/// The same log-probs to the last bit, `[n]`, with nothing kept for a backward pass: so one model
/// says the same of a row in a training step and beside it.
///
/// # Errors
/// Those of [`forward_logps`].
pub fn token_logps(model: &Model, arena: &Tensor<1>, batch: &Batch) -> Result<Tensor<1>> {
    batch.check(&model.config)?;
    let shape = Shape::new(&model.config);
    if let Some(numbers) = CpuValues::of(arena) {
        let scored = cpu::gpt::score_tokens(&shape, &numbers, &batch.packed);
        return Ok(logps_of(model, &scored));
    }
    let pass = gpu::forward_logps(&shape, arena, &batch.packed)?;
    let (read, _) = pass.ok_or_else(not_taken)?;
    Ok(read.values)
}

/// The mean raw logit over the vocabulary at every scored place of rows, `[n]`; nothing is kept for
/// a backward pass.
///
/// # Errors
/// [`Error::InvalidConfig`] for what the device has no room for.
pub fn mean_logits(model: &Model, arena: &Tensor<1>, packed: &Packed) -> Result<Tensor<1>> {
    let shape = Shape::new(&model.config);
    if let Some(numbers) = CpuValues::of(arena) {
        let scored = cpu::gpt::score_tokens(&shape, &numbers, packed);
        let means = scored.iter().map(|scored| scored.mean_logit);
        return Ok(tensor_of(means.collect(), &model.device));
    }
    let pass = gpu::forward_logps(&shape, arena, packed)?;
    let (read, _) = pass.ok_or_else(not_taken)?;
    let statistics = read.statistics.ok_or_else(not_taken)?;
    let [len] = statistics.dims();
    let count = len / STATISTICS;
    let means = MEAN_LOGIT * count..(MEAN_LOGIT + 1) * count;
    Ok(statistics.slice([means]))
}

/// What a model's head gives after these places of a text: logits, `[places, vocab]`, or of a
/// scalar head its numbers, `[places, 1]`.
///
/// # Errors
/// [`Error::Device`] when the device was lost, [`Error::InvalidConfig`] for what the device has no
/// room for.
pub async fn outputs_at(
    model: &Model,
    arena: &Tensor<1>,
    ids: &[u32],
    places: &[usize],
) -> Result<Vec<Vec<f32>>> {
    let shape = Shape::new(&model.config);
    let packed = Packed::prompts(&[ids]).scoring(places);
    if model.config.has_score_head {
        let values = match CpuValues::of(arena) {
            Some(numbers) => cpu::gpt::forward(&shape, &numbers, &packed)
                .rewards(&shape, &numbers, places.to_vec())
                .ok_or_else(not_taken)?,
            None => {
                let pass = gpu::forward_scalars(&shape, arena, &packed)?;
                read(pass.ok_or_else(not_taken)?.0.values).await?
            }
        };
        return Ok(values.into_iter().map(|value| vec![value]).collect());
    }
    let (logits, row_len) = match CpuValues::of(arena) {
        Some(numbers) => (cpu::gpt::logits(&shape, &numbers, &packed), shape.vocab),
        None => {
            let logits = gpu::vocabulary_logits(&shape, arena, &packed).await?;
            logits.ok_or_else(not_taken)?
        }
    };
    let rows = logits.chunks_exact(row_len);
    Ok(rows.map(|row| row[..shape.vocab].to_vec()).collect())
}

/// Log-probs over the whole vocabulary at every scored position, `[n * v]` in nats, by the same
/// pass that training makes.
///
/// # Errors
/// [`Error::Device`] when the device was lost, and those of [`forward_logps`].
pub async fn vocabulary_logps(model: &Model, arena: &Tensor<1>, batch: &Batch) -> Result<Vec<f32>> {
    batch.check(&model.config)?;
    let shape = Shape::new(&model.config);
    if let Some(numbers) = CpuValues::of(arena) {
        let logits = cpu::gpt::logits(&shape, &numbers, &batch.packed);
        return Ok(log_softmax(&logits, shape.vocab, shape.vocab));
    }
    let logits = gpu::vocabulary_logits(&shape, arena, &batch.packed).await?;
    let (logits, row_len) = logits.ok_or_else(not_taken)?;
    Ok(log_softmax(&logits, row_len, shape.vocab))
}

/// Log-probs `[n * vocab]` of logits in rows of `row_len`; the sums in f64.
fn log_softmax(logits: &[f32], row_len: usize, vocab: usize) -> Vec<f32> {
    let mut logps = Vec::with_capacity(logits.len());
    for row in logits.chunks_exact(row_len) {
        let row = &row[..vocab];
        let most = row.iter().fold(f32::NEG_INFINITY, |most, x| most.max(*x));
        let most = f64::from(most);
        let shares = row.iter().map(|&logit| (f64::from(logit) - most).exp());
        let log_sum = most + shares.sum::<f64>().ln();
        logps.extend(row.iter().map(|&logit| (f64::from(logit) - log_sum) as f32));
    }
    logps
}

/// A reward model's rewards, read at token `ends[i]` of each sequence.
///
/// # Errors
/// Those of [`forward_scalars`].
pub fn forward_rewards(
    model: &Model,
    arena: &Tensor<1>,
    batch: &Batch,
    ends: &[usize],
) -> Result<ForwardPass> {
    let places: Vec<(usize, usize)> = ends.iter().copied().enumerate().collect();
    forward_scalars(model, arena, batch, &places)
}

/// The scalar head of a model at `places`, each a sequence of a [`Batch::whole`] and a token of
/// it; `[places]`.
///
/// # Errors
/// [`Error::Internal`] for a model without a scalar head, or tokens that the sequences do not
/// have, and those of [`Batch::check`].
pub fn forward_scalars(
    model: &Model,
    arena: &Tensor<1>,
    batch: &Batch,
    places: &[(usize, usize)],
) -> Result<ForwardPass> {
    batch.check(&model.config)?;
    let no_head = || Error::internal("a reward or a value was asked of a language model");
    let no_token = || Error::internal("a reward or a value was asked of a token that is not there");
    let is_there = |&(row, t): &(usize, usize)| batch.lengths.get(row).is_some_and(|&len| t < len);
    if !places.iter().all(is_there) {
        return Err(no_token());
    }
    let shape = Shape::new(&model.config);
    let rows = places.iter();
    let rows = rows.map(|&(row, t)| batch.packed.row(row, t).ok_or_else(no_token));
    let rows: Vec<usize> = rows.collect::<Result<_>>()?;
    if let Some(arena) = CpuValues::of(arena) {
        let mut activations = cpu::gpt::forward(&shape, &arena, &batch.packed);
        let rewards = activations
            .rewards(&shape, &arena, rows)
            .ok_or_else(no_head)?;
        return Ok(ForwardPass {
            values: tensor_of(rewards, &model.device),
            statistics: None,
            tape: Tape::cpu(activations, shape, arena),
        });
    }
    let pass = gpu::forward_scalars(&shape, arena, &batch.packed.scoring(&rows))?;
    let (read, parts) = pass.ok_or_else(no_head)?;
    Ok(ForwardPass {
        values: read.values,
        statistics: None,
        tape: Tape::gpu(parts),
    })
}

fn cpu_logps(model: &Model, arena: CpuValues, batch: &Batch, statistics: bool) -> ForwardPass {
    let shape = Shape::new(&model.config);
    let mut activations = cpu::gpt::forward(&shape, &arena, &batch.packed);
    let scored = activations.logps(&shape, &arena, &batch.packed);
    let statistics = statistics.then(|| tensor_of(statistics_of(&scored), &model.device));
    ForwardPass {
        values: logps_of(model, &scored),
        statistics,
        tape: Tape::cpu(activations, shape, arena),
    }
}

fn logps_of(model: &Model, scored: &[cpu::ScoredToken]) -> Tensor<1> {
    let logps: Vec<f32> = scored.iter().map(|scored| scored.logp).collect();
    tensor_of(logps, &model.device)
}

impl Tape {
    fn cpu(activations: Activations, shape: Shape, arena: CpuValues) -> Tape {
        Tape(Recorded::Cpu {
            activations: Box::new(activations),
            shape: Box::new(shape),
            arena,
        })
    }

    fn gpu(parts: gpu::BatchParts) -> Tape {
        Tape(Recorded::Gpu(Box::new(parts)))
    }

    /// The gradient in the arena's layout, `[parameters]`, of a loss whose derivatives with
    /// respect to the pass's values are `upstream`. `batch` is that of the forward pass.
    pub fn backward(self, model: &Model, batch: &Batch, upstream: &[f32]) -> Tensor<1> {
        match self.0 {
            Recorded::Cpu {
                activations,
                shape,
                arena,
            } => {
                let gradient = activations.backward(&shape, &arena, &batch.packed, upstream);
                tensor_of(gradient, &model.device)
            }
            Recorded::Gpu(parts) => parts.backward(model.layout.len, upstream),
        }
    }
}

#[cfg(test)]
mod plain;
#[cfg(test)]
mod tests;
