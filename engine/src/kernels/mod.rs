//! Hand-written kernels: a GPT's forward and backward pass over the flat arena, coarser and
//! faster than what burn composes of single operations.
//!
//! [`crate::gpt`] is the plain form that they are tested against.

pub mod cpu;
pub mod gpu;
mod packed;
mod pass;
pub mod shape;

pub use packed::{Packed, Share};
pub use pass::{
    Forward, Pass, STATISTICS, forward_logps, forward_rewards, plain_logps, statistics_of,
    token_logps, vocabulary_logps,
};

use tilt_protocol::Simd;

/// What the CPU kernels of a wasm build are made for.
pub const SIMD: Simd = if cfg!(feature = "relaxed-simd") {
    Simd::Relaxed
} else {
    Simd::Plain
};

#[cfg(test)]
pub(crate) mod tests;
