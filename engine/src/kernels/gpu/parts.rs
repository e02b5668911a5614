//! A pass in as many parts as the device's limits want: usually one.

use super::fitted::{Fitted, Reads};
use super::gpt::{self, Activations};
use super::head::row_len;
use super::launch::Gpu;
use super::limits::{check_fitted, check_row, most_rows};
use crate::kernels::STATISTICS;
use crate::kernels::packed::{Packed, SubBatch};
use crate::kernels::shape::Shape;
use burn::tensor::{Int, Tensor};
use std::borrow::Cow;
use tilt_protocol::{Error, Result};

pub use super::gpt::ForwardValues;

/// What the backward pass needs of each part.
pub struct BatchParts {
    fitted: Fitted,
    first: BatchPart,
    rest: Vec<BatchPart>,
}

struct BatchPart {
    activations: Activations,
    /// Its scored tokens among those of the whole; `None` for a part that is the whole.
    places: Option<Vec<usize>>,
}

/// Rows that make a pass, with their scored tokens among those of the whole.
type Division<'a> = (Cow<'a, Packed>, Option<Vec<usize>>);

/// The batch in parts that the device has room for.
fn divided<'a>(gpu: &Gpu, shape: &Shape, packed: &'a Packed) -> Result<Vec<Division<'a>>> {
    let most = most_rows(shape, gpu.traits);
    if packed.rows() <= most && packed.scored.len() <= most {
        return Ok(vec![(Cow::Borrowed(packed), None)]);
    }
    check_row(packed.longest(), most)?;
    let shares = packed.within(most);
    let shares = shares.ok_or_else(|| Error::internal("a row that fits has no part"))?;
    let owned = |share: SubBatch| (Cow::Owned(share.packed), Some(share.places));
    Ok(shares.into_iter().map(owned).collect())
}

/// Log-probs of the scored tokens, or of their distributions, and what the backward pass needs.
/// `None` where the kernels do not take the tensor.
///
/// # Errors
/// [`Error::InvalidConfig`] for what the device has no room for.
pub fn forward_logps(
    shape: &Shape,
    arena: &Tensor<1>,
    packed: &Packed,
) -> Result<Option<(ForwardValues, BatchParts)>> {
    forward(shape, arena, packed, Reads::Logps)
}

/// What a scalar head gives at the scored places, and what the backward pass needs. `None` where
/// the kernels do not take the tensor, or without a scalar head.
///
/// # Errors
/// As [`forward_logps`].
pub fn forward_scalars(
    shape: &Shape,
    arena: &Tensor<1>,
    packed: &Packed,
) -> Result<Option<(ForwardValues, BatchParts)>> {
    match shape.score {
        None => Ok(None),
        Some(_) => forward(shape, arena, packed, Reads::Scalars),
    }
}

fn forward(
    shape: &Shape,
    arena: &Tensor<1>,
    packed: &Packed,
    reads: Reads,
) -> Result<Option<(ForwardValues, BatchParts)>> {
    let Some((fitted, passes)) = passes(shape, arena, packed, reads)? else {
        return Ok(None);
    };
    let (mut reads, parts): (Vec<ForwardValues>, Vec<BatchPart>) = passes.into_iter().unzip();
    let read = match reads.len() {
        1 => reads.pop(),
        _ => Some(together(&reads, &parts, packed.scored.len())),
    };
    let mut parts = parts.into_iter();
    let (read, first) = (read.zip(parts.next()))
        .ok_or_else(|| Error::internal("a batch was divided into nothing"))?;
    let rest = parts.collect();
    let parts = BatchParts {
        fitted,
        first,
        rest,
    };
    Ok(Some((read, parts)))
}

type Passes = (Fitted, Vec<(ForwardValues, BatchPart)>);

fn passes(
    shape: &Shape,
    arena: &Tensor<1>,
    packed: &Packed,
    reads: Reads,
) -> Result<Option<Passes>> {
    let Some(gpu) = Gpu::of(arena) else {
        return Ok(None);
    };
    let [len] = arena.dims();
    let fitted = Fitted::new(shape, len, reads);
    check_fitted(&fitted, gpu.traits)?;
    let Some(weights) = gpu.buffer(arena) else {
        return Ok(None);
    };
    let weights = fitted.weights(&gpu, weights);
    let mut passes = Vec::new();
    for (packed, places) in divided(&gpu, &fitted.shape, packed)? {
        let Some(gpu) = Gpu::of(arena) else {
            return Ok(None);
        };
        let (read, activations) = gpt::forward(gpu, &fitted.shape, weights.clone(), &packed);
        passes.push((
            read,
            BatchPart {
                activations,
                places,
            },
        ));
    }
    Ok(Some((fitted, passes)))
}

/// What the parts read, in the order of the whole.
fn together(reads: &[ForwardValues], parts: &[BatchPart], scored: usize) -> ForwardValues {
    let mut order = vec![0_i32; scored];
    let places = parts.iter().flat_map(|part| part.places.iter().flatten());
    for (at, &place) in places.enumerate() {
        order[place] = at as i32;
    }
    let joined = |pieces: Vec<Tensor<1>>| {
        let all = Tensor::cat(pieces, 0);
        let order = Tensor::<1, Int>::from_data(order.as_slice(), &all.device());
        all.select(0, order)
    };
    let values = joined(reads.iter().map(|read| read.values.clone()).collect());
    let statistics: Option<Vec<&Tensor<1>>> =
        reads.iter().map(|read| read.statistics.as_ref()).collect();
    let statistics = statistics.map(|of_parts| {
        let quantities = (0..STATISTICS).map(|quantity| {
            let of_part = |all: &&Tensor<1>| {
                let [len] = all.dims();
                let count = len / STATISTICS;
                let range = quantity * count..(quantity + 1) * count;
                (*all).clone().slice([range])
            };
            joined(of_parts.iter().map(of_part).collect())
        });
        Tensor::cat(quantities.collect(), 0)
    });
    ForwardValues { values, statistics }
}

impl BatchParts {
    /// The gradient in the arena's layout, `[parameters]` of `len`, of a loss whose derivatives
    /// with respect to the pass's values are `upstream`, `[n]`.
    pub fn backward(self, len: usize, upstream: &[f32]) -> Tensor<1> {
        let BatchParts {
            fitted,
            first,
            rest,
        } = self;
        let fitted_len = fitted.len().unwrap_or(len);
        let gradient = |BatchPart {
                            activations,
                            places,
                        }: BatchPart| match places {
            None => activations.backward(&fitted.shape, fitted_len, upstream),
            Some(places) => {
                let own: Vec<f32> = places.iter().map(|&place| upstream[place]).collect();
                activations.backward(&fitted.shape, fitted_len, &own)
            }
        };
        let rest = rest.into_iter();
        let total = rest.fold(gradient(first), |total, part| total + gradient(part));
        let gpu = fitted.len().and_then(|_| Gpu::of(&total));
        let buffer = gpu.as_ref().and_then(|gpu| gpu.buffer(&total));
        match gpu.zip(buffer) {
            Some((gpu, buffer)) => gpu.tensor(&fitted.gradient(&gpu, buffer), len),
            None => total,
        }
    }
}

/// Logits of the scored tokens with how many numbers each row of them has, `[n * row_len]`;
/// those of the vocabulary come first in each row. `None` as in [`forward_logps`].
///
/// # Errors
/// As [`forward_logps`], and [`Error::Device`] when the device was lost.
pub async fn vocabulary_logits(
    shape: &Shape,
    arena: &Tensor<1>,
    packed: &Packed,
) -> Result<Option<(Vec<f32>, usize)>> {
    let Some((fitted, passes)) = passes(shape, arena, packed, Reads::Logps)? else {
        return Ok(None);
    };
    let shape = &fitted.shape;
    let row = row_len(shape);
    let mut all = vec![0.0; packed.scored.len() * row];
    for (
        _,
        BatchPart {
            activations,
            places,
        },
    ) in passes
    {
        let logits = activations.logits(shape).await?;
        match places {
            None => all = logits,
            Some(places) => {
                for (place, logits) in places.into_iter().zip(logits.chunks_exact(row)) {
                    all[place * row..(place + 1) * row].copy_from_slice(logits);
                }
            }
        }
    }
    Ok(Some((all, row)))
}
