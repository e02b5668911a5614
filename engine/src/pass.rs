//! One forward and backward pass over a batch, by the best means the device has.

use crate::batch::Batch;
use crate::gpt::Gpt;
use crate::gpt_config::GptConfig;
use crate::kernels::cpu::{self, CpuValues, gpt::Activations, tensor_of};
use crate::kernels::gpu;
use crate::kernels::shape::Shape;
use crate::kernels::statistics_of;
use crate::model::Model;
use crate::readback::read;
use burn::tensor::{Int, Tensor, activation};
use tilt_protocol::{Error, Result};

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
    Gpu {
        parts: Box<gpu::BatchParts>,
        shape: Box<Shape>,
    },
    /// burn's operations with burn's autodiff.
    Plain {
        leaves: Box<Gpt>,
        tracked: Box<Tensor<1>>,
    },
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
    if let Some((read, parts)) = gpu::forward_logps(&shape, arena, &batch.packed)? {
        return Ok(ForwardPass {
            values: read.values,
            statistics: read.statistics.filter(|_| statistics),
            tape: Tape::gpu(parts, shape),
        });
    }
    check_plain(&model.config, arena, batch)?;
    let leaves = Gpt::leaves(&model.config, arena);
    Ok(plain_logps(leaves, batch, statistics))
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
    if let Some((read, _)) = gpu::forward_logps(&shape, arena, &batch.packed)? {
        return Ok(read.values);
    }
    check_plain(&model.config, arena, batch)?;
    let gpt = Gpt::as_leaves(&model.config, arena);
    Ok(plain_logps(gpt, batch, false).values)
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
    if let Some((logits, row_len)) = logits {
        return Ok(log_softmax(&logits, row_len, shape.vocab));
    }
    check_plain(&model.config, arena, batch)?;
    let logits = scored_logits(&model.gpt(arena), batch);
    read(activation::log_softmax(logits, 1)).await
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

/// Checks that a device has room for burn's composition, whose tensors are padded and whole.
///
/// # Errors
/// [`Error::InvalidConfig`] with the quantity, what it needs and what there is.
fn check_plain(config: &GptConfig, arena: &Tensor<1>, batch: &Batch) -> Result<()> {
    let (rows, width) = (batch.rows(), batch.width());
    gpu::check_plain(config, arena, [rows, width], batch.scored())
}

/// Logits at every position that predicts a completion token, `[n, v]`.
pub(crate) fn scored_logits(gpt: &Gpt, batch: &Batch) -> Tensor<2> {
    let device = gpt.device();
    let hidden = gpt.hidden(batch.tokens(&device), None);
    let [b, t, d] = hidden.dims();
    let positions = batch.positions(&device);
    gpt.logits(hidden.reshape([b * t, d]).select(0, positions))
}

/// The log-probs of a batch by burn's operations: what the kernels are tested against.
pub fn plain_logps(leaves: Gpt, batch: &Batch, statistics: bool) -> ForwardPass {
    let logits = scored_logits(&leaves, batch);
    let [n, _] = logits.dims();
    let targets = batch.targets(&logits.device()).reshape([n, 1]);
    let logps = activation::log_softmax(logits.clone(), 1);
    let tracked = match batch.soft_targets(&logits) {
        Some(soft_targets) => (logps.clone() * soft_targets).sum_dim(1).reshape([n]),
        None => logps.clone().gather(1, targets.clone()).reshape([n]),
    };
    let (logits, logps) = (logits.inner(), logps.inner());
    let statistics = statistics.then(|| {
        let entropy = (logps.clone().exp() * logps.clone()).sum_dim(1).neg();
        let is_top1 = logits.clone().argmax(1).equal(targets).float();
        let squares = logps.mul_scalar(2.0).exp().sum_dim(1).log();
        let parts = [entropy, is_top1, logits.mean_dim(1), squares];
        Tensor::cat(parts.map(|part| part.reshape([n])).to_vec(), 0)
    });
    ForwardPass {
        values: tracked.clone().inner(),
        statistics,
        tape: Tape(Recorded::Plain {
            leaves: Box::new(leaves),
            tracked: Box::new(tracked),
        }),
    }
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
    if let Some((read, parts)) = gpu::forward_scalars(&shape, arena, &batch.packed.scoring(&rows))?
    {
        return Ok(ForwardPass {
            values: read.values,
            statistics: None,
            tape: Tape::gpu(parts, shape),
        });
    }
    check_plain(&model.config, arena, batch)?;
    let leaves = Gpt::leaves(&model.config, arena);
    let device = leaves.device();
    let hidden = leaves.hidden(batch.tokens(&device), None);
    let [b, t, d] = hidden.dims();
    let flat: Vec<i32> = places
        .iter()
        .map(|&(row, place)| (row * t + place) as i32)
        .collect();
    let flat = Tensor::<1, Int>::from_data(flat.as_slice(), &device);
    let tracked = leaves
        .rewards(hidden.reshape([b * t, d]).select(0, flat))
        .ok_or_else(no_head)?;
    Ok(ForwardPass {
        values: tracked.clone().inner(),
        statistics: None,
        tape: Tape(Recorded::Plain {
            leaves: Box::new(leaves),
            tracked: Box::new(tracked),
        }),
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

    fn gpu(parts: gpu::BatchParts, shape: Shape) -> Tape {
        Tape(Recorded::Gpu {
            parts: Box::new(parts),
            shape: Box::new(shape),
        })
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
            Recorded::Gpu { parts, shape } => parts.backward(&shape, model.layout.len, upstream),
            Recorded::Plain { leaves, tracked } => {
                let upstream = Tensor::<1>::from_data(upstream, &tracked.device());
                let mut gradients = (*tracked * upstream).sum().backward();
                leaves.flat_gradients(&mut gradients)
            }
        }
    }
}

#[cfg(test)]
mod tests;
