//! Log-probs straight from hidden states and head, and their backward pass, a block of logits at
//! a time.
//!
//! Shapes: width `d`, vocab `v` (a row of logits is `v` rounded up to whole vec4s), `n` scored
//! tokens.

use super::launch::{Buffer, Fold, Gpu, Kernel, Tile};
use super::launcher::{Launcher, quads, transpose};
use super::traits::Traits;
use crate::kernels::STATISTICS;
use crate::kernels::packed::Packed;
use crate::kernels::shape::Shape;
use burn::tensor::Tensor;

const LOGITS: &[&str] = &[
    include_str!("wgsl/rows_scored.wgsl"),
    include_str!("wgsl/matmul.wgsl"),
    include_str!("wgsl/store_logits.wgsl"),
];
const TO_HIDDEN: &[&str] = &[
    include_str!("wgsl/rows_block.wgsl"),
    include_str!("wgsl/matmul.wgsl"),
    include_str!("wgsl/store_plain.wgsl"),
];
const WEIGHT_GRADIENT: &[&str] = &[
    include_str!("wgsl/rows_scored.wgsl"),
    include_str!("wgsl/weight_gradient.wgsl"),
];

/// What the head keeps for the backward pass.
pub struct HeadActivations {
    /// After the last LayerNorm, `[rows, d]`.
    hidden: Buffer,
    /// The head transposed, `[d, v]`.
    transposed: Buffer,
    /// Of the last block, `[block, v]`.
    logits: Buffer,
    /// `[n]`
    log_sums: Buffer,
    /// Distributions that are scored in place of targets: where that of each token begins,
    /// `[n + 1]`, then ids and the bits of their shares.
    shares: Option<Buffer>,
}

/// The words of a batch's distributions on the device; `None` where single tokens are scored.
fn shares_of(gpu: &Gpu, packed: &Packed) -> Option<Buffer> {
    let all = &packed.soft_targets;
    if all.is_empty() {
        return None;
    }
    let mut at = all.len() as u32 + 1;
    let mut words = vec![at];
    for soft_target in all {
        at += 2 * soft_target.len() as u32;
        words.push(at);
    }
    let pairs = all
        .iter()
        .flatten()
        .flat_map(|&(id, share)| [id, share.to_bits()]);
    words.extend(pairs);
    Some(gpu.upload_words(words.into_iter()))
}

/// Scored tokens whose logits are there at once.
fn block_len(traits: Traits, shape: &Shape, scored: usize) -> usize {
    // Whole tiles: a matmul stores every row of its last one.
    let tile = Tile::MOST_ROWS;
    let most = traits.most_logits / row_len(shape) / tile * tile;
    most.max(tile).min(scored.next_multiple_of(tile))
}

/// That number for the kernels: where all are there at once it says so, whatever it is.
fn most(launcher: &Launcher<'_>) -> u32 {
    match block_len(launcher.gpu.traits, launcher.shape, launcher.plan.scored) {
        block if block < launcher.plan.scored => block as u32,
        _ => u32::MAX,
    }
}

/// Writes logits of scored tokens, at most so many `rows`: of the hidden states and the head,
/// transposed, to the third of the buffers. `range` is the first of them, and how many at most
/// in the kernels' words.
pub(super) fn logits(
    launcher: &Launcher<'_>,
    [hidden, transposed, to]: [&Buffer; 3],
    rows: usize,
    (first, most): (u32, u32),
) {
    let Launcher {
        gpu, shape, plan, ..
    } = *launcher;
    let tile = Tile::of_product(gpu.traits, plan.scored);
    gpu.launch(
        tile.kernel("logits", LOGITS),
        tile.groups(rows, row_len(shape)),
        &[&plan.words, hidden, transposed, to],
        &[
            quads(row_len(shape)),
            quads(shape.width),
            shape.width as u32,
            0,
            0,
            first,
            most,
        ],
    );
}

/// The head as logits want it, `[d, v]`.
pub(super) fn transposed_head(gpu: &Gpu, shape: &Shape, arena: &Buffer) -> Buffer {
    let transposed = gpu.room(shape.width * row_len(shape));
    let matrix = [shape.head.start, shape.vocab, shape.width, 0];
    transpose(gpu, arena, &transposed, &[matrix]);
    transposed
}

/// Numbers in a row of logits.
pub fn row_len(shape: &Shape) -> usize {
    shape.vocab.next_multiple_of(4)
}

impl HeadActivations {
    /// Reads the last hidden states: log-probs `[n]`, statistics `[STATISTICS * n]`.
    pub fn read(
        launcher: &Launcher<'_>,
        hidden: Buffer,
        packed: &Packed,
    ) -> (Buffer, Buffer, HeadActivations) {
        let Launcher {
            gpu, shape, plan, ..
        } = *launcher;
        let head = HeadActivations {
            transposed: transposed_head(gpu, shape, launcher.arena),
            logits: gpu.room(block_len(gpu.traits, shape, plan.scored) * row_len(shape)),
            log_sums: gpu.room(plan.scored),
            shares: shares_of(gpu, packed),
            hidden,
        };
        let logps = gpu.room(plan.scored);
        let statistics = gpu.room(STATISTICS * plan.scored);
        for first in head.blocks(launcher) {
            head.logits_of(launcher, first);
            gpu.launch(
                Kernel::new("logps", &[include_str!("wgsl/logps.wgsl")]),
                [block_len(gpu.traits, shape, plan.scored).div_ceil(64), 1],
                &[
                    &plan.words,
                    &head.logits,
                    &logps,
                    &head.log_sums,
                    &statistics,
                ],
                &block_sizes(launcher, first),
            );
            if let Some(shares) = &head.shares {
                gpu.launch(
                    Kernel::new("soft_logps", &[include_str!("wgsl/soft_logps.wgsl")]),
                    [block_len(gpu.traits, shape, plan.scored).div_ceil(64), 1],
                    &[&plan.words, &head.logits, &head.log_sums, shares, &logps],
                    &block_sizes(launcher, first)[1..],
                );
            }
        }
        (logps, statistics, head)
    }

    fn logits_of(&self, launcher: &Launcher<'_>, first: usize) {
        let rows = block_len(launcher.gpu.traits, launcher.shape, launcher.plan.scored);
        let buffers = [&self.hidden, &self.transposed, &self.logits];
        logits(launcher, buffers, rows, (first as u32, most(launcher)));
    }

    /// The first scored token of each block.
    pub fn blocks(&self, launcher: &Launcher<'_>) -> impl Iterator<Item = usize> + use<> {
        let scored = launcher.plan.scored;
        (0..scored).step_by(block_len(launcher.gpu.traits, launcher.shape, scored))
    }

    /// The logits of the block that begins with token `first`, a row of `row_len` a scored
    /// token.
    pub fn block_of_logits(&self, launcher: &Launcher<'_>, first: usize) -> Tensor<1> {
        let Launcher {
            gpu, shape, plan, ..
        } = *launcher;
        let block = block_len(gpu.traits, shape, plan.scored);
        // One block alone is still there.
        if plan.scored > block {
            self.logits_of(launcher, first);
        }
        let rows = block.min(plan.scored - first);
        gpu.tensor(&self.logits, rows * row_len(shape))
    }

    /// Writes the hidden states' gradient, as result `index` of its buffer, and the head's.
    pub fn backward(
        self,
        launcher: &Launcher<'_>,
        upstream: &[f32],
        gradient: &Buffer,
        to: (&Buffer, usize),
    ) {
        let Launcher {
            gpu, shape, plan, ..
        } = *launcher;
        let upstream = gpu.upload(upstream);
        let (d, block) = (shape.width, block_len(gpu.traits, shape, plan.scored));
        let d_scored = gpu.room(plan.scored.next_multiple_of(Tile::MOST_ROWS) * d);
        let (tile, of_gradient) = (
            Tile::of_product(gpu.traits, plan.scored),
            Tile::of_gradient(gpu.traits),
        );
        for first in (0..plan.scored).step_by(block) {
            // One block alone is still there.
            if plan.scored > block {
                self.logits_of(launcher, first);
            }
            match &self.shares {
                None => gpu.launch(
                    Kernel::new(
                        "logits_backward",
                        &[include_str!("wgsl/logits_backward.wgsl")],
                    )
                    .folding(Fold::Y),
                    [row_len(shape).div_ceil(4).div_ceil(64), block],
                    &[&plan.words, &self.logits, &self.log_sums, &upstream],
                    &block_sizes(launcher, first),
                ),
                Some(shares) => gpu.launch(
                    Kernel::new("soft_backward", &[include_str!("wgsl/soft_backward.wgsl")]),
                    [block.div_ceil(64), 1],
                    &[&plan.words, &self.logits, &self.log_sums, shares, &upstream],
                    &block_sizes(launcher, first),
                ),
            }
            gpu.launch(
                tile.kernel("matmul_scored", TO_HIDDEN),
                tile.groups(block, d),
                &[&plan.words, &self.logits, launcher.arena, &d_scored],
                &[
                    quads(d),
                    quads(row_len(shape)),
                    shape.vocab as u32,
                    quads(shape.head.start),
                    0,
                    first as u32,
                    most(launcher),
                ],
            );
            gpu.launch(
                of_gradient.kernel("head_gradient", WEIGHT_GRADIENT),
                of_gradient.groups(shape.vocab, d),
                &[&plan.words, &self.logits, &self.hidden, gradient],
                &[
                    quads(row_len(shape)),
                    quads(d),
                    shape.vocab as u32,
                    0,
                    quads(shape.head.start),
                    u32::from(first > 0),
                    first as u32,
                    most(launcher),
                ],
            );
        }
        gather(launcher, &d_scored, to);
    }
}

/// Adds the gradient at the scored places, `[n, d]`, up to that of the hidden states: result
/// `index` of its buffer.
pub(super) fn gather(
    launcher: &Launcher<'_>,
    d_scored: &Buffer,
    (d_hidden, index): (&Buffer, usize),
) {
    let Launcher {
        gpu, shape, plan, ..
    } = *launcher;
    gpu.launch(
        Kernel::new(
            "gather_backward",
            &[include_str!("wgsl/gather_backward.wgsl")],
        )
        .folding(Fold::Y),
        [shape.width.div_ceil(4).div_ceil(64), plan.rows],
        &[&plan.words, d_scored, d_hidden],
        &[quads(shape.width), index as u32],
    );
}

fn block_sizes(launcher: &Launcher<'_>, first: usize) -> [u32; 4] {
    [
        launcher.shape.vocab as u32,
        quads(row_len(launcher.shape)),
        first as u32,
        most(launcher),
    ]
}
