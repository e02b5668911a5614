//! What a reward or value model's scalar head gives at the scored places, and its backward pass.
//!
//! Shapes: width `d`, `n` scored places.

use super::head::gather;
use super::launch::{Buffer, Kernel};
use super::launcher::{Launcher, quads};

/// What the head keeps for the backward pass.
pub struct ScalarActivations {
    /// After the last LayerNorm, `[rows, d]`.
    hidden: Buffer,
    /// Where the head begins in the arena, in numbers.
    at: usize,
}

impl ScalarActivations {
    /// Reads the last hidden states by the head that begins there: values `[n]`.
    pub fn read(launcher: &Launcher<'_>, hidden: Buffer, at: usize) -> (Buffer, ScalarActivations) {
        let Launcher {
            gpu, shape, plan, ..
        } = *launcher;
        let values = gpu.room(plan.scored);
        gpu.launch(
            Kernel::new("scalars", &[include_str!("wgsl/scalars.wgsl")]),
            [plan.scored.div_ceil(64), 1],
            &[&plan.words, &hidden, launcher.arena, &values],
            &[quads(shape.width), quads(at)],
        );
        (values, ScalarActivations { hidden, at })
    }

    /// As that of [`super::head::HeadActivations`].
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
        let d_scored = gpu.room(plan.scored * shape.width);
        gpu.launch(
            Kernel::new(
                "scalars_backward",
                &[include_str!("wgsl/scalars_backward.wgsl")],
            ),
            [shape.width.div_ceil(4).div_ceil(64), 1],
            &[
                &plan.words,
                &self.hidden,
                launcher.arena,
                &upstream,
                &d_scored,
                gradient,
            ],
            &[quads(shape.width), quads(self.at)],
        );
        gather(launcher, &d_scored, to);
    }
}
