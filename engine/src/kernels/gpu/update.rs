//! The optimiser's pass over all parameters: the norm in two dispatches, AdamW in one.

use super::launch::{Gpu, Kernel};
use crate::kernels::cpu::update::Factors;
use burn::tensor::Tensor;

/// Threads that sum squares.
const PARTS: usize = 1024;
/// Threads of one row of workgroups: see `adamw.wgsl`.
const ROW: usize = 65_536;

/// AdamW's state of all parameters, each `[parameters]`.
pub struct State<'a> {
    pub parameters: &'a Tensor<1>,
    pub gradient: &'a Tensor<1>,
    /// 1 where weight decay applies.
    pub decays: &'a Tensor<1>,
    /// The moments: updated where they lie.
    pub first: &'a Tensor<1>,
    pub second: &'a Tensor<1>,
}

/// One AdamW step, the gradient clipped to `max_norm` (0: not clipped): the new parameters,
/// and the norm before clipping, `[1]`. `None` where the kernels do not take the tensors.
pub fn adamw(state: &State<'_>, max_norm: f64, factors: Factors) -> Option<(Tensor<1>, Tensor<1>)> {
    let [len] = state.parameters.dims();
    if !len.is_multiple_of(4) {
        return None;
    }
    let gpu = Gpu::of(state.parameters)?;
    let parameters = gpu.buffer(state.parameters)?;
    let gradient = gpu.buffer(state.gradient)?;
    let decays = gpu.buffer(state.decays)?;
    let (first, second) = (gpu.buffer(state.first)?, gpu.buffer(state.second)?);
    let parts = gpu.room(PARTS);
    let norm = gpu.room(1);
    let len4 = (len / 4) as u32;
    gpu.launch(
        Kernel::new("squares", &[include_str!("wgsl/squares.wgsl")]),
        [PARTS / 64, 1],
        &[&gradient, &parts],
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
    let updated = gpu.room(len);
    gpu.launch(
        Kernel::new("adamw", &[include_str!("wgsl/adamw.wgsl")]),
        [ROW.min(len / 4).div_ceil(64), (len / 4).div_ceil(ROW)],
        &[
            &parameters,
            &gradient,
            &decays,
            &norm,
            &factors,
            &first,
            &second,
            &updated,
        ],
        &[len4],
    );
    Some((gpu.tensor(&updated, len), gpu.tensor(&norm, 1)))
}
