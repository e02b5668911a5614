//! A GPT that writes: prompts are read once, then one token a row at a time, with keys and
//! values kept.
//!
//! The weights are packed once and all room is taken once, so that a token allocates nothing.
//! Logits have the bits of the training pass ([`super::gpt`]) over the same tokens, whatever
//! other rows stand beside them: up to 384 tokens, beyond which a longer text's attention sums
//! in other blocks there.
//!
//! Shapes: `rows` tokens, width `d`, inner width `i`, vocab `v`.

use super::attention::{Heads, attend};
use super::kv_cache::{CachedRow, KvCache};
use super::matmul::{Packing, View};
use super::memory::CpuValues;
use super::panels::{Left, Panels};
use super::rows::{AddBias, GeluInPlace, LayerNorm, add};
use super::simd::dispatch;
use crate::kernels::packed::{Packed, Segment};
use crate::kernels::shape::{BlockSlots, LayerNormSlots, Linear, Shape};

/// A prompt and the slots of the rows that go on from it.
pub struct SharedPrompt<'a> {
    /// At least one.
    pub ids: &'a [u32],
    pub slots: &'a [usize],
}

/// A row's next token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextInput {
    pub slot: usize,
    pub position: usize,
    pub id: u32,
}

struct PackedBlock {
    qkv: Panels,
    attended: Panels,
    inner: Panels,
    outer: Panels,
}

/// One model's weights, ready to write, with the caches of the rows under way.
pub struct Decoder {
    shape: Shape,
    arena: CpuValues,
    blocks: Vec<PackedBlock>,
    head: Panels,
    cache: Option<KvCache>,
    room: Room,
}

/// What a pass works in.
#[derive(Default)]
struct Room {
    left: Left,
    packing: Packing,
    rows: Vec<CachedRow>,
    /// The residual stream, `[rows, d]`.
    x: Vec<f32>,
    /// `[rows, d]`
    normed: Vec<f32>,
    /// `[rows]`
    deviations: Vec<f32>,
    /// What a LayerNorm or attention gives, `[rows, d]`.
    hidden: Vec<f32>,
    /// `[rows, 3 d]`
    qkv: Vec<f32>,
    /// `[rows, i]`
    inner: Vec<f32>,
    log_sums: Vec<f32>,
    scores: Vec<f32>,
    /// `[rows, v]`
    logits: Vec<f32>,
}

/// Bytes that keys and values of a row of `capacity` positions take.
pub fn bytes_a_row(shape: &Shape, capacity: usize) -> usize {
    let size = shape.width / shape.heads;
    let a_block = KvCache::numbers_a_slot(shape.heads, size, capacity);
    a_block.saturating_mul(4 * shape.blocks.len())
}

impl Decoder {
    pub fn new(shape: Shape, arena: CpuValues) -> Decoder {
        let linear = |linear: &Linear| {
            let weight = &arena[linear.weight.clone()];
            Panels::of(View::new(weight, linear.inputs, linear.outputs))
        };
        let blocks = shape.blocks.iter().map(|block| PackedBlock {
            qkv: linear(&block.qkv),
            attended: linear(&block.attended),
            inner: linear(&block.inner),
            outer: linear(&block.outer),
        });
        let blocks = blocks.collect();
        let head = View::new(&arena[shape.head.clone()], shape.vocab, shape.width);
        let head = Panels::of(head.transposed());
        Decoder {
            shape,
            arena,
            blocks,
            head,
            cache: None,
            room: Room::default(),
        }
    }

    /// Numbers of the model.
    pub fn parameters(&self) -> usize {
        self.arena.len()
    }

    /// Logits of a position.
    pub fn vocab(&self) -> usize {
        self.shape.vocab
    }

    /// Makes room for `slots` rows of at most `capacity` positions; what was kept is no more.
    pub fn begin(&mut self, slots: usize, capacity: usize) {
        let kept = self.cache.take();
        self.cache = kept.filter(|cache| cache.has_room(slots, capacity));
        if self.cache.is_none() {
            let (blocks, heads) = (self.shape.blocks.len(), self.shape.heads);
            let size = self.shape.width / heads;
            self.cache = Some(KvCache::new(blocks, heads, size, slots, capacity));
        }
    }

    /// Reads prompts, each once for all rows that go on from it: logits of the token after
    /// each, `[prompts, v]`.
    pub fn prefill(&mut self, prompts: &[SharedPrompt<'_>]) -> &[f32] {
        let ids: Vec<&[u32]> = prompts.iter().map(|prompt| prompt.ids).collect();
        let packed = Packed::prompts(&ids);
        let (rows, shape) = (packed.rows(), &self.shape);
        let Some(cache) = &mut self.cache else {
            return &[];
        };
        self.room.embed(
            shape,
            &self.arena,
            packed
                .tokens
                .iter()
                .zip(packed.positions.iter().map(|&at| at as usize)),
        );
        self.room.log_sums.resize(shape.heads * rows, 0.0);
        for (index, (slots, block)) in shape.blocks.iter().zip(&self.blocks).enumerate() {
            self.room.block(shape, &self.arena, slots, block, |room| {
                let heads = Heads {
                    count: shape.heads,
                    size: shape.width / shape.heads,
                    scale: slots.attention_scale,
                };
                let (qkv, out) = (&room.qkv, &mut room.hidden);
                let (packing, log_sums) = (&mut room.packing, &mut room.log_sums);
                attend(packing, &packed.segments, heads, qkv, out, log_sums);
                for (prompt, segment) in prompts.iter().zip(&packed.segments) {
                    keep_prompt(cache, index, prompt, segment, qkv, shape.width);
                }
            });
        }
        // Only the last position of each prompt says what comes next.
        let d = shape.width;
        for (to, &row) in packed.scored.iter().enumerate() {
            let row = row as usize * d;
            self.room.x.copy_within(row..row + d, to * d);
        }
        self.room.x.truncate(prompts.len() * d);
        self.room.read_logits(shape, &self.arena, &self.head)
    }

    /// Reads one token of each row: logits of the token after it, `[rows, v]`.
    pub fn step(&mut self, inputs: &[NextInput]) -> &[f32] {
        let shape = &self.shape;
        let Some(cache) = &mut self.cache else {
            return &[];
        };
        let tokens = inputs.iter().map(|input| (&input.id, input.position));
        self.room.embed(shape, &self.arena, tokens);
        self.room.rows.clear();
        self.room.rows.extend(inputs.iter().map(|input| CachedRow {
            slot: input.slot,
            position: input.position,
        }));
        for (index, (slots, block)) in shape.blocks.iter().zip(&self.blocks).enumerate() {
            self.room.block(shape, &self.arena, slots, block, |room| {
                let d = shape.width;
                for (&row, qkv) in room.rows.iter().zip(room.qkv.chunks_exact(3 * d)) {
                    cache.keep(index, row, &qkv[d..]);
                }
                let (out, scores) = (&mut room.hidden, &mut room.scores);
                let scale = slots.attention_scale;
                cache.attend(index, scale, &room.rows, &room.qkv, out, scores);
            });
        }
        self.room.read_logits(shape, &self.arena, &self.head)
    }
}

/// Keeps a prompt's keys and values for every row that goes on from it.
fn keep_prompt(
    cache: &mut KvCache,
    block: usize,
    prompt: &SharedPrompt<'_>,
    segment: &Segment,
    qkv: &[f32],
    d: usize,
) {
    let rows = &qkv[segment.own.start * 3 * d..segment.own.end * 3 * d];
    for &slot in prompt.slots {
        for (position, qkv) in rows.chunks_exact(3 * d).enumerate() {
            cache.keep(block, CachedRow { slot, position }, &qkv[d..]);
        }
    }
}

impl Room {
    /// Begins the residual stream with tokens and their positions.
    fn embed<'t>(
        &mut self,
        shape: &Shape,
        arena: &[f32],
        ids: impl ExactSizeIterator<Item = (&'t u32, usize)>,
    ) {
        let d = shape.width;
        let (tokens, positions) = (
            &arena[shape.tokens.clone()],
            &arena[shape.positions.clone()],
        );
        let rows = ids.len();
        self.x.resize(rows * d, 0.0);
        for (row, (&token, position)) in self.x.chunks_exact_mut(d).zip(ids) {
            row.copy_from_slice(&tokens[token as usize * d..][..d]);
            add(row, &positions[position * d..][..d]);
        }
        self.normed.resize(rows * d, 0.0);
        self.deviations.resize(rows, 0.0);
        self.hidden.resize(rows * d, 0.0);
        self.qkv.resize(rows * 3 * d, 0.0);
    }

    fn layer_norm(&mut self, shape: &Shape, arena: &[f32], slots: &LayerNormSlots) {
        dispatch(LayerNorm {
            x: &self.x,
            gain: &arena[slots.gain.clone()],
            bias: &arena[slots.bias.clone()],
            epsilon: shape.epsilon,
            normed: &mut self.normed,
            scale: &mut self.deviations,
            out: &mut self.hidden,
        });
    }

    /// Runs a block over the residual stream; `attention` reads `qkv` and writes `hidden`.
    fn block(
        &mut self,
        shape: &Shape,
        arena: &[f32],
        slots: &BlockSlots,
        block: &PackedBlock,
        attention: impl FnOnce(&mut Room),
    ) {
        let add_bias = |linear: &Linear, x: &mut [f32]| {
            let bias = &arena[linear.bias.clone()];
            dispatch(AddBias { x, bias });
        };
        self.layer_norm(shape, arena, &slots.before_attention);
        block
            .qkv
            .multiply(&mut self.left, &self.hidden, &mut self.qkv, false);
        add_bias(&slots.qkv, &mut self.qkv);
        attention(self);
        block
            .attended
            .multiply(&mut self.left, &self.hidden, &mut self.x, true);
        add_bias(&slots.attended, &mut self.x);

        self.layer_norm(shape, arena, &slots.before_mlp);
        let inner = self.deviations.len() * slots.inner.outputs;
        self.inner.resize(inner, 0.0);
        let left = &mut self.left;
        block
            .inner
            .multiply(left, &self.hidden, &mut self.inner, false);
        dispatch(GeluInPlace {
            x: &mut self.inner,
            bias: &arena[slots.inner.bias.clone()],
        });
        block.outer.multiply(left, &self.inner, &mut self.x, true);
        add_bias(&slots.outer, &mut self.x);
    }

    /// Logits of every row of the residual stream.
    fn read_logits(&mut self, shape: &Shape, arena: &[f32], head: &Panels) -> &[f32] {
        let rows = self.x.len() / shape.width;
        self.normed.truncate(self.x.len());
        self.hidden.truncate(self.x.len());
        self.deviations.truncate(rows);
        self.layer_norm(shape, arena, &shape.last);
        self.logits.resize(rows * shape.vocab, 0.0);
        head.multiply(&mut self.left, &self.hidden, &mut self.logits, false);
        &self.logits
    }
}
