//! [`Simd`](super::Simd) by a processor's own functions.

/// Implements `Simd` by a processor's own functions.
macro_rules! lanes {
    (
        $name:ident, $doc:literal, $v:ty, $lanes:literal, $rows:literal,
        $splat:path, $load:path, $store:path, $add:path, $sub:path, $mul:path, $div:path,
        $max:path, $clamp:path, $sqrt:path, $mul_add:path, $round:path, $power_of_two:path
    ) => {
        #[doc = $doc]
        #[derive(Clone, Copy)]
        pub struct $name;

        // Some of the functions are safe on some processors.
        #[allow(unused_unsafe)]
        impl Simd for $name {
            type V = $v;
            const LANES: usize = $lanes;
            const TILE: (usize, usize) = ($rows, 2);

            #[inline(always)]
            unsafe fn splat(x: f32) -> $v {
                unsafe { $splat(x) }
            }
            #[inline(always)]
            unsafe fn load(from: *const f32) -> $v {
                unsafe { $load(from.cast()) }
            }
            #[inline(always)]
            unsafe fn store(to: *mut f32, v: $v) {
                unsafe { $store(to.cast(), v) }
            }
            #[inline(always)]
            unsafe fn add(a: $v, b: $v) -> $v {
                unsafe { $add(a, b) }
            }
            #[inline(always)]
            unsafe fn sub(a: $v, b: $v) -> $v {
                unsafe { $sub(a, b) }
            }
            #[inline(always)]
            unsafe fn mul(a: $v, b: $v) -> $v {
                unsafe { $mul(a, b) }
            }
            #[inline(always)]
            unsafe fn div(a: $v, b: $v) -> $v {
                unsafe { $div(a, b) }
            }
            #[inline(always)]
            unsafe fn max(a: $v, b: $v) -> $v {
                unsafe { $max(a, b) }
            }
            #[inline(always)]
            unsafe fn clamp(x: $v, least: $v, most: $v) -> $v {
                unsafe { $clamp(x, least, most) }
            }
            #[inline(always)]
            unsafe fn sqrt(a: $v) -> $v {
                unsafe { $sqrt(a) }
            }
            #[inline(always)]
            unsafe fn mul_add(a: $v, b: $v, c: $v) -> $v {
                unsafe { $mul_add(a, b, c) }
            }
            #[inline(always)]
            unsafe fn round(a: $v) -> $v {
                unsafe { $round(a) }
            }
            #[inline(always)]
            unsafe fn power_of_two(n: $v) -> $v {
                unsafe { $power_of_two(n) }
            }
            #[inline(always)]
            unsafe fn tile(depth: usize, a: *const f32, b: *const f32, out: TileOutput) {
                unsafe { tile::<Self, $rows, 2>(depth, a, b, out) }
            }
        }
    };
}

pub(super) use lanes;
