//! Kernels for WebGPU, each a `.wgsl` file: register-tiled matmuls without workgroup memory
//! or barriers, and everything else fused into few dispatches.
//!
//! Numbers are read four at a time: models whose widths or head sizes are no multiples of four
//! are filled up (`fitted.rs`). `plan` is the batch as the kernels read it.

mod backward;
pub mod decode;
mod draw;
mod fitted;
pub mod gpt;
mod head;
mod launch;
mod launcher;
mod limits;
mod parts;
mod plan;
mod scalars;
mod traits;
pub mod update;
mod writing;

#[cfg(test)]
pub use draw::drawn_once;
pub use draw::{Draw, NO_ID};
pub use limits::{check_lengths, check_room, most_bytes};
pub use parts::{BatchParts, ForwardValues, forward_logps, forward_scalars, vocabulary_logits};
pub use traits::set_software;
#[cfg(test)]
pub use traits::trial;
