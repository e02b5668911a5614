//! GPT-2 forward and backward by WebGPU kernels: the steps of `cpu/gpt.rs`, a dispatch or two
//! each.
//!
//! Shapes: `rows` packed tokens, width `d`, inner width `i`.

use super::head::{Head, row_len};
use super::launch::{Buffer, Fold, Gpu, Kernel, Tile};
use super::plan::Plan;
use crate::kernels::packed::Packed;
use crate::kernels::shape::{BlockSlots, LayerNormSlots, Linear, Shape};
use crate::logps::read;
use burn::tensor::Tensor;
use tilt_protocol::Result;

pub(super) const MATMUL: &str = include_str!("wgsl/matmul.wgsl");
pub(super) const ROWS_ALL: &str = include_str!("wgsl/rows_all.wgsl");

/// `x W + b`.
const WITH_BIAS: &[&str] = &[ROWS_ALL, MATMUL, include_str!("wgsl/store_bias.wgsl")];
/// As that, added to the residual stream.
const TO_RESIDUAL: &[&str] = &[ROWS_ALL, MATMUL, include_str!("wgsl/store_residual.wgsl")];
const WITH_GELU: &[&str] = &[ROWS_ALL, MATMUL, include_str!("wgsl/store_gelu.wgsl")];

/// What a block keeps for the way back.
pub(super) struct Block {
    /// What the LayerNorms gave, `[rows, d]`.
    pub(super) before_attention: Buffer,
    pub(super) before_mlp: Buffer,
    /// `[rows, 3 d]`
    pub(super) qkv: Buffer,
    /// `[heads, rows]`
    pub(super) log_sums: Buffer,
    /// `[rows, d]`
    pub(super) attended: Buffer,
    /// Of the GELU, `[rows, i]`.
    pub(super) slope: Buffer,
    /// `[rows, i]`
    pub(super) inner: Buffer,
}

/// A forward pass with what the backward pass needs.
pub struct Trace {
    pub(super) gpu: Gpu,
    pub(super) plan: Plan,
    pub(super) arena: Buffer,
    pub(super) blocks: Vec<Block>,
    pub(super) norms: Norms,
    pub(super) head: Head,
}

/// What all LayerNorms keep, two a block and the last.
pub(super) struct Norms {
    /// `[2 blocks + 1, rows, d]`
    pub(super) normed: Buffer,
    /// `[2 blocks + 1, rows]`
    pub(super) scales: Buffer,
}

/// What a forward pass gives: log-probs `[n]` and the rest that is read of the logits,
/// `[STATISTICS * n]`.
pub struct Read {
    pub logps: Tensor<1>,
    pub statistics: Tensor<1>,
}

/// Whether the kernels take a model of this shape.
pub fn takes(shape: &Shape) -> bool {
    let size = shape.width / shape.heads.max(1);
    let in_vec4s = |block: &BlockSlots| block.inner.outputs.is_multiple_of(4);
    size > 0 && size.is_multiple_of(4) && shape.blocks.iter().all(in_vec4s) && shape.score.is_none()
}

/// Vec4s up to a place in the arena.
pub(super) fn quads(numbers: usize) -> u32 {
    (numbers / 4) as u32
}

/// Log-probs of the scored tokens, and what the way back needs, of rows that the device has
/// room for.
pub fn forward(gpu: Gpu, shape: &Shape, arena: Buffer, packed: &Packed) -> (Read, Trace) {
    let plan = Plan::upload(&gpu, shape, packed);
    let work = Work {
        gpu: &gpu,
        shape,
        plan: &plan,
        arena: &arena,
    };
    let d = shape.width;
    let norm_count = 2 * shape.blocks.len() + 1;
    let norms = Norms {
        normed: gpu.room(norm_count * plan.room() * d),
        scales: gpu.room(norm_count * plan.room()),
    };
    let x = work.rows_of(d);
    gpu.launch(
        Kernel::new("embed", &[include_str!("wgsl/embed.wgsl")]).folding(Fold::Y),
        [d.div_ceil(4).div_ceil(64), plan.rows],
        &[&plan.words, &arena, &x],
        &[quads(d), quads(shape.positions.start)],
    );
    let blocks = (0..shape.blocks.len())
        .map(|block| work.block(block, &norms, &x))
        .collect();
    let out = work.layer_norm(&shape.last, norm_count - 1, &norms, &x);
    let (logps, statistics, head) = Head::read(&work, out);
    let what_was_read = Read {
        logps: gpu.tensor(&logps, plan.scored),
        statistics: gpu.tensor(&statistics, crate::kernels::STATISTICS * plan.scored),
    };
    let trace = Trace {
        gpu,
        plan,
        arena,
        blocks,
        norms,
        head,
    };
    (what_was_read, trace)
}

impl Trace {
    /// Logits of the scored tokens, read a block of them at a time: `[n * row_len]`, of which
    /// those of the vocabulary come first in each row.
    ///
    /// # Errors
    /// [`tilt_protocol::Error::Device`] when the device was lost.
    pub async fn logits(&self, shape: &Shape) -> Result<Vec<f32>> {
        let work = Work {
            gpu: &self.gpu,
            shape,
            plan: &self.plan,
            arena: &self.arena,
        };
        let mut logits = Vec::with_capacity(self.plan.scored * row_len(shape));
        for first in self.head.blocks(&work) {
            logits.extend(read(self.head.block_of_logits(&work, first)).await?);
        }
        Ok(logits)
    }
}

/// A kernel's name and its texts.
pub(super) type Named = (&'static str, &'static [&'static str]);

/// A matmul over all rows of the batch.
pub(super) struct Matmul {
    pub(super) kernel: Named,
    /// Rows of the matrix, numbers in a row of what it is multiplied with.
    pub(super) depth: usize,
    pub(super) columns: usize,
    /// Where matrix and bias begin, in numbers.
    pub(super) at: usize,
    pub(super) bias_at: usize,
    /// Which of several results in one buffer, each with its room.
    pub(super) index: usize,
}

/// A pass under way.
pub(super) struct Work<'a> {
    pub gpu: &'a Gpu,
    pub shape: &'a Shape,
    pub plan: &'a Plan,
    pub arena: &'a Buffer,
}

impl Work<'_> {
    /// Room for so many numbers a row.
    pub(super) fn rows_of(&self, numbers: usize) -> Buffer {
        self.gpu.room(self.plan.room() * numbers)
    }

    fn layer_norm(
        &self,
        slots: &LayerNormSlots,
        index: usize,
        norms: &Norms,
        x: &Buffer,
    ) -> Buffer {
        let out = self.rows_of(self.shape.width);
        self.gpu.launch(
            Kernel::new("layer_norm", &[include_str!("wgsl/layer_norm.wgsl")]),
            [self.plan.rows.div_ceil(64), 1],
            &[
                &self.plan.words,
                self.arena,
                x,
                &norms.normed,
                &norms.scales,
                &out,
            ],
            &[
                quads(self.shape.width),
                quads(slots.gain.start),
                quads(slots.bias.start),
                self.shape.epsilon.to_bits(),
                index as u32,
            ],
        );
        out
    }

    /// `a` times a matrix of `weights`, over all rows; `out` is what the kernel stores to.
    pub(super) fn matmul(&self, matmul: &Matmul, a: &Buffer, weights: &Buffer, out: &[&Buffer]) {
        let mut buffers = vec![&self.plan.words, a, weights];
        buffers.extend(out);
        let (name, texts) = matmul.kernel;
        let tile = Tile::of_product(self.gpu.traits);
        self.gpu.launch(
            tile.kernel(name, texts),
            tile.groups(self.plan.rows, matmul.columns),
            &buffers,
            &[
                quads(matmul.columns),
                quads(matmul.depth),
                matmul.depth as u32,
                quads(matmul.at),
                quads(matmul.bias_at),
                matmul.index as u32,
                u32::MAX,
            ],
        );
    }

    fn linear(&self, kernel: Named, linear: &Linear, x: &Buffer, out: &[&Buffer]) {
        let matmul = Matmul {
            kernel,
            depth: linear.inputs,
            columns: linear.outputs,
            at: linear.weight.start,
            bias_at: linear.bias.start,
            index: 0,
        };
        self.matmul(&matmul, x, self.arena, out);
    }

    /// Runs a block; `x` is the residual stream.
    fn block(&self, block: usize, norms: &Norms, x: &Buffer) -> Block {
        let slots = &self.shape.blocks[block];
        let d = self.shape.width;
        let before_attention = self.layer_norm(&slots.before_attention, 2 * block, norms, x);
        let qkv = self.rows_of(3 * d);
        self.linear(
            ("linear", WITH_BIAS),
            &slots.qkv,
            &before_attention,
            &[&qkv],
        );
        let attended = self.rows_of(d);
        let log_sums = self.rows_of(self.shape.heads);
        self.gpu.launch(
            self.attention_kernel("attention", &[include_str!("wgsl/attention.wgsl")]),
            self.row_heads(),
            &[&self.plan.words, &qkv, &attended, &log_sums],
            &attention_sizes(slots),
        );
        let to_residual = ("linear_residual", TO_RESIDUAL);
        self.linear(to_residual, &slots.attended, &attended, &[x]);
        let before_mlp = self.layer_norm(&slots.before_mlp, 2 * block + 1, norms, x);
        let (inner, slope) = (
            self.rows_of(slots.inner.outputs),
            self.rows_of(slots.inner.outputs),
        );
        let out = [&inner, &slope];
        self.linear(("linear_gelu", WITH_GELU), &slots.inner, &before_mlp, &out);
        self.linear(to_residual, &slots.outer, &inner, &[x]);
        Block {
            before_attention,
            before_mlp,
            qkv,
            log_sums,
            attended,
            slope,
            inner,
        }
    }

    pub(super) fn attention_kernel(
        &self,
        name: &'static str,
        texts: &'static [&'static str],
    ) -> Kernel {
        let heads = self.shape.heads;
        let size4 = self.shape.width / heads / 4;
        Kernel {
            constants: vec![("HEADS", heads), ("E4", size4)],
            repeats: vec![('e', size4)],
            ..Kernel::new(name, texts)
        }
    }

    pub(super) fn row_heads(&self) -> [usize; 2] {
        [self.plan.rows.div_ceil(64), self.shape.heads]
    }
}

pub(super) fn attention_sizes(slots: &BlockSlots) -> [u32; 1] {
    [slots.attention_scale.to_bits()]
}

/// Matrices that one dispatch transposes: their places fit a uniform.
const TRANSPOSED_AT_ONCE: usize = 64;

/// Transposes matrices `[rows, columns]` at places of the arena to places of the result,
/// whose rows are whole vec4s: `(from, rows, columns, to)`.
pub(super) fn transpose(gpu: &Gpu, arena: &Buffer, to: &Buffer, matrices: &[[usize; 4]]) {
    let at_once = TRANSPOSED_AT_ONCE.min(gpu.traits.most_groups.max(1));
    for matrices in matrices.chunks(at_once) {
        let tiles = |&[_, rows, columns, _]: &[usize; 4]| rows.div_ceil(4) * columns / 4;
        let most = matrices.iter().map(tiles).max().unwrap_or(0);
        let words: Vec<u32> = matrices.iter().flatten().map(|&n| n as u32).collect();
        let kernel = Kernel {
            constants: vec![("MATRICES", matrices.len())],
            folds: Fold::X,
            ..Kernel::new("transpose", &[include_str!("wgsl/transpose.wgsl")])
        };
        let groups = [most.div_ceil(64), matrices.len()];
        gpu.launch(kernel, groups, &[arena, to], &words);
    }
}
