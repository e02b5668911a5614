//! What every part of a pass on a GPU launches its kernels with.

use super::launch::{Buffer, Fold, Gpu, Kernel, Tile};
use super::plan::BatchPlan;
use crate::kernels::shape::{BlockSlots, Shape};

pub(super) const MATMUL: &str = include_str!("wgsl/matmul.wgsl");
pub(super) const ROWS_ALL: &str = include_str!("wgsl/rows_all.wgsl");

/// Vec4s up to a place in the arena.
pub(super) fn quads(numbers: usize) -> u32 {
    (numbers / 4) as u32
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

/// Launches the kernels of one pass over one batch.
pub(super) struct Launcher<'a> {
    pub gpu: &'a Gpu,
    pub shape: &'a Shape,
    pub plan: &'a BatchPlan,
    pub arena: &'a Buffer,
}

impl Launcher<'_> {
    /// Room for so many numbers a row.
    pub(super) fn rows_of(&self, numbers: usize) -> Buffer {
        self.gpu.room(self.plan.room() * numbers)
    }

    /// `a` times a matrix of `weights`, over all rows; `out` is what the kernel stores to.
    pub(super) fn matmul(&self, matmul: &Matmul, a: &Buffer, weights: &Buffer, out: &[&Buffer]) {
        let mut buffers = vec![&self.plan.words, a, weights];
        buffers.extend(out);
        let (name, texts) = matmul.kernel;
        let tile = Tile::of_product(self.gpu.traits, self.plan.rows);
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
