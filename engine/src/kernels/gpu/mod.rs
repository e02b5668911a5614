//! Kernels for WebGPU, each a `.wgsl` file: register-tiled matmuls without workgroup memory
//! or barriers, and everything else fused into few dispatches.
//!
//! Numbers are read four at a time, so widths and head sizes must be multiples of four;
//! other models take burn's operations. `plan` is the batch as the kernels read it.

mod back;
pub mod gpt;
mod head;
mod launch;
mod plan;
pub mod update;

pub use launch::set_software;
