//! Hand-written kernels: a GPT's forward and backward pass over the flat arena, coarser and
//! faster than what burn composes of single operations.
//!
//! [`crate::gpt`] is the plain form that they are tested against.

pub mod cpu;
pub mod gpu;
mod packed;
mod pass;
pub mod shape;

pub use packed::Packed;
pub use pass::{
    Forward, Pass, STATISTICS, forward_logps, forward_rewards, plain_logps, token_logps,
};

#[cfg(test)]
mod tests;
