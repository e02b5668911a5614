//! Hand-written kernels: a GPT's forward and backward pass over the flat arena, coarser and
//! faster than what burn composes of single operations.
//!
//! [`crate::gpt`] is the plain form that they are tested against.

pub mod cpu;
mod packed;
pub mod shape;

pub use packed::{Packed, Segment};

mod pass;
pub use pass::{Forward, Pass, STATISTICS, forward_logps, forward_rewards, plain_logps};

#[cfg(test)]
mod tests;
