//! The optimiser's pass over all parameters: the norm in two dispatches, AdamW in one.

use super::launch::{Buffer, Gpu, Kernel};
use crate::kernels::cpu::update::Factors;
use burn::tensor::Tensor;
use std::ops::Range;

/// Threads that sum squares.
const PARTS: usize = 1024;
/// Threads of one row of workgroups: see `adamw.wgsl`.
const ROW: usize = 65_536;

/// AdamW's state of all parameters, each `[parameters]`. Parameters and moments are updated
/// where they lie.
pub struct UpdateBuffers<'a> {
    pub parameters: &'a mut Tensor<1>,
    pub first: &'a mut Tensor<1>,
    pub second: &'a mut Tensor<1>,
    pub gradient: &'a Tensor<1>,
}

/// Which parameters decay, a bit each, on the device.
pub struct DecayBits(Buffer);

impl DecayBits {
    /// `None` where the tensor, any of the device, is on no GPU.
    pub fn on_device_of(
        tensor: &Tensor<1>,
        decaying: &[Range<usize>],
        len: usize,
    ) -> Option<DecayBits> {
        let gpu = Gpu::of(tensor)?;
        let mut words = vec![0u32; len.div_ceil(32)];
        for index in decaying.iter().cloned().flatten() {
            words[index / 32] |= 1 << (index % 32);
        }
        Some(DecayBits(gpu.upload_words(words.into_iter())))
    }
}

/// One AdamW step, the gradient clipped to `max_norm` (0: not clipped): the norm before
/// clipping, `[1]`. Where that is not finite, nothing is changed. `None` where the kernels do
/// not take the tensors.
pub fn adamw(
    state: UpdateBuffers<'_>,
    decays: &DecayBits,
    max_norm: f64,
    factors: Factors,
) -> Option<Tensor<1>> {
    let UpdateBuffers {
        parameters,
        first,
        second,
        gradient,
    } = state;
    let [len] = parameters.dims();
    if !len.is_multiple_of(4) {
        return None;
    }
    let gpu = Gpu::of(gradient)?;
    let g = gpu.buffer(gradient)?;
    let p = gpu.own(parameters, gradient)?;
    let (m, v) = (gpu.own(first, gradient)?, gpu.own(second, gradient)?);
    let parts = gpu.room(PARTS);
    let norm = gpu.room(1);
    let len4 = (len / 4) as u32;
    gpu.launch(
        Kernel::new("squares", &[include_str!("wgsl/squares.wgsl")]),
        [PARTS / 64, 1],
        &[&g, &parts],
        &[len4, PARTS as u32],
    );
    gpu.launch(
        Kernel::new("norm", &[include_str!("wgsl/norm.wgsl")]),
        [1, 1],
        &[&parts, &norm],
        &[PARTS as u32],
    );
    let f = factors;
    let factors = gpu.upload(&[
        f.beta1,
        f.rest1,
        f.beta2,
        f.rest2,
        f.rate,
        f.second,
        f.epsilon,
        f.decay,
        max_norm as f32,
    ]);
    gpu.launch(
        Kernel::new("adamw", &[include_str!("wgsl/adamw.wgsl")]),
        [ROW.min(len / 4).div_ceil(64), (len / 4).div_ceil(ROW)],
        &[&p, &g, &decays.0, &norm, &factors, &m, &v],
        &[len4],
    );
    Some(gpu.tensor(&norm, 1))
}
