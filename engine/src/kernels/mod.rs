//! Hand-written kernels: a GPT's forward and backward pass over the flat arena, coarser and
//! faster than what burn composes of single operations.
//!
//! [`crate::gpt`] is the plain form that they are tested against.

pub mod cpu;
pub mod gpu;
mod packed;
pub mod shape;
mod statistics;

pub use packed::{Packed, SubBatch};
pub use statistics::{STATISTICS, statistics_of};

use tilt_protocol::SimdBuild;

/// What the CPU kernels of a wasm build are made for.
pub const SIMD: SimdBuild = if cfg!(feature = "relaxed-simd") {
    SimdBuild::Relaxed
} else {
    SimdBuild::Plain
};
