//! AdamW over the flat arena, with clipping by the global norm.
//!
//! Loshchilov and Hutter 2019 (arXiv 1711.05101), in PyTorch's order: decay first,
//! p <- p (1 - lr wd), then p <- p - lr m^ / (sqrt(v^) + eps).

use burn::tensor::{Device, Tensor};
use tilt_protocol::TrainSettings;

/// First and second moments, `[parameters]`, in the arena's layout.
pub struct AdamW {
    pub first: Tensor<1>,
    pub second: Tensor<1>,
    /// Updates made.
    pub step: usize,
    /// 1 where weight decay applies.
    decay_mask: Tensor<1>,
}

impl AdamW {
    pub fn new(decay_mask: Vec<f32>, device: &Device) -> AdamW {
        let len = decay_mask.len();
        AdamW {
            first: Tensor::zeros([len], device),
            second: Tensor::zeros([len], device),
            step: 0,
            decay_mask: Tensor::from_data(decay_mask.as_slice(), device),
        }
    }

    /// One update of `[parameters]` by a gradient of the same layout.
    pub fn update(
        &mut self,
        params: Tensor<1>,
        gradient: Tensor<1>,
        lr: f64,
        settings: &TrainSettings,
    ) -> Tensor<1> {
        self.step += 1;
        let (b1, b2) = (settings.adam_beta1, settings.adam_beta2);
        let first = self.first.clone().mul_scalar(b1 as f32)
            + gradient.clone().mul_scalar((1.0 - b1) as f32);
        let second = self.second.clone().mul_scalar(b2 as f32)
            + gradient.square().mul_scalar((1.0 - b2) as f32);
        let correction1 = 1.0 - b1.powi(self.step as i32);
        let correction2 = 1.0 - b2.powi(self.step as i32);
        let denominator = second
            .clone()
            .sqrt()
            .mul_scalar((1.0 / correction2.sqrt()) as f32)
            .add_scalar(settings.adam_epsilon as f32);
        let params = if settings.weight_decay > 0.0 {
            let decay = self
                .decay_mask
                .clone()
                .mul_scalar((lr * settings.weight_decay) as f32);
            params.clone() - params * decay
        } else {
            params
        };
        let update = first.clone().mul_scalar((lr / correction1) as f32) / denominator;
        self.first = first;
        self.second = second;
        params - update
    }
}

/// The gradient scaled to a global L2 norm of at most `max_norm` (0: unscaled),
/// and the norm before that, `[1]`. PyTorch's factor: min(1, max_norm / (norm + 1e-6)).
///
/// A gradient that is not finite becomes zero, so that it cannot spoil the weights
/// before the norm has been read.
pub fn clip_by_global_norm(gradient: Tensor<1>, max_norm: f64) -> (Tensor<1>, Tensor<1>) {
    let norm = gradient.clone().square().sum().sqrt(); // [1]
    let [len] = gradient.dims();
    let bad = norm.clone().is_finite().bool_not().expand([len]);
    let gradient = gradient.mask_fill(bad, 0.0);
    if max_norm <= 0.0 {
        return (gradient, norm);
    }
    let factor = norm
        .clone()
        .add_scalar(1e-6)
        .recip()
        .mul_scalar(max_norm as f32);
    let factor = factor.clamp_max(1.0);
    // A norm that is not finite has no factor; its gradient is zero already.
    let factor = factor.clone().mask_fill(factor.is_finite().bool_not(), 1.0);
    (gradient * factor.expand([len]), norm)
}
