//! GPT-2 forward and backward by hand over the flat arena: what [`crate::gpt`] composes of
//! burn's operations, in few passes over memory and with none of it fresh.
//!
//! Shapes: `rows` packed tokens, width `d`, inner width `i`, vocab `v`, `n` scored tokens.

use super::attention::{Heads, attend, attend_backward};
use super::buffers::Buffer;
use super::head::{HeadActivations, LogpsActivations, RewardActivations, all_logits};
use super::matmul::{CausalBand, Packing, View, matmul};
use super::rows::{AddBias, Gelu, LayerNorm, LayerNormBackward, Slope, SumColumns, add};
use super::simd::dispatch;
use super::softmax::ScoredToken;
use crate::kernels::packed::Packed;
use crate::kernels::shape::{BlockSlots, LayerNormSlots, Linear, Shape};

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
struct BlockActivations {
    before_attention: Normed,
    /// `[rows, 3 d]`
    qkv: Buffer,
    /// `[heads, rows]`
    log_sums: Buffer,
    /// `[rows, d]`
    attended: Buffer,
    before_mlp: Normed,
    /// Of the GELU, `[rows, i]`.
    slope: Buffer,
    /// `[rows, i]`
    inner: Buffer,
}

/// A forward pass with what the backward pass needs.
pub struct Activations {
    blocks: Vec<BlockActivations>,
    last: Normed,
    packing: Packing,
    head: Option<HeadActivations>,
}

/// The weights of a model with the room to work.
struct Workspace<'a> {
    shape: &'a Shape,
    arena: &'a [f32],
    packing: Packing,
}

/// Log-probs of the scored tokens, and what else is read of their logits, keeping nothing
/// for a backward pass.
pub fn score_tokens(shape: &Shape, arena: &[f32], packed: &Packed) -> Vec<ScoredToken> {
    let (mut packing, last) = run_blocks(shape, arena, packed, drop);
    LogpsActivations::read(shape, arena, packed, &mut packing, &last.out, false).0
}

/// Logits of the scored tokens over the whole vocabulary, `[n, v]`.
pub fn logits(shape: &Shape, arena: &[f32], packed: &Packed) -> Vec<f32> {
    let (mut packing, last) = run_blocks(shape, arena, packed, drop);
    all_logits(shape, arena, packed, &mut packing, &last.out)
}

/// Reads every row of a batch, keeping nothing of the head yet.
pub fn forward(shape: &Shape, arena: &[f32], packed: &Packed) -> Activations {
    let mut blocks = Vec::with_capacity(shape.blocks.len());
    let (packing, last) = run_blocks(shape, arena, packed, |block| blocks.push(block));
    Activations {
        blocks,
        last,
        packing,
        head: None,
    }
}

/// All blocks and the last LayerNorm; `keep` takes what the backward pass
/// needs of each block.
fn run_blocks(
    shape: &Shape,
    arena: &[f32],
    packed: &Packed,
    mut keep: impl FnMut(BlockActivations),
) -> (Packing, Normed) {
    let mut work = Workspace {
        shape,
        arena,
        packing: Packing::default(),
    };
    let d = shape.width;
    let mut x = Buffer::any(packed.rows() * d); // [rows, d]
    let (tokens, positions) = (
        &arena[shape.tokens.clone()],
        &arena[shape.positions.clone()],
    );
    let ids = packed.tokens.iter().zip(&packed.positions);
    for (row, (&token, &position)) in x.chunks_exact_mut(d).zip(ids) {
        row.copy_from_slice(&tokens[token as usize * d..][..d]);
        add(row, &positions[position as usize * d..][..d]);
    }
    for slots in &shape.blocks {
        keep(work.block(slots, packed, &mut x));
    }
    let last = work.layer_norm(&shape.last, &x);
    (work.packing, last)
}

impl Workspace<'_> {
    fn layer_norm(&self, slots: &LayerNormSlots, x: &[f32]) -> Normed {
        let mut kept = Normed {
            normed: Buffer::any(x.len()),
            scale: Buffer::any(x.len() / self.shape.width),
            out: Buffer::any(x.len()),
        };
        dispatch(LayerNorm {
            x,
            gain: &self.arena[slots.gain.clone()],
            bias: &self.arena[slots.bias.clone()],
            epsilon: self.shape.epsilon,
            normed: &mut kept.normed,
            scale: &mut kept.scale,
            out: &mut kept.out,
        });
        kept
    }

    /// `x W`, without the bias; added to `out` with `add`.
    fn linear(&mut self, linear: &Linear, x: &[f32], out: &mut [f32], add: bool) {
        let weight = &self.arena[linear.weight.clone()];
        let x = View::new(x, x.len() / linear.inputs, linear.inputs);
        let weight = View::new(weight, linear.inputs, linear.outputs);
        let stride = linear.outputs;
        matmul(
            &mut self.packing,
            x,
            weight,
            out,
            stride,
            add,
            CausalBand::Full,
        );
    }

    fn add_bias(&self, linear: &Linear, x: &mut [f32]) {
        let bias = &self.arena[linear.bias.clone()];
        dispatch(AddBias { x, bias });
    }

    /// Runs a block; `x` is the residual stream.
    fn block(&mut self, slots: &BlockSlots, packed: &Packed, x: &mut [f32]) -> BlockActivations {
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
            heads(self.shape, slots),
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
        dispatch(Gelu {
            x: &mut slope,
            bias: &self.arena[slots.inner.bias.clone()],
            out: &mut inner,
        });
        self.linear(&slots.outer, &inner, x, true);
        self.add_bias(&slots.outer, x);
        BlockActivations {
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

fn heads(shape: &Shape, slots: &BlockSlots) -> Heads {
    Heads {
        count: shape.heads,
        size: shape.width / shape.heads,
        scale: slots.attention_scale,
    }
}

impl Activations {
    /// Log-probs of the scored tokens, and what else is read of their logits.
    pub fn logps(&mut self, shape: &Shape, arena: &[f32], packed: &Packed) -> Vec<ScoredToken> {
        let out = &self.last.out;
        let (scored, head) =
            LogpsActivations::read(shape, arena, packed, &mut self.packing, out, true);
        self.head = Some(HeadActivations::Logps(head));
        scored
    }

    /// The scalar head on the given rows, `[rows.len()]`. `None` without one.
    pub fn rewards(&mut self, shape: &Shape, arena: &[f32], rows: Vec<usize>) -> Option<Vec<f32>> {
        let (rewards, head) = RewardActivations::read(shape, arena, &self.last.out, rows)?;
        self.head = Some(HeadActivations::Rewards(head));
        Some(rewards)
    }

    /// The gradient in the arena's layout, `[parameters]`, of a loss whose derivatives with
    /// respect to what the head gave (log-probs or rewards) are `upstream`, one for each.
    pub fn backward(
        mut self,
        shape: &Shape,
        arena: &[f32],
        packed: &Packed,
        upstream: &[f32],
    ) -> Vec<f32> {
        let mut gradient = vec![0.0; arena.len()];
        let mut d_hidden = Buffer::zeros(packed.rows() * shape.width);
        let packing = &mut self.packing;
        let to = (&mut *d_hidden, &mut gradient[..]);
        match self.head.take() {
            Some(HeadActivations::Logps(head)) => {
                head.backward(shape, arena, packed, packing, upstream, to)
            }
            Some(HeadActivations::Rewards(head)) => {
                head.backward(shape, arena, &self.last.out, upstream, to)
            }
            None => {}
        }
        let mut backward = BackwardPass {
            shape,
            arena,
            packing: self.packing,
            gradient: &mut gradient,
        };
        let mut d_x = Buffer::zeros(d_hidden.len());
        backward.layer_norm(&shape.last, &self.last, &d_hidden, &mut d_x);
        for (slots, block) in shape.blocks.iter().zip(self.blocks).rev() {
            backward.block(slots, block, packed, &mut d_x, &mut d_hidden);
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
}

/// The backward pass, with the gradient so far.
struct BackwardPass<'a> {
    shape: &'a Shape,
    arena: &'a [f32],
    packing: Packing,
    gradient: &'a mut [f32],
}

impl BackwardPass<'_> {
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
        dispatch(LayerNormBackward {
            d_out,
            normed: &kept.normed,
            scale: &kept.scale,
            gain: &self.arena[slots.gain.clone()],
            d_x,
            d_gain,
            d_bias,
        });
    }

    /// The weight's gradient, and what the input changes by: written to `d_x`.
    fn linear(&mut self, linear: &Linear, x: &[f32], d_out: &[f32], d_x: &mut [f32]) {
        let rows = x.len() / linear.inputs;
        let d_out = View::new(d_out, rows, linear.outputs);
        let x = View::new(x, rows, linear.inputs).transposed();
        let to = &mut self.gradient[linear.weight.clone()];
        let packing = &mut self.packing;
        matmul(
            packing,
            x,
            d_out,
            to,
            linear.outputs,
            false,
            CausalBand::Full,
        );
        let weight = &self.arena[linear.weight.clone()];
        let weight = View::new(weight, linear.inputs, linear.outputs).transposed();
        matmul(
            packing,
            d_out,
            weight,
            d_x,
            linear.inputs,
            false,
            CausalBand::Full,
        );
    }

    fn bias(&mut self, linear: &Linear, d_out: &[f32]) {
        let to = &mut self.gradient[linear.bias.clone()];
        dispatch(SumColumns { x: d_out, to });
    }

    /// `d_x` is of the residual stream, after the block and then before it; `d_normed`
    /// `[rows, d]` is room.
    fn block(
        &mut self,
        slots: &BlockSlots,
        block: BlockActivations,
        packed: &Packed,
        d_x: &mut [f32],
        d_normed: &mut [f32],
    ) {
        let mut d_inner = Buffer::any(block.inner.len());
        self.bias(&slots.outer, d_x);
        self.linear(&slots.outer, &block.inner, d_x, &mut d_inner);
        dispatch(Slope {
            d: &mut d_inner,
            slope: &block.slope,
            d_bias: &mut self.gradient[slots.inner.bias.clone()],
        });
        self.linear(&slots.inner, &block.before_mlp.out, &d_inner, d_normed);
        self.layer_norm(&slots.before_mlp, &block.before_mlp, d_normed, d_x);

        self.bias(&slots.attended, d_x);
        self.linear(&slots.attended, &block.attended, d_x, d_normed);
        let mut d_qkv = Buffer::any(block.qkv.len());
        let mut log_sums = block.log_sums;
        attend_backward(
            &mut self.packing,
            &packed.segments,
            heads(self.shape, slots),
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
