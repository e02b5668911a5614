//! The optimiser's pass over all parameters at once.

use super::math::{load, store, sum};
use super::simd::{Simd, SimdKernel, dispatch};

/// The L2 norm of all numbers.
pub fn norm(numbers: &[f32]) -> f32 {
    struct Squares<'a>(&'a [f32]);
    impl SimdKernel for Squares<'_> {
        type Output = f64;
        #[inline(always)]
        fn run<S: Simd>(self) -> f64 {
            // Short sums in f32, their sum in f64.
            let mut total = 0.0;
            for piece in self.0.chunks(4096) {
                // SAFETY: loads stay within the piece.
                unsafe {
                    let mut squares = S::splat(0.0);
                    for chunk in piece.chunks(S::LANES) {
                        let x = load::<S>(chunk, 0.0);
                        squares = S::mul_add(x, x, squares);
                    }
                    total += f64::from(sum::<S>(squares));
                }
            }
            total
        }
    }
    dispatch(Squares(numbers)).sqrt() as f32
}

/// One AdamW step of all parameters in place, in PyTorch's order: see [`crate::adamw`].
pub struct Adam<'a> {
    pub parameters: &'a mut [f32],
    pub first: &'a mut [f32],
    pub second: &'a mut [f32],
    pub gradient: &'a [f32],
    /// Of the gradient, to clip it.
    pub clip: f32,
    pub factors: Factors,
}

/// What a step multiplies with.
#[derive(Clone, Copy, Debug)]
pub struct Factors {
    pub beta1: f32,
    /// `1 - beta1`, rounded once.
    pub rest1: f32,
    pub beta2: f32,
    /// `1 - beta2`, rounded once.
    pub rest2: f32,
    /// Learning rate over `1 - beta1^t`.
    pub rate: f32,
    /// `1 / sqrt(1 - beta2^t)`.
    pub second: f32,
    pub epsilon: f32,
    /// Learning rate times weight decay; 0 for parameters that do not decay.
    pub decay: f32,
}

impl SimdKernel for Adam<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let f = self.factors;
        let moments = self.first.chunks_mut(S::LANES);
        let moments = moments.zip(self.second.chunks_mut(S::LANES));
        let given = self.gradient.chunks(S::LANES);
        let parameters = self.parameters.chunks_mut(S::LANES);
        for ((p, (m, v)), g) in parameters.zip(moments).zip(given) {
            // SAFETY: loads and stores stay within their slices.
            unsafe {
                let gradient = S::mul(load::<S>(g, 0.0), S::splat(self.clip));
                let first = S::mul(gradient, S::splat(f.rest1));
                let first = S::mul_add(load::<S>(m, 0.0), S::splat(f.beta1), first);
                let second = S::mul(S::mul(gradient, gradient), S::splat(f.rest2));
                let second = S::mul_add(load::<S>(v, 0.0), S::splat(f.beta2), second);
                store::<S>(m, first);
                store::<S>(v, second);
                let deviation = S::mul(S::sqrt(second), S::splat(f.second));
                let deviation = S::add(deviation, S::splat(f.epsilon));
                let value = load::<S>(p, 0.0);
                let value = S::sub(value, S::mul(value, S::splat(f.decay)));
                let step = S::div(S::mul(first, S::splat(f.rate)), deviation);
                store::<S>(p, S::sub(value, step));
            }
        }
    }
}
