//! AdamW over the flat arena, with clipping by the global norm.
//!
//! Loshchilov and Hutter 2019 (arXiv 1711.05101), in PyTorch's order: decay first,
//! p <- p (1 - lr wd), then p <- p - lr m^ / (sqrt(v^) + eps).

use crate::kernels::cpu::update::{self, Factors};
use crate::kernels::cpu::{Numbers, dispatch, tensor_of};
use crate::kernels::gpu;
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

    /// One update of `[parameters]` by a gradient of the same layout, clipped to a global
    /// norm of `settings.max_grad_norm`; and the norm before that, `[1]`.
    pub fn clipped_update(
        &mut self,
        parameters: Tensor<1>,
        gradient: Tensor<1>,
        lr: f64,
        settings: &TrainSettings,
    ) -> (Tensor<1>, Tensor<1>) {
        self.step += 1;
        let factors = self.factors(lr, settings);
        let most = settings.max_grad_norm;
        if let Some(done) = self.update_on_cpu(&parameters, &gradient, most, factors) {
            return done;
        }
        let state = gpu::update::State {
            parameters: &parameters,
            gradient: &gradient,
            decays: &self.decay_mask,
            first: &self.first,
            second: &self.second,
        };
        if let Some(done) = gpu::update::adamw(&state, most, factors) {
            return done;
        }
        let (gradient, norm) = clip_by_global_norm(gradient, most);
        (self.update(parameters, gradient, factors), norm)
    }

    fn factors(&self, lr: f64, settings: &TrainSettings) -> Factors {
        let (b1, b2) = (settings.adam_beta1, settings.adam_beta2);
        let step = self.step as i32;
        Factors {
            beta1: b1 as f32,
            rest1: (1.0 - b1) as f32,
            beta2: b2 as f32,
            rest2: (1.0 - b2) as f32,
            rate: (lr / (1.0 - b1.powi(step))) as f32,
            second: (1.0 / (1.0 - b2.powi(step)).sqrt()) as f32,
            epsilon: settings.adam_epsilon as f32,
            decay: (lr * settings.weight_decay) as f32,
        }
    }

    /// Clipping and update in two passes over memory. `None` where the numbers are
    /// elsewhere.
    fn update_on_cpu(
        &mut self,
        parameters: &Tensor<1>,
        gradient: &Tensor<1>,
        max_norm: f64,
        factors: Factors,
    ) -> Option<(Tensor<1>, Tensor<1>)> {
        let device = parameters.device();
        let mut numbers = Numbers::of(parameters)?.to_vec();
        let decays = Numbers::of(&self.decay_mask)?;
        let gradient = Numbers::of(gradient)?;
        let mut first = taken(&mut self.first)?;
        let mut second = taken(&mut self.second)?;
        let norm = update::norm(&gradient);
        let clips = max_norm > 0.0 && norm.is_finite();
        let zeros;
        let gradient: &[f32] = if norm.is_finite() {
            &gradient
        } else {
            zeros = vec![0.0; numbers.len()];
            &zeros
        };
        dispatch(update::Adam {
            parameters: &mut numbers,
            first: &mut first,
            second: &mut second,
            gradient,
            decays: &decays,
            clip: match clips {
                true => (max_norm / (f64::from(norm) + 1e-6)).min(1.0) as f32,
                false => 1.0,
            },
            factors,
        });
        let tensor = |numbers| tensor_of(numbers, &device);
        self.first = tensor(first);
        self.second = tensor(second);
        Some((tensor(numbers), tensor(vec![norm])))
    }

    /// One update of `[parameters]` by a gradient of the same layout.
    fn update(&mut self, params: Tensor<1>, gradient: Tensor<1>, factors: Factors) -> Tensor<1> {
        let f = factors;
        let first = self.first.clone().mul_scalar(f.beta1) + gradient.clone().mul_scalar(f.rest1);
        let second =
            self.second.clone().mul_scalar(f.beta2) + gradient.square().mul_scalar(f.rest2);
        let denominator = second
            .clone()
            .sqrt()
            .mul_scalar(f.second)
            .add_scalar(f.epsilon);
        let params = if f.decay > 0.0 {
            params.clone() - params * self.decay_mask.clone().mul_scalar(f.decay)
        } else {
            params
        };
        let update = first.clone().mul_scalar(f.rate) / denominator;
        self.first = first;
        self.second = second;
        params - update
    }
}

/// A tensor's numbers, to be changed in place where nobody else holds them. `None`, and the
/// tensor as it was, where they are on another device.
fn taken(tensor: &mut Tensor<1>) -> Option<Vec<f32>> {
    let numbers = Numbers::of(tensor)?;
    *tensor = Tensor::empty([0], &tensor.device());
    numbers.into_vec()
}

/// The gradient scaled to a global L2 norm of at most `max_norm` (0: unscaled),
/// and the norm before that, `[1]`. PyTorch's factor: min(1, max_norm / (norm + 1e-6)).
///
/// A gradient that is not finite becomes zero, so that it cannot spoil the weights
/// before the norm has been read.
fn clip_by_global_norm(gradient: Tensor<1>, max_norm: f64) -> (Tensor<1>, Tensor<1>) {
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
