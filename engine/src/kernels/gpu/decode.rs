//! A GPT that writes, by WebGPU kernels: prompts are read once, then one token a row at a time,
//! with keys and values kept, and the draw on the device too. Numbers come back once for many
//! tokens.
//!
//! A pass is that of training (`gpt.rs`) but for attention, which sees the cells of a cache: a
//! prompt has its own, which all rows that go on from it see, and each row has some for itself.
//!
//! Shapes: `rows` tokens, width `d`, vocab `v`.

use super::draw::{Draw, DrawBuffers, Logits};
use super::fitted::{Fitted, Reads};
use super::gpt::{Norms, TO_RESIDUAL, WITH_BIAS, WITH_GELU};
use super::head::{logits, row_len, transposed_head};
use super::launch::{Buffer, Fold, Gpu, Kernel, Tile};
use super::launcher::{Launcher, attention_sizes, quads};
use super::limits::{check_row, check_shape, most_rows, numbers, refused};
use super::plan::BatchPlan;
use super::writing;
use crate::kernels::shape::Shape;
use crate::readback::read;
use burn::tensor::Tensor;
use std::ops::Range;
use tilt_protocol::Result;

pub use super::writing::{CachedToken, WritingRow};

const KEEP: &[&str] = &[
    include_str!("wgsl/cell.wgsl"),
    include_str!("wgsl/keep.wgsl"),
];
const ATTENTION: &[&str] = &[
    include_str!("wgsl/cell.wgsl"),
    include_str!("wgsl/attention_cached.wgsl"),
    include_str!("wgsl/attention.wgsl"),
];

/// One model's weights, ready to write, with the cache of the rows under way.
pub struct Decoder {
    gpu: Gpu,
    shape: Shape,
    arena: Buffer,
    /// The head transposed, `[d, v]`, from the first answer on.
    head: Option<Buffer>,
    /// For each block, for each cell, a key and a value of all heads, `[cells, 2 d]`.
    cache: Vec<Buffer>,
    cells: usize,
}

/// Rows on the device, for some steps.
pub struct Rows {
    plan: BatchPlan,
    draw: DrawBuffers,
    steps: usize,
}

/// An id that was drawn, and its log-prob at temperature 1; [`super::NO_ID`] with a logit that is
/// no number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    pub id: u32,
    pub logp: f32,
}

impl Decoder {
    /// `None` where the kernels do not take the tensor.
    pub fn new(shape: &Shape, arena: &Tensor<1>) -> Option<Decoder> {
        let gpu = Gpu::of(arena)?;
        let [len] = arena.dims();
        let fitted = Fitted::new(shape, len, Reads::Logps);
        let arena = fitted.weights(&gpu, gpu.buffer(arena)?);
        Some(Decoder {
            gpu,
            shape: fitted.shape,
            arena,
            head: None,
            cache: Vec::new(),
            cells: 0,
        })
    }

    /// Steps that are worth a readback: rows that have ended wait for it.
    pub fn steps_a_readback(&self) -> usize {
        match self.gpu.traits.is_software {
            true => 8,
            false => 16,
        }
    }

    /// Tokens of prompts that a pass can read.
    pub fn most_tokens(&self) -> usize {
        most_rows(&self.shape, self.gpu.traits)
    }

    /// Cells that a cache of at most so many bytes can have.
    pub fn most_cells(&self, bytes: usize) -> usize {
        let a_block = bytes / 4 / self.shape.blocks.len().max(1);
        a_block.min(numbers(self.gpu.traits)) / (2 * self.shape.width)
    }

    /// Rows that can be written at once.
    pub fn most_writing(&self) -> usize {
        let rows = numbers(self.gpu.traits) / row_len(&self.shape);
        let of_logits = rows / Tile::MOST_ROWS * Tile::MOST_ROWS;
        of_logits.min(self.gpu.traits.most_groups)
    }

    /// Makes room for so many cells, and for prompts of so many tokens; what was kept is no more.
    ///
    /// # Errors
    /// [`tilt_protocol::Error::InvalidConfig`] for what the device has no room for.
    pub fn begin(&mut self, cells: usize, longest: usize) -> Result<()> {
        let traits = self.gpu.traits;
        check_shape(&self.shape, traits)?;
        check_row(longest, self.most_tokens())?;
        let most = self.most_cells(usize::MAX);
        if cells > most {
            let found = format!("keys and values of {cells} tokens");
            return Err(refused(found, format!("at most {most} tokens")));
        }
        if self.head.is_none() {
            self.head = Some(transposed_head(&self.gpu, &self.shape, &self.arena));
        }
        if self.cells < cells {
            let block = |_| self.gpu.room(cells * 2 * self.shape.width);
            self.cache = (0..self.shape.blocks.len()).map(block).collect();
            self.cells = cells;
        }
        Ok(())
    }

    /// Uploads rows for at most so many steps. `known` are the ids that stand in each of
    /// them.
    pub fn upload<'a>(
        &self,
        draw: &Draw,
        rows: &[WritingRow],
        known: impl ExactSizeIterator<Item = &'a [u32]>,
        steps: usize,
    ) -> Rows {
        Rows {
            plan: writing::of_rows(&self.gpu, rows, steps),
            draw: draw.buffers(&self.gpu, known, steps),
            steps,
        }
    }

    /// Reads prompts, whose last tokens are those at `last`, and draws the first token of the rows
    /// in `range`, which go on from them.
    pub fn prefill(
        &self,
        draw: &Draw,
        tokens: &[CachedToken],
        last: Vec<u32>,
        rows: &Rows,
        range: Range<usize>,
    ) {
        let plan = writing::of_prompts(&self.gpu, tokens, last);
        let logits = self.pass(&plan);
        let logits = (&logits, Logits::OfPrompts);
        draw.launch(&self.gpu, &rows.plan, logits, &rows.draw, range);
    }

    /// Reads the last token of each row and draws the next one.
    pub fn step(&self, draw: &Draw, rows: &Rows) {
        let logits = self.pass(&rows.plan);
        let logits = (&logits, Logits::OfRows);
        let all = 0..rows.plan.rows;
        draw.launch(&self.gpu, &rows.plan, logits, &rows.draw, all);
    }

    /// What was drawn, step after step, for each row; of rows that had ended it means nothing.
    ///
    /// # Errors
    /// [`tilt_protocol::Error::Device`] when the device was lost.
    pub async fn drawn(&self, rows: &Rows) -> Result<Vec<Drawn>> {
        let len = 2 * rows.plan.rows * rows.steps;
        let numbers = read(self.gpu.tensor(&rows.draw.drawn, len)).await?;
        let drawn = numbers.chunks_exact(2).map(|pair| Drawn {
            id: pair[0].to_bits(),
            logp: pair[1],
        });
        Ok(drawn.collect())
    }

    /// Logits of the scored tokens, `[n, v]`; keys and values of all tokens go to their cells.
    fn pass(&self, plan: &BatchPlan) -> Buffer {
        let Decoder {
            gpu, shape, arena, ..
        } = self;
        let launcher = Launcher {
            gpu,
            shape,
            plan,
            arena,
        };
        let norms = Norms::room(&launcher, 1);
        let x = launcher.embed();
        for (slots, cache) in shape.blocks.iter().zip(&self.cache) {
            let d = shape.width;
            let hidden = launcher.layer_norm(&slots.before_attention, 0, &norms, &x);
            let qkv = launcher.rows_of(3 * d);
            launcher.linear(("linear", WITH_BIAS), &slots.qkv, &hidden, &[&qkv]);
            gpu.launch(
                Kernel::new("keep", KEEP).folding(Fold::Y),
                [(2 * d).div_ceil(4).div_ceil(64), plan.rows],
                &[&plan.words, &qkv, cache],
                &[quads(d)],
            );
            let attended = launcher.rows_of(d);
            gpu.launch(
                launcher.attention_kernel("attention_cached", ATTENTION),
                launcher.row_heads(),
                &[&plan.words, &qkv, cache, &attended],
                &attention_sizes(slots),
            );
            let to_residual = ("linear_residual", TO_RESIDUAL);
            launcher.linear(to_residual, &slots.attended, &attended, &[&x]);
            let hidden = launcher.layer_norm(&slots.before_mlp, 0, &norms, &x);
            let inner = launcher.rows_of(slots.inner.outputs);
            let slope = launcher.rows_of(slots.inner.outputs);
            let with_gelu = ("linear_gelu", WITH_GELU);
            launcher.linear(with_gelu, &slots.inner, &hidden, &[&inner, &slope]);
            launcher.linear(to_residual, &slots.outer, &inner, &[&x]);
        }
        let hidden = launcher.layer_norm(&shape.last, 0, &norms, &x);
        let room = plan.scored.next_multiple_of(Tile::MOST_ROWS);
        let to = gpu.room(room * row_len(shape));
        if let Some(head) = &self.head {
            logits(&launcher, [&hidden, head, &to], room, (0, u32::MAX));
        }
        to
    }
}
