//! WebAssembly's vectors.

use super::lanes::lanes;
use super::tile::tile;
use super::{Simd, TileOutput};
use core::arch::wasm32::*;

#[cfg(not(feature = "relaxed-simd"))]
#[rustfmt::skip]
lanes!(
    Simd128, "WebAssembly's four lanes.", v128, 4, 4,
    f32x4_splat, v128_load, v128_store, f32x4_add, f32x4_sub, f32x4_mul, f32x4_div,
    f32x4_max, clamp, f32x4_sqrt, mul_then_add, f32x4_nearest, power_of_two
);
#[cfg(feature = "relaxed-simd")]
#[rustfmt::skip]
lanes!(
    Relaxed, "WebAssembly's four lanes with multiply-add.", v128, 4, 4,
    f32x4_splat, v128_load, v128_store, f32x4_add, f32x4_sub, f32x4_mul, f32x4_div,
    f32x4_max, clamp, f32x4_sqrt, f32x4_relaxed_madd, f32x4_nearest, power_of_two
);

#[cfg(not(feature = "relaxed-simd"))]
#[inline(always)]
fn mul_then_add(a: v128, b: v128, c: v128) -> v128 {
    f32x4_add(f32x4_mul(a, b), c)
}

/// pmax and pmin give their first side where a comparison fails, as it does for NaN.
#[inline(always)]
fn clamp(x: v128, least: v128, most: v128) -> v128 {
    f32x4_pmin(f32x4_pmax(x, least), most)
}

#[inline(always)]
fn power_of_two(n: v128) -> v128 {
    let n = i32x4_trunc_sat_f32x4(n);
    i32x4_shl(i32x4_add(n, i32x4_splat(127)), 23)
}
