//! GPT-2 forward and backward by WebGPU kernels: the steps of `cpu/gpt.rs`, a dispatch or two
//! each.
//!
//! Shapes: `rows` packed tokens, width `d`, inner width `i`.

use super::head::{HeadActivations, row_len};
use super::launch::{Buffer, Fold, Gpu, Kernel};
use super::launcher::{Launcher, MATMUL, Matmul, Named, ROWS_ALL, attention_sizes, quads};
use super::plan::BatchPlan;
use super::scalars::ScalarActivations;
use crate::kernels::STATISTICS;
use crate::kernels::packed::Packed;
use crate::kernels::shape::{LayerNormSlots, Linear, Shape};
use crate::readback::read;
use burn::tensor::Tensor;
use tilt_protocol::Result;

/// `x W + b`.
pub(super) const WITH_BIAS: &[&str] = &[ROWS_ALL, MATMUL, include_str!("wgsl/store_bias.wgsl")];
/// As that, added to the residual stream.
pub(super) const TO_RESIDUAL: &[&str] =
    &[ROWS_ALL, MATMUL, include_str!("wgsl/store_residual.wgsl")];
pub(super) const WITH_GELU: &[&str] = &[ROWS_ALL, MATMUL, include_str!("wgsl/store_gelu.wgsl")];

const ATTENTION: &[&str] = &[
    include_str!("wgsl/attention_packed.wgsl"),
    include_str!("wgsl/attention.wgsl"),
];

/// What a block keeps for the backward pass.
pub(super) struct BlockActivations {
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
pub struct Activations {
    pub(super) gpu: Gpu,
    pub(super) plan: BatchPlan,
    pub(super) arena: Buffer,
    pub(super) blocks: Vec<BlockActivations>,
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

impl Norms {
    /// Room for so many.
    pub(super) fn room(launcher: &Launcher<'_>, count: usize) -> Norms {
        Norms {
            normed: launcher.rows_of(count * launcher.shape.width),
            scales: launcher.rows_of(count),
        }
    }
}

/// What reads the last hidden states.
pub(super) enum Head {
    Logps(Box<HeadActivations>),
    Scalars(ScalarActivations),
}

/// What a forward pass gives: log-probs `[n]` and the rest that is read of the logits,
/// `[STATISTICS * n]`; or what a scalar head gives, `[n]`.
pub struct ForwardValues {
    pub values: Tensor<1>,
    pub statistics: Option<Tensor<1>>,
}

/// What is read at the scored places, by the scalar head where the model has one and by its
/// language head otherwise; and what the backward pass needs. Of rows that the device has room
/// for.
pub fn forward(
    gpu: Gpu,
    shape: &Shape,
    arena: Buffer,
    packed: &Packed,
) -> (ForwardValues, Activations) {
    let plan = BatchPlan::upload(&gpu, shape, packed);
    let launcher = Launcher {
        gpu: &gpu,
        shape,
        plan: &plan,
        arena: &arena,
    };
    let norm_count = 2 * shape.blocks.len() + 1;
    let norms = Norms::room(&launcher, norm_count);
    let x = launcher.embed();
    let blocks = (0..shape.blocks.len())
        .map(|block| launcher.block(block, &norms, &x))
        .collect();
    let out = launcher.layer_norm(&shape.last, norm_count - 1, &norms, &x);
    let (values, statistics, head) = match &shape.score {
        Some(score) => {
            let (values, head) = ScalarActivations::read(&launcher, out, score.start);
            (values, None, Head::Scalars(head))
        }
        None => {
            let (logps, statistics, head) = HeadActivations::read(&launcher, out, packed);
            (logps, Some(statistics), Head::Logps(Box::new(head)))
        }
    };
    let what_was_read = ForwardValues {
        values: gpu.tensor(&values, plan.scored),
        statistics: statistics.map(|all| gpu.tensor(&all, STATISTICS * plan.scored)),
    };
    let activations = Activations {
        gpu,
        plan,
        arena,
        blocks,
        norms,
        head,
    };
    (what_was_read, activations)
}

impl Activations {
    /// Logits of the scored tokens, read a block of them at a time: `[n * row_len]`, of which
    /// those of the vocabulary come first in each row. None of a scalar head.
    ///
    /// # Errors
    /// [`tilt_protocol::Error::Device`] when the device was lost.
    pub async fn logits(&self, shape: &Shape) -> Result<Vec<f32>> {
        let launcher = Launcher {
            gpu: &self.gpu,
            shape,
            plan: &self.plan,
            arena: &self.arena,
        };
        let Head::Logps(head) = &self.head else {
            return Ok(Vec::new());
        };
        let mut logits = Vec::with_capacity(self.plan.scored * row_len(shape));
        for first in head.blocks(&launcher) {
            logits.extend(read(head.block_of_logits(&launcher, first)).await?);
        }
        Ok(logits)
    }
}

impl Launcher<'_> {
    /// The residual stream's begin, `[rows, d]`.
    pub(super) fn embed(&self) -> Buffer {
        let (shape, d) = (self.shape, self.shape.width);
        let x = self.rows_of(d);
        self.gpu.launch(
            Kernel::new("embed", &[include_str!("wgsl/embed.wgsl")]).folding(Fold::Y),
            [d.div_ceil(4).div_ceil(64), self.plan.rows],
            &[&self.plan.words, self.arena, &x],
            &[quads(d), quads(shape.positions.start)],
        );
        x
    }

    pub(super) fn layer_norm(
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
                self.shape.normed as u32,
            ],
        );
        out
    }

    pub(super) fn linear(&self, kernel: Named, linear: &Linear, x: &Buffer, out: &[&Buffer]) {
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
    fn block(&self, block: usize, norms: &Norms, x: &Buffer) -> BlockActivations {
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
            self.attention_kernel("attention", ATTENTION),
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
        BlockActivations {
            before_attention,
            before_mlp,
            qkv,
            log_sums,
            attended,
            slope,
            inner,
        }
    }
}
