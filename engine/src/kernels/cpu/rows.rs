//! What a transformer does with rows beside multiplying them: LayerNorm, GELU, biases.

use super::buffers::Buffer;
use super::math::{exp, load, store, sum};
use super::simd::{Simd, SimdKernel, dispatch};

/// LayerNorm over rows of the gain's length: `out = normed * gain + bias`, with
/// `normed = (x - mean) / sqrt(variance + epsilon)`. Keeps `normed` and one reciprocal
/// deviation a row for the backward pass.
pub struct LayerNorm<'a> {
    pub x: &'a [f32],
    pub gain: &'a [f32],
    pub bias: &'a [f32],
    pub epsilon: f32,
    pub normed: &'a mut [f32],
    pub scale: &'a mut [f32],
    pub out: &'a mut [f32],
}

impl SimdKernel for LayerNorm<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let width = self.gain.len();
        let rows = self.x.chunks_exact(width);
        let kept = self.normed.chunks_exact_mut(width).zip(self.scale);
        let results = self.out.chunks_exact_mut(width);
        for ((x, (normed, scale)), out) in rows.zip(kept).zip(results) {
            // SAFETY: loads and stores stay within their slices.
            unsafe {
                let mut total = S::splat(0.0);
                for x in x.chunks(S::LANES) {
                    total = S::add(total, load::<S>(x, 0.0));
                }
                let mean = sum::<S>(total) / width as f32;
                let mean_lanes = S::splat(mean);
                let mut squares = S::splat(0.0);
                for x in x.chunks(S::LANES) {
                    let centred = S::sub(load::<S>(x, mean), mean_lanes);
                    squares = S::mul_add(centred, centred, squares);
                }
                let variance = sum::<S>(squares) / width as f32;
                *scale = 1.0 / (variance + self.epsilon).sqrt();
                let scale = S::splat(*scale);
                for at in (0..width).step_by(S::LANES) {
                    let centred = S::sub(load::<S>(&x[at..], mean), mean_lanes);
                    let value = S::mul(centred, scale);
                    store_at::<S>(normed, at, value);
                    let gain = load::<S>(&self.gain[at..], 0.0);
                    let bias = load::<S>(&self.bias[at..], 0.0);
                    store_at::<S>(out, at, S::mul_add(value, gain, bias));
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn store_at<S: Simd>(to: &mut [f32], at: usize, v: S::V) {
    unsafe { store::<S>(&mut to[at..], v) }
}

/// LayerNorm's backward pass: adds to `d_x`, `d_gain` and `d_bias`. The sums of `d_bias` are
/// compensated (Kahan): where rows cancel, as under a reward model, nothing is left over.
pub struct LayerNormBackward<'a> {
    pub d_out: &'a [f32],
    pub normed: &'a [f32],
    pub scale: &'a [f32],
    pub gain: &'a [f32],
    pub d_x: &'a mut [f32],
    pub d_gain: &'a mut [f32],
    pub d_bias: &'a mut [f32],
}

impl SimdKernel for LayerNormBackward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let width = self.gain.len();
        let mut lost = Buffer::zeros(width);
        let rows = self.d_out.chunks_exact(width);
        let kept = self.normed.chunks_exact(width).zip(self.scale);
        let results = self.d_x.chunks_exact_mut(width);
        for ((d_out, (normed, &scale)), d_x) in rows.zip(kept).zip(results) {
            // SAFETY: loads and stores stay within their slices.
            unsafe {
                let (mut plain, mut weighted) = (S::splat(0.0), S::splat(0.0));
                for at in (0..width).step_by(S::LANES) {
                    let d = load::<S>(&d_out[at..], 0.0);
                    let value = load::<S>(&normed[at..], 0.0);
                    let d_gain = load::<S>(&self.d_gain[at..], 0.0);
                    store_at::<S>(self.d_gain, at, S::mul_add(d, value, d_gain));
                    let d_bias = load::<S>(&self.d_bias[at..], 0.0);
                    let more = S::sub(d, load::<S>(&lost[at..], 0.0));
                    let sum = S::add(d_bias, more);
                    store_at::<S>(&mut lost, at, S::sub(S::sub(sum, d_bias), more));
                    store_at::<S>(self.d_bias, at, sum);
                    let d = S::mul(d, load::<S>(&self.gain[at..], 0.0));
                    plain = S::add(plain, d);
                    weighted = S::mul_add(d, value, weighted);
                }
                let plain = S::splat(-sum::<S>(plain) / width as f32);
                let weighted = S::splat(-sum::<S>(weighted) / width as f32);
                let scale = S::splat(scale);
                for at in (0..width).step_by(S::LANES) {
                    let d = load::<S>(&d_out[at..], 0.0);
                    let d = S::mul(d, load::<S>(&self.gain[at..], 0.0));
                    let value = load::<S>(&normed[at..], 0.0);
                    let d = S::mul_add(value, weighted, S::add(d, plain));
                    let so_far = load::<S>(&d_x[at..], 0.0);
                    store_at::<S>(d_x, at, S::mul_add(d, scale, so_far));
                }
            }
        }
    }
}

/// GELU in its tanh form (`gelu_new`) of `x + bias`, written with a sigmoid:
/// x sigma(c (x + 0.044715 x^3)), c = 2 sqrt(2 / pi). `x` becomes the slope there.
pub struct Gelu<'a> {
    pub x: &'a mut [f32],
    pub bias: &'a [f32],
    pub out: &'a mut [f32],
}

const C: f32 = 2.0 * 0.797_884_6;
const CUBIC: f32 = 0.044_715;

/// The sigmoid of [`Gelu`] at a value with this square.
#[inline(always)]
unsafe fn gelu_sigma<S: Simd>(value: S::V, square: S::V) -> S::V {
    unsafe {
        let one = S::splat(1.0);
        let inner = S::mul_add(square, S::splat(-C * CUBIC), S::splat(-C));
        S::div(one, S::add(one, exp::<S>(S::mul(value, inner))))
    }
}

impl SimdKernel for Gelu<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let width = self.bias.len();
        let rows = self.x.chunks_exact_mut(width);
        for (x, out) in rows.zip(self.out.chunks_exact_mut(width)) {
            // SAFETY: loads and stores stay within their slices.
            unsafe {
                let one = S::splat(1.0);
                for at in (0..width).step_by(S::LANES) {
                    let bias = load::<S>(&self.bias[at..], 0.0);
                    let value = S::add(load::<S>(&x[at..], 0.0), bias);
                    let square = S::mul(value, value);
                    let sigma = gelu_sigma::<S>(value, square);
                    let result = S::mul(value, sigma);
                    store_at::<S>(out, at, result);
                    let d_inner = S::mul_add(square, S::splat(3.0 * C * CUBIC), S::splat(C));
                    let rest = S::mul(S::mul(result, S::sub(one, sigma)), d_inner);
                    store_at::<S>(x, at, S::add(sigma, rest));
                }
            }
        }
    }
}

/// [`Gelu`] in place, where nobody wants the slope.
pub struct GeluInPlace<'a> {
    pub x: &'a mut [f32],
    pub bias: &'a [f32],
}

impl SimdKernel for GeluInPlace<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let width = self.bias.len();
        for x in self.x.chunks_exact_mut(width) {
            // SAFETY: loads and stores stay within their slices.
            unsafe {
                for at in (0..width).step_by(S::LANES) {
                    let bias = load::<S>(&self.bias[at..], 0.0);
                    let value = S::add(load::<S>(&x[at..], 0.0), bias);
                    let sigma = gelu_sigma::<S>(value, S::mul(value, value));
                    store_at::<S>(x, at, S::mul(value, sigma));
                }
            }
        }
    }
}

/// `d *= slope`, and the sums of its columns added to `d_bias`.
pub struct Slope<'a> {
    pub d: &'a mut [f32],
    pub slope: &'a [f32],
    pub d_bias: &'a mut [f32],
}

impl SimdKernel for Slope<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let width = self.d_bias.len();
        let rows = self.d.chunks_exact_mut(width);
        for (d, slope) in rows.zip(self.slope.chunks_exact(width)) {
            // SAFETY: loads and stores stay within their slices.
            unsafe {
                for at in (0..width).step_by(S::LANES) {
                    let slope = load::<S>(&slope[at..], 0.0);
                    let product = S::mul(load::<S>(&d[at..], 0.0), slope);
                    store_at::<S>(d, at, product);
                    let so_far = load::<S>(&self.d_bias[at..], 0.0);
                    store_at::<S>(self.d_bias, at, S::add(so_far, product));
                }
            }
        }
    }
}

struct Add<'a> {
    to: &'a mut [f32],
    from: &'a [f32],
}

impl SimdKernel for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let from = self.from.chunks(S::LANES);
        for (to, from) in self.to.chunks_mut(S::LANES).zip(from) {
            // SAFETY: loads and stores stay within their slices.
            unsafe {
                let sum = S::add(load::<S>(to, 0.0), load::<S>(from, 0.0));
                store::<S>(to, sum);
            }
        }
    }
}

/// `to += from`, of one length.
pub fn add(to: &mut [f32], from: &[f32]) {
    dispatch(Add { to, from });
}

/// Adds a bias to every row.
pub struct AddBias<'a> {
    pub x: &'a mut [f32],
    pub bias: &'a [f32],
}

impl SimdKernel for AddBias<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for x in self.x.chunks_exact_mut(self.bias.len()) {
            Add {
                to: x,
                from: self.bias,
            }
            .run::<S>();
        }
    }
}

/// The sums of the columns of `x`, added to `to`.
pub struct SumColumns<'a> {
    pub x: &'a [f32],
    pub to: &'a mut [f32],
}

impl SimdKernel for SumColumns<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for x in self.x.chunks_exact(self.to.len()) {
            Add {
                to: self.to,
                from: x,
            }
            .run::<S>();
        }
    }
}
