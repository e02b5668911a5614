//! Kernels for the CPU: SIMD in Rust, natively and as wasm.

mod attention;
mod buffers;
pub mod decode;
pub mod gpt;
mod head;
mod kv_cache;
mod math;
pub mod matmul;
mod memory;
mod panels;
mod rows;
mod simd;
mod softmax;
pub mod update;

pub use buffers::forget as forget_buffers;
pub use memory::{CpuValues, tensor_of};
pub use simd::dispatch;
pub use softmax::{ScoredToken, logp_of, softmax_weights};
