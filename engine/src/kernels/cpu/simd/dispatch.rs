//! The choice between instruction sets.

use super::SimdKernel;
#[cfg(not(target_arch = "wasm32"))]
use super::plain::Plain;
#[cfg(target_arch = "wasm32")]
use super::wasm;
#[cfg(target_arch = "x86_64")]
use super::x86;

/// # Safety
/// The processor has AVX-512F.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn with_avx512<K: SimdKernel>(kernel: K) -> K::Output {
    kernel.run::<x86::Avx512>()
}

/// # Safety
/// The processor has AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn with_avx2<K: SimdKernel>(kernel: K) -> K::Output {
    kernel.run::<x86::Avx2>()
}

/// Runs a kernel with the widest vectors there are.
#[cfg(target_arch = "x86_64")]
pub fn dispatch<K: SimdKernel>(kernel: K) -> K::Output {
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
pub fn dispatch<K: SimdKernel>(kernel: K) -> K::Output {
    kernel.run::<wasm::Simd128>()
}

/// Runs a kernel with the vectors this module was built for.
#[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
pub fn dispatch<K: SimdKernel>(kernel: K) -> K::Output {
    #[target_feature(enable = "relaxed-simd")]
    unsafe fn with_relaxed<K: SimdKernel>(kernel: K) -> K::Output {
        kernel.run::<wasm::Relaxed>()
    }
    // SAFETY: a browser without it does not compile this module at all.
    unsafe { with_relaxed(kernel) }
}

/// Runs a kernel with vectors that the compiler finds.
#[cfg(not(any(target_arch = "x86_64", target_arch = "wasm32")))]
pub fn dispatch<K: SimdKernel>(kernel: K) -> K::Output {
    kernel.run::<Plain>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::cpu::math::{exp, largest, load, store};
    use crate::kernels::cpu::simd::Simd;

    /// Runs a kernel with every instruction set that there is here, and names each.
    fn with_each<K: SimdKernel>(kernel: impl Fn() -> K, mut check: impl FnMut(&str, K::Output)) {
        #[cfg(target_arch = "wasm32")]
        check("wasm", dispatch(kernel()));
        #[cfg(not(target_arch = "wasm32"))]
        check("plain", kernel().run::<Plain>());
        #[cfg(target_arch = "x86_64")]
        {
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

    impl SimdKernel for Probe {
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
