//! Log-probs at a temperature, by any pass: what is read of the last norm is divided by it.
//!
//! Logits are linear in what the last LayerNorm gives, which is linear in its gain and bias.
//! So a model whose last gain and bias are divided by T has the logits of T, and the gradient
//! of those two is T times as large as that of the model that it stands for.

use crate::model::Model;
use crate::parameter_table::Parameters;
use burn::tensor::Tensor;
use std::ops::Range;

/// `arena` `[parameters]` with the logits divided by `temperature`.
pub fn tempered(model: &Model, arena: &Tensor<1>, temperature: f64) -> Tensor<1> {
    if temperature == 1.0 {
        return arena.clone();
    }
    with_last_norm_divided(model, arena.clone(), temperature)
}

/// The gradient of a model, `[parameters]`, from that of its [`tempered`] arena.
pub fn gradient_of_tempered(model: &Model, gradient: Tensor<1>, temperature: f64) -> Tensor<1> {
    if temperature == 1.0 {
        return gradient;
    }
    with_last_norm_divided(model, gradient, temperature)
}

fn with_last_norm_divided(model: &Model, arena: Tensor<1>, divisor: f64) -> Tensor<1> {
    let last = Parameters::placed(&model.config.sizes(), |_, place| place).last;
    let divided = |arena: Tensor<1>, place: Range<usize>| {
        let part = arena.clone().slice([place.clone()]);
        arena.slice_assign([place], part.div_scalar(divisor as f32))
    };
    divided(divided(arena, last.gain), last.bias)
}
