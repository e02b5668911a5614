//! Kernels for WebGPU, each a `.wgsl` file: register-tiled matmuls without workgroup memory
//! or barriers, and everything else fused into few dispatches.
//!
//! Numbers are read four at a time, so widths and head sizes must be multiples of four;
//! other models take burn's operations. `plan` is the batch as the kernels read it.

mod backward;
pub mod decode;
mod draw;
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
pub use limits::{check_lengths, check_plain, check_room, most_bytes};
pub use parts::{BatchParts, ForwardValues, forward_logps, forward_scalars, vocabulary_logits};
pub use traits::set_software;
#[cfg(test)]
pub use traits::trial;
