//! What is read of the last hidden states, and its backward pass: log-probs straight from hidden
//! states and head, a block of rows at a time, or a reward model's rewards.
//!
//! Shapes: width `d`, vocab `v`, `n` scored tokens.

use super::buffers::Buffer;
use super::matmul::{CausalBand, Packing, View, matmul};
use super::rows::add;
use super::simd::dispatch;
use super::softmax::{LogitsBackward, ReadLogits, ScoredToken};
use crate::kernels::packed::Packed;
use crate::kernels::shape::Shape;
use std::ops::Range;

/// Logits kept from forward to backward, in numbers (16 MiB); beyond, they are computed
/// again, a block of rows at a time.
const LOGITS_KEPT: usize = 1 << 22;
/// Logits of a block of rows, in numbers.
const LOGITS_BLOCK: usize = 1 << 20;

/// What a head keeps of its forward pass.
pub enum HeadActivations {
    Logps(LogpsActivations),
    Rewards(RewardActivations),
}

/// Where a head's backward pass adds: the hidden states' gradient `[rows, d]`, and the arena's.
type Gradients<'a> = (&'a mut [f32], &'a mut [f32]);

pub struct LogpsActivations {
    /// `[n, d]`
    hidden: Buffer,
    /// `[n, v]`, or nothing where that is much.
    logits: Option<Buffer>,
    /// `[n]`
    log_sums: Buffer,
}

/// The scored tokens in blocks whose logits are not many.
fn blocks(n: usize, vocab: usize) -> impl Iterator<Item = Range<usize>> {
    let block = (LOGITS_BLOCK / vocab).clamp(8, n.max(8));
    let firsts = (0..n).step_by(block);
    firsts.map(move |first| first..(first + block).min(n))
}

impl LogpsActivations {
    /// Reads `out` `[rows, d]`; `keep`: for the backward pass.
    pub fn read(
        shape: &Shape,
        arena: &[f32],
        packed: &Packed,
        packing: &mut Packing,
        out: &[f32],
        keep: bool,
    ) -> (Vec<ScoredToken>, LogpsActivations) {
        let (n, d, v) = (packed.scored.len(), shape.width, shape.vocab);
        let hidden = scored_hidden(shape, packed, out);
        let mut scored = vec![ScoredToken::default(); n];
        let mut kept = (keep && n * v <= LOGITS_KEPT).then(|| Buffer::any(n * v));
        for rows in blocks(n, v) {
            let mut scratch;
            let logits = match &mut kept {
                Some(kept) => &mut kept[rows.start * v..rows.end * v],
                None => {
                    scratch = Buffer::any(rows.len() * v);
                    &mut scratch
                }
            };
            let hidden = &hidden[rows.start * d..rows.end * d];
            logits_of(shape, arena, packing, hidden, logits);
            dispatch(ReadLogits {
                logits,
                vocab: v,
                targets: &packed.targets[rows.clone()],
                out: &mut scored[rows.clone()],
            });
            let soft_targets = soft_targets_of(packed, &rows).iter();
            for ((soft_target, scored), logits) in soft_targets
                .zip(&mut scored[rows])
                .zip(logits.chunks_exact(v))
            {
                let logit = |&(id, share): &(u32, f32)| share * logits[id as usize];
                scored.logp = soft_target.iter().map(logit).sum::<f32>() - scored.log_sum;
            }
        }
        let mut log_sums = Buffer::any(n);
        for (to, scored) in log_sums.iter_mut().zip(&scored) {
            *to = scored.log_sum;
        }
        let head = LogpsActivations {
            hidden,
            logits: kept,
            log_sums,
        };
        (scored, head)
    }

    pub fn backward(
        mut self,
        shape: &Shape,
        arena: &[f32],
        packed: &Packed,
        packing: &mut Packing,
        upstream: &[f32],
        (d_last, gradient): Gradients<'_>,
    ) {
        let (n, d, v) = (packed.scored.len(), shape.width, shape.vocab);
        for rows in blocks(n, v) {
            let hidden = &self.hidden[rows.start * d..rows.end * d];
            let mut scratch;
            let logits = match &mut self.logits {
                Some(kept) => &mut kept[rows.start * v..rows.end * v],
                None => {
                    scratch = Buffer::any(rows.len() * v);
                    logits_of(shape, arena, packing, hidden, &mut scratch);
                    &mut scratch
                }
            };
            dispatch(LogitsBackward {
                logits,
                vocab: v,
                targets: &packed.targets[rows.clone()],
                log_sums: &self.log_sums[rows.clone()],
                upstream: &upstream[rows.clone()],
            });
            let soft_targets = soft_targets_of(packed, &rows).iter().zip(rows.clone());
            for ((soft_target, row), logits) in soft_targets.zip(logits.chunks_exact_mut(v)) {
                logits[packed.targets[row] as usize] -= upstream[row];
                for &(id, share) in soft_target {
                    logits[id as usize] += upstream[row] * share;
                }
            }
            let d_logits = View::new(logits, rows.len(), v);
            let table = View::new(&arena[shape.head.clone()], v, d);
            let mut d_rows = Buffer::any(rows.len() * d);
            matmul(
                packing,
                d_logits,
                table,
                &mut d_rows,
                d,
                false,
                CausalBand::Full,
            );
            for (from, &row) in d_rows.chunks_exact(d).zip(&packed.scored[rows.clone()]) {
                add(&mut d_last[row as usize * d..][..d], from);
            }
            let hidden = View::new(hidden, rows.len(), d);
            let to = &mut gradient[shape.head.clone()];
            let left = d_logits.transposed();
            matmul(packing, left, hidden, to, d, true, CausalBand::Full);
        }
    }
}

/// The distributions of some of the scored tokens; none where targets are scored.
fn soft_targets_of<'a>(packed: &'a Packed, rows: &Range<usize>) -> &'a [Vec<(u32, f32)>] {
    packed.soft_targets.get(rows.clone()).unwrap_or_default()
}

/// Logits of every scored token over `out` `[rows, d]`: `[n, v]`.
pub fn all_logits(
    shape: &Shape,
    arena: &[f32],
    packed: &Packed,
    packing: &mut Packing,
    out: &[f32],
) -> Vec<f32> {
    let hidden = scored_hidden(shape, packed, out);
    let mut logits = vec![0.0; packed.scored.len() * shape.vocab];
    logits_of(shape, arena, packing, &hidden, &mut logits);
    logits
}

/// The rows of `out` `[rows, d]` that predict scored tokens, `[n, d]`.
fn scored_hidden(shape: &Shape, packed: &Packed, out: &[f32]) -> Buffer {
    let d = shape.width;
    let mut hidden = Buffer::any(packed.scored.len() * d);
    for (to, &row) in hidden.chunks_exact_mut(d).zip(&packed.scored) {
        to.copy_from_slice(&out[row as usize * d..][..d]);
    }
    hidden
}

fn logits_of(
    shape: &Shape,
    arena: &[f32],
    packing: &mut Packing,
    hidden: &[f32],
    logits: &mut [f32],
) {
    let (d, v) = (shape.width, shape.vocab);
    let hidden = View::new(hidden, hidden.len() / d, d);
    let head = View::new(&arena[shape.head.clone()], v, d).transposed();
    matmul(packing, hidden, head, logits, v, false, CausalBand::Full);
}

pub struct RewardActivations {
    /// Where they are read.
    rows: Vec<usize>,
}

impl RewardActivations {
    /// Reads `out` `[rows, d]` at the given rows. `None` without a scalar head.
    pub fn read(
        shape: &Shape,
        arena: &[f32],
        out: &[f32],
        rows: Vec<usize>,
    ) -> Option<(Vec<f32>, RewardActivations)> {
        let d = shape.width;
        let weight = &arena[shape.score.clone()?];
        let rewards = rows
            .iter()
            .map(|&row| {
                let hidden = &out[row * d..][..d];
                hidden.iter().zip(weight).map(|(h, w)| h * w).sum()
            })
            .collect();
        Some((rewards, RewardActivations { rows }))
    }

    pub fn backward(
        self,
        shape: &Shape,
        arena: &[f32],
        out: &[f32],
        upstream: &[f32],
        (d_last, gradient): Gradients<'_>,
    ) {
        let d = shape.width;
        let Some(slot) = shape.score.clone() else {
            return;
        };
        for (row, &upstream) in self.rows.into_iter().zip(upstream) {
            let place = row * d..(row + 1) * d;
            let weight = arena[slot.clone()].iter();
            for (to, weight) in d_last[place.clone()].iter_mut().zip(weight) {
                *to += upstream * weight;
            }
            let hidden = &out[place];
            for (to, hidden) in gradient[slot.clone()].iter_mut().zip(hidden) {
                *to += upstream * hidden;
            }
        }
    }
}
