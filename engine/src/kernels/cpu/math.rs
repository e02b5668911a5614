//! Elementary functions on vectors, and slices taken a vector at a time.

use super::simd::{Simd, larger};

/// A whole vector, or what is left of a slice with `fill` in the other lanes.
#[inline(always)]
pub unsafe fn load<S: Simd>(from: &[f32], fill: f32) -> S::V {
    unsafe {
        if from.len() >= S::LANES {
            return S::load(from.as_ptr());
        }
        let mut lanes = [fill; MOST_LANES];
        lanes[..from.len()].copy_from_slice(from);
        S::load(lanes.as_ptr())
    }
}

/// As much of a vector as the slice takes.
#[inline(always)]
pub unsafe fn store<S: Simd>(to: &mut [f32], v: S::V) {
    unsafe {
        if to.len() >= S::LANES {
            return S::store(to.as_mut_ptr(), v);
        }
        let mut lanes = [0.0; MOST_LANES];
        S::store(lanes.as_mut_ptr(), v);
        to.copy_from_slice(&lanes[..to.len()]);
    }
}

/// Lanes of the widest vectors.
const MOST_LANES: usize = 16;

#[inline(always)]
unsafe fn fold<S: Simd>(v: S::V, f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0; MOST_LANES];
    unsafe { S::store(lanes.as_mut_ptr(), v) };
    let mut width = S::LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] = f(lanes[lane], lanes[lane + width]);
        }
        width /= 2;
    }
    lanes[0]
}

/// The sum of the lanes.
#[inline(always)]
pub unsafe fn sum<S: Simd>(v: S::V) -> f32 {
    unsafe { fold::<S>(v, |a, b| a + b) }
}

/// The largest lane; NaN where one is NaN.
#[inline(always)]
pub unsafe fn largest<S: Simd>(v: S::V) -> f32 {
    unsafe { fold::<S>(v, larger) }
}

/// e^x with a relative error of at most 2e-7 for x from -87 to 88; below and above it
/// stays at the values there, and NaN stays NaN.
///
/// x = n ln 2 + r with |r| <= ln 2 / 2, and e^r by its Taylor series to r^6 in the form
/// that Cephes gives (Moshier 1989, `expf`).
#[inline(always)]
pub unsafe fn exp<S: Simd>(x: S::V) -> S::V {
    unsafe {
        let x = S::clamp(x, S::splat(-87.0), S::splat(88.0));
        let n = S::round(S::mul(x, S::splat(std::f32::consts::LOG2_E)));
        // ln 2 in two parts, the first with few bits, so that n times it is exact.
        let r = S::mul_add(n, S::splat(-0.693_359_4), x);
        let r = S::mul_add(n, S::splat(2.121_944_4e-4), r);
        let mut series = S::splat(1.987_569_1e-4);
        for coefficient in [
            1.398_199_9e-3,
            8.333_452e-3,
            4.166_579_6e-2,
            1.666_666_5e-1,
            0.5,
        ] {
            series = S::mul_add(series, r, S::splat(coefficient));
        }
        let result = S::mul_add(S::mul(r, r), series, S::add(r, S::splat(1.0)));
        S::mul(result, S::power_of_two(n))
    }
}

#[cfg(test)]
mod tests {
    use super::super::simd::{SimdKernel, dispatch};
    use super::*;

    struct Exp<'a>(&'a mut [f32]);

    impl SimdKernel for Exp<'_> {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self) {
            for chunk in self.0.chunks_mut(S::LANES) {
                // SAFETY: load and store stay within the chunk.
                unsafe { store::<S>(chunk, exp::<S>(load::<S>(chunk, 0.0))) };
            }
        }
    }

    #[test]
    fn exp_keeps_its_stated_error() {
        let inputs: Vec<f32> = (-87_000..=88_000).map(|x| x as f32 / 1_000.0).collect();
        let mut outputs = inputs.clone();
        dispatch(Exp(&mut outputs));
        let worst = inputs.iter().zip(&outputs).map(|(&x, &y)| {
            let exact = f64::from(x).exp();
            (f64::from(y) - exact).abs() / exact
        });
        let worst = worst.fold(0.0, f64::max);
        assert!(worst <= 2e-7, "{worst:e}");
        let mut ends = [-1e9, f32::NEG_INFINITY, 0.0];
        dispatch(Exp(&mut ends));
        assert!(
            ends[0] < 1.7e-38 && ends[1] < 1.7e-38 && ends[2] == 1.0,
            "{ends:?}"
        );
    }
}
