//! Vectors of f32, as wide as the processor has them, and the choice between them.
//!
//! A kernel is written once over [`Simd`] and compiled for each instruction set; natively
//! the best one that the processor has runs, in a browser the one that the build was made
//! for (`simd128`, or with the feature `relaxed-simd` its fused multiply-add).

mod dispatch;
#[cfg(any(target_arch = "wasm32", target_arch = "x86_64"))]
mod lanes;
#[cfg(not(target_arch = "wasm32"))]
mod plain;
mod tile;
#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use dispatch::dispatch;
pub use tile::tile;

/// f32 lanes and what kernels do with them.
///
/// # Safety
/// All functions need a processor with the instruction set; [`dispatch`] sees to that.
/// Pointers must be good for as many numbers as are read or written.
pub trait Simd: Copy + 'static {
    type V: Copy;
    const LANES: usize;
    /// The matmul tile: rows, and columns in vectors.
    const TILE: (usize, usize);

    unsafe fn splat(x: f32) -> Self::V;
    unsafe fn load(from: *const f32) -> Self::V;
    unsafe fn store(to: *mut f32, v: Self::V);
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V;
    /// The larger; NaN where either is NaN, on every processor, though their own functions
    /// differ: a kernel that lost a NaN would go on with numbers that mean nothing.
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    /// `x` within `least` and `most`, which are numbers; NaN stays NaN.
    unsafe fn clamp(x: Self::V, least: Self::V, most: Self::V) -> Self::V;
    unsafe fn sqrt(a: Self::V) -> Self::V;
    /// `a * b + c`, in one rounding or two.
    unsafe fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The nearest whole number.
    unsafe fn round(a: Self::V) -> Self::V;
    /// 2^n for whole n from -126 to 127.
    unsafe fn power_of_two(n: Self::V) -> Self::V;

    /// The tile of a matmul: [`tile::tile`] with [`Simd::TILE`].
    unsafe fn tile(depth: usize, a: *const f32, b: *const f32, out: TileOutput);
}

/// A computation over [`Simd`].
pub trait SimdKernel {
    type Output;
    /// Must be `#[inline(always)]`, as everything under it, to be compiled for `S`.
    fn run<S: Simd>(self) -> Self::Output;
}

/// Where a tile of a matmul goes.
pub struct TileOutput {
    pub to: *mut f32,
    pub stride: usize,
    pub rows: usize,
    pub columns: usize,
    pub add: bool,
}

/// The larger of two numbers; NaN where either is NaN.
#[inline(always)]
pub fn larger(a: f32, b: f32) -> f32 {
    if a > b || a.is_nan() { a } else { b }
}
