//! GPT-2 forward and backward by hand over the flat arena: what [`crate::gpt`] composes of
//! burn's operations, in few passes over memory and with none of it fresh.
//!
//! Shapes: `rows` packed tokens, width `d`, inner width `4 d`, vocab `v`, `n` scored tokens.

use super::attention::{Heads, attend, attend_back};
use super::buffers::Buffer;
use super::matmul::{Band, Packing, View, matmul};
use super::rows::{AddBias, Gelu, LayerNorm, LayerNormBack, Slope, SumColumns, add};
use super::softmax::{LogitsBack, ReadLogits, Scored};
use crate::kernels::packed::Packed;
use crate::kernels::shape::{BlockSlots, LayerNormSlots, Linear, Shape};

/// Logits kept from forward to backward, in numbers (16 MiB); beyond, they are computed
/// again, a block of rows at a time.
const LOGITS_KEPT: usize = 1 << 22;
/// Logits of a block of rows, in numbers.
const LOGITS_BLOCK: usize = 1 << 20;

/// What a LayerNorm keeps.
struct Normed {
    /// `[rows, d]`
    normed: Buffer,
    /// `[rows]`
    scale: Buffer,
    /// `[rows, d]`
    out: Buffer,
}

/// What a block keeps.
struct Block {
    before_attention: Normed,
    /// `[rows, 3 d]`
    qkv: Buffer,
    /// `[heads, rows]`
    log_sums: Buffer,
    /// `[rows, d]`
    attended: Buffer,
    before_mlp: Normed,
    /// Of the GELU, `[rows, 4 d]`.
    slope: Buffer,
    /// `[rows, 4 d]`
    inner: Buffer,
}

/// A forward pass with what the backward pass needs.
pub struct Trace {
    blocks: Vec<Block>,
    last: Normed,
    packing: Packing,
    head: Head,
}

/// What the head read of the hidden states.
enum Head {
    None,
    Logps {
        /// `[n, d]`
        hidden: Buffer,
        /// `[n, v]`, or nothing where that is much.
        logits: Option<Buffer>,
        /// `[n]`
        log_sums: Buffer,
    },
    Rewards {
        rows: Vec<usize>,
    },
}

/// The weights of a model with the room to work.
struct Work<'a> {
    shape: &'a Shape,
    arena: &'a [f32],
    packing: Packing,
}

/// Reads every row of a batch, keeping nothing of the head yet.
pub fn forward(shape: &Shape, arena: &[f32], packed: &Packed) -> Trace {
    let mut work = Work {
        shape,
        arena,
        packing: Packing::default(),
    };
    let d = shape.width;
    let mut x = Buffer::any(packed.rows() * d); // [rows, d]
    let tables = (
        &arena[shape.tokens.clone()],
        &arena[shape.positions.clone()],
    );
    let ids = packed.tokens.iter().zip(&packed.positions);
    for (row, (&token, &position)) in x.chunks_exact_mut(d).zip(ids) {
        row.copy_from_slice(&tables.0[token as usize * d..][..d]);
        add(row, &tables.1[position as usize * d..][..d]);
    }
    let blocks = shape
        .blocks
        .iter()
        .map(|slots| work.block(slots, packed, &mut x))
        .collect();
    let last = work.layer_norm(&shape.last, &x);
    Trace {
        blocks,
        last,
        packing: work.packing,
        head: Head::None,
    }
}

impl Work<'_> {
    fn layer_norm(&self, slots: &LayerNormSlots, x: &[f32]) -> Normed {
        let mut kept = Normed {
            normed: Buffer::any(x.len()),
            scale: Buffer::any(x.len() / self.shape.width),
            out: Buffer::any(x.len()),
        };
        LayerNorm {
            x,
            gain: &self.arena[slots.gain.clone()],
            bias: &self.arena[slots.bias.clone()],
            epsilon: self.shape.epsilon,
            normed: &mut kept.normed,
            scale: &mut kept.scale,
            out: &mut kept.out,
        }
        .run();
        kept
    }

    /// `x W`, without the bias; added to `out` with `add`.
    fn linear(&mut self, linear: &Linear, x: &[f32], out: &mut [f32], add: bool) {
        let weight = &self.arena[linear.weight.clone()];
        let x = View::new(x, x.len() / linear.inputs, linear.inputs);
        let weight = View::new(weight, linear.inputs, linear.outputs);
        let stride = linear.outputs;
        matmul(&mut self.packing, x, weight, out, stride, add, Band::Full);
    }

    fn add_bias(&self, linear: &Linear, x: &mut [f32]) {
        let bias = &self.arena[linear.bias.clone()];
        AddBias { x, bias }.run();
    }

    /// Runs a block; `x` is the residual stream.
    fn block(&mut self, slots: &BlockSlots, packed: &Packed, x: &mut [f32]) -> Block {
        let (rows, d) = (packed.rows(), self.shape.width);
        let before_attention = self.layer_norm(&slots.before_attention, x);
        let mut qkv = Buffer::any(rows * 3 * d);
        self.linear(&slots.qkv, &before_attention.out, &mut qkv, false);
        self.add_bias(&slots.qkv, &mut qkv);
        let mut attended = Buffer::any(rows * d);
        let mut log_sums = Buffer::any(self.shape.heads * rows);
        attend(
            &mut self.packing,
            &packed.segments,
            heads(self.shape),
            &qkv,
            &mut attended,
            &mut log_sums,
        );
        self.linear(&slots.attended, &attended, x, true);
        self.add_bias(&slots.attended, x);

        let before_mlp = self.layer_norm(&slots.before_mlp, x);
        let mut slope = Buffer::any(rows * slots.inner.outputs);
        self.linear(&slots.inner, &before_mlp.out, &mut slope, false);
        let mut inner = Buffer::any(slope.len());
        Gelu {
            x: &mut slope,
            bias: &self.arena[slots.inner.bias.clone()],
            out: &mut inner,
        }
        .run();
        self.linear(&slots.outer, &inner, x, true);
        self.add_bias(&slots.outer, x);
        Block {
            before_attention,
            qkv,
            log_sums,
            attended,
            before_mlp,
            slope,
            inner,
        }
    }
}

fn heads(shape: &Shape) -> Heads {
    Heads {
        count: shape.heads,
        size: shape.width / shape.heads,
    }
}

impl Trace {
    /// Log-probs of the scored tokens, and what else is read of their logits.
    pub fn logps(&mut self, shape: &Shape, arena: &[f32], packed: &Packed) -> Vec<Scored> {
        let (n, d, v) = (packed.scored.len(), shape.width, shape.vocab);
        let mut hidden = Buffer::any(n * d);
        for (to, &row) in hidden.chunks_exact_mut(d).zip(&packed.scored) {
            to.copy_from_slice(&self.last.out[row as usize * d..][..d]);
        }
        let mut scored = vec![Scored::default(); n];
        let mut kept = (n * v <= LOGITS_KEPT).then(|| Buffer::any(n * v));
        let block = (LOGITS_BLOCK / v).clamp(8, n.max(8));
        for first in (0..n).step_by(block) {
            let rows = first..(first + block).min(n);
            let mut scratch;
            let logits = match &mut kept {
                Some(kept) => &mut kept[rows.start * v..rows.end * v],
                None => {
                    scratch = Buffer::any(rows.len() * v);
                    &mut scratch
                }
            };
            logits_of(
                shape,
                arena,
                &mut self.packing,
                &hidden[rows.start * d..rows.end * d],
                logits,
            );
            ReadLogits {
                logits,
                vocab: v,
                targets: &packed.targets[rows.clone()],
                out: &mut scored[rows],
            }
            .run();
        }
        let mut log_sums = Buffer::any(n);
        for (to, scored) in log_sums.iter_mut().zip(&scored) {
            *to = scored.log_sum;
        }
        self.head = Head::Logps {
            hidden,
            logits: kept,
            log_sums,
        };
        scored
    }

    /// The scalar head on the given rows, `[rows.len()]`. `None` without one.
    pub fn rewards(&mut self, shape: &Shape, arena: &[f32], rows: Vec<usize>) -> Option<Vec<f32>> {
        let d = shape.width;
        let weight = &arena[shape.score.clone()?];
        let rewards = rows
            .iter()
            .map(|&row| {
                let hidden = &self.last.out[row * d..][..d];
                hidden.iter().zip(weight).map(|(h, w)| h * w).sum()
            })
            .collect();
        self.head = Head::Rewards { rows };
        Some(rewards)
    }

    /// The gradient in the arena's layout, of a loss whose derivatives with respect to what
    /// the head gave (log-probs or rewards) are `upstream`.
    pub fn backward(
        mut self,
        shape: &Shape,
        arena: &[f32],
        packed: &Packed,
        upstream: &[f32],
    ) -> Vec<f32> {
        let mut gradient = vec![0.0; arena.len()];
        let mut d_hidden = Buffer::zeros(packed.rows() * shape.width);
        self.head_back(shape, arena, packed, upstream, &mut d_hidden, &mut gradient);
        let mut back = Back {
            shape,
            arena,
            packing: self.packing,
            gradient: &mut gradient,
        };
        let mut d_x = Buffer::zeros(d_hidden.len());
        back.layer_norm(&shape.last, &self.last, &d_hidden, &mut d_x);
        for (slots, block) in shape.blocks.iter().zip(self.blocks).rev() {
            back.block(slots, block, packed, &mut d_x, &mut d_hidden);
        }
        let d = shape.width;
        let ids = packed.tokens.iter().zip(&packed.positions);
        for (row, (&token, &position)) in d_x.chunks_exact(d).zip(ids) {
            let token = shape.tokens.start + token as usize * d;
            add(&mut gradient[token..token + d], row);
            let position = shape.positions.start + position as usize * d;
            add(&mut gradient[position..position + d], row);
        }
        gradient
    }

    fn head_back(
        &mut self,
        shape: &Shape,
        arena: &[f32],
        packed: &Packed,
        upstream: &[f32],
        d_last: &mut [f32],
        gradient: &mut [f32],
    ) {
        let (d, v) = (shape.width, shape.vocab);
        match &mut self.head {
            Head::None => {}
            Head::Rewards { rows } => {
                let Some(slot) = shape.score.clone() else {
                    return;
                };
                for (&row, &upstream) in rows.iter().zip(upstream) {
                    let place = row * d..(row + 1) * d;
                    let weight = arena[slot.clone()].iter();
                    for (to, weight) in d_last[place.clone()].iter_mut().zip(weight) {
                        *to += upstream * weight;
                    }
                    let hidden = &self.last.out[place];
                    for (to, hidden) in gradient[slot.clone()].iter_mut().zip(hidden) {
                        *to += upstream * hidden;
                    }
                }
            }
            Head::Logps {
                hidden,
                logits,
                log_sums,
            } => {
                let n = packed.scored.len();
                let block = (LOGITS_BLOCK / v).clamp(8, n.max(8));
                let mut d_rows = Buffer::any(block.min(n) * d);
                for first in (0..n).step_by(block) {
                    let rows = first..(first + block).min(n);
                    let hidden = &hidden[rows.start * d..rows.end * d];
                    let mut scratch;
                    let logits = match logits {
                        Some(kept) => &mut kept[rows.start * v..rows.end * v],
                        None => {
                            scratch = Buffer::any(rows.len() * v);
                            logits_of(shape, arena, &mut self.packing, hidden, &mut scratch);
                            &mut scratch
                        }
                    };
                    LogitsBack {
                        logits,
                        vocab: v,
                        targets: &packed.targets[rows.clone()],
                        log_sums: &log_sums[rows.clone()],
                        upstream: &upstream[rows.clone()],
                    }
                    .run();
                    let d_logits = View::new(logits, rows.len(), v);
                    let packing = &mut self.packing;
                    let table = View::new(&arena[shape.head.clone()], v, d);
                    matmul(packing, d_logits, table, &mut d_rows, d, false, Band::Full);
                    for (from, &row) in d_rows.chunks_exact(d).zip(&packed.scored[rows.clone()]) {
                        add(&mut d_last[row as usize * d..][..d], from);
                    }
                    let hidden = View::new(hidden, rows.len(), d);
                    let to = &mut gradient[shape.head.clone()];
                    matmul(
                        packing,
                        d_logits.transposed(),
                        hidden,
                        to,
                        d,
                        true,
                        Band::Full,
                    );
                }
            }
        }
    }
}

fn logits_of(
    shape: &Shape,
    arena: &[f32],
    packing: &mut Packing,
    hidden: &[f32],
    logits: &mut [f32],
) {
    let hidden = View::new(hidden, hidden.len() / shape.width, shape.width);
    let head = View::new(&arena[shape.head.clone()], shape.vocab, shape.width).transposed();
    matmul(
        packing,
        hidden,
        head,
        logits,
        shape.vocab,
        false,
        Band::Full,
    );
}

/// The way back, with the gradient so far.
struct Back<'a> {
    shape: &'a Shape,
    arena: &'a [f32],
    packing: Packing,
    gradient: &'a mut [f32],
}

impl Back<'_> {
    fn layer_norm(
        &mut self,
        slots: &LayerNormSlots,
        kept: &Normed,
        d_out: &[f32],
        d_x: &mut [f32],
    ) {
        // Gain and bias lie side by side.
        let both = slots.gain.start..slots.bias.end;
        let (d_gain, d_bias) = self.gradient[both].split_at_mut(slots.gain.len());
        LayerNormBack {
            d_out,
            normed: &kept.normed,
            scale: &kept.scale,
            gain: &self.arena[slots.gain.clone()],
            d_x,
            d_gain,
            d_bias,
        }
        .run();
    }

    /// The weight's gradient, and what the input changes by: written to `d_x`.
    fn linear(&mut self, linear: &Linear, x: &[f32], d_out: &[f32], d_x: &mut [f32]) {
        let rows = x.len() / linear.inputs;
        let d_out = View::new(d_out, rows, linear.outputs);
        let x = View::new(x, rows, linear.inputs).transposed();
        let to = &mut self.gradient[linear.weight.clone()];
        let packing = &mut self.packing;
        matmul(packing, x, d_out, to, linear.outputs, false, Band::Full);
        let weight = &self.arena[linear.weight.clone()];
        let weight = View::new(weight, linear.inputs, linear.outputs).transposed();
        matmul(
            packing,
            d_out,
            weight,
            d_x,
            linear.inputs,
            false,
            Band::Full,
        );
    }

    fn bias(&mut self, linear: &Linear, d_out: &[f32]) {
        let to = &mut self.gradient[linear.bias.clone()];
        SumColumns { x: d_out, to }.run();
    }

    /// `d_x` is of the residual stream, after the block and then before it; `d_normed`
    /// `[rows, d]` is room.
    fn block(
        &mut self,
        slots: &BlockSlots,
        block: Block,
        packed: &Packed,
        d_x: &mut [f32],
        d_normed: &mut [f32],
    ) {
        let mut d_inner = Buffer::any(block.inner.len());
        self.bias(&slots.outer, d_x);
        self.linear(&slots.outer, &block.inner, d_x, &mut d_inner);
        Slope {
            d: &mut d_inner,
            slope: &block.slope,
            d_bias: &mut self.gradient[slots.inner.bias.clone()],
        }
        .run();
        self.linear(&slots.inner, &block.before_mlp.out, &d_inner, d_normed);
        self.layer_norm(&slots.before_mlp, &block.before_mlp, d_normed, d_x);

        self.bias(&slots.attended, d_x);
        self.linear(&slots.attended, &block.attended, d_x, d_normed);
        let mut d_qkv = Buffer::any(block.qkv.len());
        let mut log_sums = block.log_sums;
        attend_back(
            &mut self.packing,
            &packed.segments,
            heads(self.shape),
            &block.qkv,
            &mut log_sums,
            d_normed,
            &mut d_qkv,
        );
        self.bias(&slots.qkv, &d_qkv);
        self.linear(&slots.qkv, &block.before_attention.out, &d_qkv, d_normed);
        self.layer_norm(
            &slots.before_attention,
            &block.before_attention,
            d_normed,
            d_x,
        );
    }
}
