//! Vectors of f32, as wide as the processor has them, and the choice between them.
//!
//! A kernel is written once over [`Simd`] and compiled for each instruction set; natively
//! the best one that the processor has runs, in a browser the one that the build was made
//! for (`simd128`, or with the feature `relaxed-simd` its fused multiply-add).

use super::matmul::{Tile, tile};

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

    /// The tile of a matmul: [`super::matmul::tile`] with [`Simd::TILE`].
    unsafe fn tile(depth: usize, a: *const f32, b: *const f32, out: Tile);
}

/// A computation over [`Simd`].
pub trait Kernel {
    type Output;
    /// Must be `#[inline(always)]`, as everything under it, to be compiled for `S`.
    fn run<S: Simd>(self) -> Self::Output;
}

/// Runs a kernel with the widest vectors there are.
#[cfg(target_arch = "x86_64")]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    #[target_feature(enable = "avx512f")]
    unsafe fn with_avx512<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<x86::Avx512>()
    }
    #[target_feature(enable = "avx2,fma")]
    unsafe fn with_avx2<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<x86::Avx2>()
    }
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the processor has it.
        return unsafe { with_avx512(kernel) };
    }
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has them.
        return unsafe { with_avx2(kernel) };
    }
    kernel.run::<Plain>()
}

/// Runs a kernel with the vectors this module was built for.
#[cfg(all(target_arch = "wasm32", not(feature = "relaxed-simd")))]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<wasm::Simd128>()
}

/// Runs a kernel with the vectors this module was built for.
#[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    #[target_feature(enable = "relaxed-simd")]
    unsafe fn with_relaxed<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<wasm::Relaxed>()
    }
    // SAFETY: a browser without it does not compile this module at all.
    unsafe { with_relaxed(kernel) }
}

/// Runs a kernel with vectors that the compiler finds.
#[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Plain>()
}

/// The larger of two numbers; NaN where either is NaN.
#[inline(always)]
pub fn larger(a: f32, b: f32) -> f32 {
    if a > b || a.is_nan() { a } else { b }
}

/// Four lanes in plain Rust, for processors without an own form here.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone, Copy)]
pub struct Plain;

#[cfg(not(target_arch = "wasm32"))]
impl Plain {
    #[inline(always)]
    fn zip(a: [f32; 4], b: [f32; 4], f: impl Fn(f32, f32) -> f32) -> [f32; 4] {
        [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
    }
}

#[cfg(not(target_arch = "wasm32"))]
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
    unsafe fn tile(depth: usize, a: *const f32, b: *const f32, out: Tile) {
        unsafe { tile::<Self, 4, 2>(depth, a, b, out) }
    }
}

/// Implements [`Simd`] by a processor's own functions.
#[cfg(any(target_arch = "wasm32", target_arch = "x86_64"))]
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
            unsafe fn tile(depth: usize, a: *const f32, b: *const f32, out: Tile) {
                unsafe { tile::<Self, $rows, 2>(depth, a, b, out) }
            }
        }
    };
}

#[cfg(target_arch = "wasm32")]
mod wasm {
    use super::{Simd, Tile, tile};
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
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Simd, Tile, tile};
    use core::arch::x86_64::*;

    #[rustfmt::skip]
    lanes!(
        Avx2, "Eight lanes.", __m256, 8, 6,
        _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_sub_ps,
        _mm256_mul_ps, _mm256_div_ps, max_8, clamp_8, _mm256_sqrt_ps,
        _mm256_fmadd_ps, round_8, power_of_two_8
    );
    #[rustfmt::skip]
    lanes!(
        Avx512, "Sixteen lanes.", __m512, 16, 12,
        _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_sub_ps,
        _mm512_mul_ps, _mm512_div_ps, max_16, clamp_16, _mm512_sqrt_ps,
        _mm512_fmadd_ps, round_16, power_of_two_16
    );

    // This processor's max and min give their second side where either is NaN.

    #[inline(always)]
    unsafe fn max_8(a: __m256, b: __m256) -> __m256 {
        unsafe {
            let is_nan = _mm256_cmp_ps::<_CMP_UNORD_Q>(a, a);
            _mm256_blendv_ps(_mm256_max_ps(a, b), a, is_nan)
        }
    }

    #[inline(always)]
    unsafe fn max_16(a: __m512, b: __m512) -> __m512 {
        unsafe {
            let is_nan = _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(a, a);
            _mm512_mask_mov_ps(_mm512_max_ps(a, b), is_nan, a)
        }
    }

    #[inline(always)]
    unsafe fn clamp_8(x: __m256, least: __m256, most: __m256) -> __m256 {
        unsafe { _mm256_min_ps(most, _mm256_max_ps(least, x)) }
    }

    #[inline(always)]
    unsafe fn clamp_16(x: __m512, least: __m512, most: __m512) -> __m512 {
        unsafe { _mm512_min_ps(most, _mm512_max_ps(least, x)) }
    }

    const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

    #[inline(always)]
    unsafe fn round_8(a: __m256) -> __m256 {
        unsafe { _mm256_round_ps::<NEAREST>(a) }
    }

    #[inline(always)]
    unsafe fn round_16(a: __m512) -> __m512 {
        unsafe { _mm512_roundscale_ps::<NEAREST>(a) }
    }

    #[inline(always)]
    unsafe fn power_of_two_8(n: __m256) -> __m256 {
        unsafe {
            let n = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
            _mm256_castsi256_ps(_mm256_slli_epi32::<23>(n))
        }
    }

    #[inline(always)]
    unsafe fn power_of_two_16(n: __m512) -> __m512 {
        unsafe {
            let n = _mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127));
            _mm512_castsi512_ps(_mm512_slli_epi32::<23>(n))
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::math::{exp, largest, load, store};
    use super::*;

    /// Runs a kernel with every instruction set that there is here, and names each.
    pub fn with_each<K: Kernel>(kernel: impl Fn() -> K, mut check: impl FnMut(&str, K::Output)) {
        #[cfg(target_arch = "wasm32")]
        check("wasm", dispatch(kernel()));
        #[cfg(not(target_arch = "wasm32"))]
        check("plain", kernel().run::<Plain>());
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx512f")]
            unsafe fn with_avx512<K: Kernel>(kernel: K) -> K::Output {
                kernel.run::<x86::Avx512>()
            }
            #[target_feature(enable = "avx2,fma")]
            unsafe fn with_avx2<K: Kernel>(kernel: K) -> K::Output {
                kernel.run::<x86::Avx2>()
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                // SAFETY: the processor has them.
                check("avx2", unsafe { with_avx2(kernel()) });
            }
            if is_x86_feature_detected!("avx512f") {
                // SAFETY: the processor has it.
                check("avx512", unsafe { with_avx512(kernel()) });
            }
        }
    }

    /// max, clamp to -1 and 1, e^x and the largest lane of two vectors' worth of numbers.
    struct Probe {
        a: [f32; 16],
        b: [f32; 16],
    }

    struct Probed {
        max: [f32; 16],
        clamped: [f32; 16],
        exp: [f32; 16],
        largest: f32,
    }

    impl Kernel for Probe {
        type Output = Probed;
        #[inline(always)]
        fn run<S: Simd>(self) -> Probed {
            let mut out = Probed {
                max: [0.0; 16],
                clamped: [0.0; 16],
                exp: [0.0; 16],
                largest: 0.0,
            };
            for at in (0..16).step_by(S::LANES) {
                // SAFETY: loads and stores stay within the 16 numbers.
                unsafe {
                    let (a, b) = (load::<S>(&self.a[at..], 0.0), load::<S>(&self.b[at..], 0.0));
                    store::<S>(&mut out.max[at..], S::max(a, b));
                    let clamped = S::clamp(a, S::splat(-1.0), S::splat(1.0));
                    store::<S>(&mut out.clamped[at..], clamped);
                    store::<S>(&mut out.exp[at..], exp::<S>(a));
                    if at == 0 {
                        out.largest = largest::<S>(a);
                    }
                }
            }
            out
        }
    }

    #[test]
    fn nan_stays_nan_on_every_instruction_set() {
        let nan = f32::NAN;
        let probe = || {
            let (mut a, mut b) = ([0.5; 16], [2.0; 16]);
            (a[0], a[1], a[2], a[3]) = (nan, -3.0, 3.0, f32::NEG_INFINITY);
            (b[1], b[2], b[3]) = (nan, 1.0, -7.0);
            Probe { a, b }
        };
        let mut sets = 0;
        with_each(probe, |set, found| {
            sets += 1;
            assert!(
                found.max[0].is_nan() && found.max[1].is_nan(),
                "{set}: {:?}",
                found.max
            );
            assert_eq!(found.max[2..5], [3.0, -7.0, 2.0], "{set}");
            assert!(found.clamped[0].is_nan(), "{set}: {:?}", found.clamped);
            assert_eq!(found.clamped[1..5], [-1.0, 1.0, -1.0, 0.5], "{set}");
            assert!(found.exp[0].is_nan(), "{set}: {:?}", found.exp);
            assert!(found.largest.is_nan(), "{set}: {}", found.largest);
        });
        assert!(sets > 0);
    }
}
