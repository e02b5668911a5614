//! The draw on the device: one token for each row that is written, see `draw.wgsl`.

use super::launch::{Buffer, Gpu, Kernel};
use super::launcher::quads;
use super::plan::BatchPlan;
use super::traits::Traits;
use super::writing::with_draw_words;
use std::ops::Range;
use tilt_protocol::Sampling;

const ONE_LANE: &[&str] = &[
    include_str!("wgsl/lanes_one.wgsl"),
    include_str!("wgsl/draw.wgsl"),
];
const MANY_LANES: &[&str] = &[
    include_str!("wgsl/lanes_many.wgsl"),
    include_str!("wgsl/draw.wgsl"),
];

/// Rows of a workgroup where each has one lane.
const ROWS_OF_A_GROUP: usize = 16;
/// Lanes of a row where it has many: a power of two.
const LANES: usize = 64;

/// What a draw leaves in the place of an id where a logit was no number; that logit stands in
/// the place of the log-prob.
pub const NO_ID: u32 = u32::MAX;

/// What rows draw with, and to.
pub(super) struct DrawBuffers {
    /// `[rows, v]`
    weights: Buffer,
    /// A bit for each id of each row.
    known: Buffer,
    /// For each step and row, an id and the bits of its log-prob.
    pub(super) drawn: Buffer,
}

/// Whose logits are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logits {
    /// A row's own.
    OfRows,
    /// Those of a prompt, for every row that goes on from it.
    OfPrompts,
}

/// How ids are picked.
pub struct Draw {
    pub vocab: usize,
    /// `None` takes the likeliest.
    pub sampling: Option<Sampling>,
}

impl Draw {
    /// Whether it asks which ids stand in a row already.
    pub fn has_penalty(&self) -> bool {
        let penalty = self.sampling.map(|sampling| sampling.repetition_penalty);
        penalty.is_some_and(|penalty| penalty != 1.0)
    }

    /// Words of the bits of a row's ids.
    fn known_words(&self) -> usize {
        self.vocab.div_ceil(32)
    }

    /// Room for so many steps of some rows. `known` are the ids that stand in each of them.
    pub(super) fn buffers<'a>(
        &self,
        gpu: &Gpu,
        known: impl ExactSizeIterator<Item = &'a [u32]>,
        steps: usize,
    ) -> DrawBuffers {
        let rows = known.len();
        let known = match self.has_penalty() {
            true => gpu.upload_words(known.flat_map(|ids| self.bits(ids))),
            false => gpu.room(0),
        };
        let weights = match self.sampling {
            Some(_) => rows * self.vocab.next_multiple_of(4),
            None => 0,
        };
        DrawBuffers {
            weights: gpu.room(weights),
            known,
            drawn: gpu.room(2 * rows * steps),
        }
    }

    fn bits(&self, ids: &[u32]) -> Vec<u32> {
        let mut words = vec![0; self.known_words()];
        for &id in ids {
            if let Some(word) = words.get_mut(id as usize / 32) {
                *word |= 1 << (id % 32);
            }
        }
        words
    }

    /// Draws for a range of the rows.
    pub(super) fn launch(
        &self,
        gpu: &Gpu,
        plan: &BatchPlan,
        (logits, of): (&Buffer, Logits),
        buffers: &DrawBuffers,
        rows: Range<usize>,
    ) {
        let is_whole = rows == (0..plan.rows);
        let DrawBuffers {
            weights,
            known,
            drawn,
        } = buffers;
        let (kernel, rows_of_a_group) = kernel(gpu.traits);
        let sampling = self.sampling.unwrap_or_default();
        // Temperatures that f32 does not hold are as good as its ends: 0 / 0 would be no number.
        let temperature = (sampling.temperature as f32).clamp(f32::MIN_POSITIVE, f32::MAX);
        let top_k = sampling.top_k.map_or(0, |k| k.clamp(1, self.vocab) as u32);
        gpu.launch(
            kernel,
            [rows.len().div_ceil(rows_of_a_group), 1],
            &[&plan.words, logits, weights, known, drawn],
            &[
                self.vocab as u32,
                quads(self.vocab.next_multiple_of(4)),
                rows.start as u32,
                // Rows that become fewer have the same uniform.
                if is_whole {
                    u32::MAX
                } else {
                    rows.len() as u32
                },
                u32::from(of == Logits::OfPrompts),
                u32::from(self.sampling.is_none()),
                top_k,
                (sampling.top_p as f32).to_bits(),
                (sampling.min_p as f32).to_bits(),
                temperature.to_bits(),
                (sampling.repetition_penalty as f32).to_bits(),
            ],
        );
    }
}

/// The kernel for a device, and how many rows a workgroup of it has.
fn kernel(traits: Traits) -> (Kernel, usize) {
    let (name, texts, lanes, rows) = match traits.is_software {
        true => ("draw", ONE_LANE, 1, ROWS_OF_A_GROUP),
        false => ("draw_together", MANY_LANES, LANES, 1),
    };
    let kernel = Kernel {
        constants: vec![("LANES", lanes), ("GROUP", lanes * rows)],
        ..Kernel::new(name, texts)
    };
    (with_draw_words(kernel), rows)
}

/// Draws once for each random number, all from the same logits, as rows in which `known` ids
/// stand: the ids with their log-probs.
#[cfg(test)]
pub fn drawn_once(
    any: &burn::tensor::Tensor<1>,
    draw: &Draw,
    logits: &[f32],
    units: &[f32],
    known: &[u32],
) -> Vec<(u32, f32)> {
    use super::writing::{CachedToken, WritingRow, of_rows};
    let gpu = Gpu::of(any).expect("a tensor of a GPU");
    let next = CachedToken {
        id: 0,
        position: 0,
        prefix: 0,
        prefix_len: 1,
        own: 1,
    };
    let rows: Vec<WritingRow> = units
        .iter()
        .map(|&unit| WritingRow {
            next,
            prompt: 0,
            left: 1,
            units: vec![unit],
        })
        .collect();
    let plan = of_rows(&gpu, &rows, 1);
    let buffers = draw.buffers(&gpu, rows.iter().map(|_| known), 1);
    let mut padded = logits.to_vec();
    // What is beyond the vocabulary counts for nothing, whatever it is.
    padded.resize(draw.vocab.next_multiple_of(4), 1e9);
    let logits = (&gpu.upload(&padded), Logits::OfPrompts);
    draw.launch(&gpu, &plan, logits, &buffers, 0..rows.len());
    let drawn = gpu.tensor(&buffers.drawn, 2 * rows.len());
    let drawn: Vec<f32> = drawn.into_data().try_into_vec().expect("numbers");
    let pairs = drawn.chunks_exact(2);
    pairs.map(|pair| (pair[0].to_bits(), pair[1])).collect()
}
