//! Vectors that the compiler makes of plain Rust.

use super::tile::tile;
use super::{Simd, TileOutput, larger};

/// Four lanes in plain Rust, for processors without an own form here.
#[derive(Clone, Copy)]
pub struct Plain;

impl Plain {
    #[inline(always)]
    fn zip(a: [f32; 4], b: [f32; 4], f: impl Fn(f32, f32) -> f32) -> [f32; 4] {
        [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
    }
}

impl Simd for Plain {
    type V = [f32; 4];
    const LANES: usize = 4;
    const TILE: (usize, usize) = (4, 2);

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self::V {
        [x; 4]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::V {
        unsafe { from.cast::<[f32; 4]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, v: Self::V) {
        unsafe { to.cast::<[f32; 4]>().write_unaligned(v) }
    }
    #[inline(always)]
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V {
        Plain::zip(a, b, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V {
        Plain::zip(a, b, |a, b| a - b)
    }
    #[inline(always)]
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V {
        Plain::zip(a, b, |a, b| a * b)
    }
    #[inline(always)]
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V {
        Plain::zip(a, b, |a, b| a / b)
    }
    #[inline(always)]
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V {
        Plain::zip(a, b, larger)
    }
    #[inline(always)]
    unsafe fn clamp(x: Self::V, least: Self::V, most: Self::V) -> Self::V {
        // A comparison with NaN is false, so it is x that stays.
        let x = Plain::zip(x, least, |x, least| if x < least { least } else { x });
        Plain::zip(x, most, |x, most| if x > most { most } else { x })
    }
    #[inline(always)]
    unsafe fn sqrt(a: Self::V) -> Self::V {
        a.map(f32::sqrt)
    }
    #[inline(always)]
    unsafe fn mul_add(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        let product = Plain::zip(a, b, |a, b| a * b);
        Plain::zip(product, c, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn round(a: Self::V) -> Self::V {
        // Adding 1.5 * 2^23 leaves no bits for the fraction.
        const SHIFT: f32 = 12_582_912.0;
        a.map(|a| (a + SHIFT) - SHIFT)
    }
    #[inline(always)]
    unsafe fn power_of_two(n: Self::V) -> Self::V {
        n.map(|n| f32::from_bits(((n as i32 + 127) << 23) as u32))
    }
    #[inline(always)]
    unsafe fn tile(depth: usize, a: *const f32, b: *const f32, out: TileOutput) {
        unsafe { tile::<Self, 4, 2>(depth, a, b, out) }
    }
}
