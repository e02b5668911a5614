//! AdamW over the flat arena, with clipping by the global norm.
//!
//! Loshchilov and Hutter 2019 (arXiv 1711.05101), in PyTorch's order: decay first,
//! p <- p (1 - lr wd), then p <- p - lr m^ / (sqrt(v^) + eps).
//!
//! Parameters and moments change where they lie. So an update cannot be taken back,
//! and none is needed: of a gradient whose norm is not finite nothing is applied, neither to
//! the parameters nor to the moments. Squares are summed in f32, so a norm that is finite
//! also says that no square of the gradient overflows the second moment.

use crate::kernels::cpu::update::{self, Factors};
use crate::kernels::cpu::{CpuValues, dispatch, tensor_of};
use crate::kernels::gpu::update::{DecayBits, UpdateBuffers, adamw};
use crate::layout::Layout;
use crate::readback::read;
use burn::tensor::{Device, Tensor};
use std::ops::Range;
use tilt_protocol::{Error, Result, TrainSettings};

/// First and second moments, `[parameters]`, in the arena's layout.
pub struct AdamW {
    pub first: Tensor<1>,
    pub second: Tensor<1>,
    /// Updates made.
    pub step: usize,
    decays: Decays,
}

/// Where weight decay applies.
struct Decays {
    ranges: Vec<Range<usize>>,
    /// The same on a GPU, from the first update on.
    bits: Option<DecayBits>,
}

/// The global L2 norm of a gradient before clipping.
#[derive(Clone, Debug)]
pub enum Norm {
    Known(f32),
    /// Still on the device, `[1]`.
    OnDevice(Box<Tensor<1>>),
}

impl Norm {
    /// # Errors
    /// [`tilt_protocol::Error::Device`] when the device was lost.
    pub async fn read(&self) -> Result<f64> {
        Ok(f64::from(match self {
            Norm::Known(norm) => *norm,
            Norm::OnDevice(norm) => {
                let numbers = read((**norm).clone()).await?;
                let missing = || Error::internal("a norm was read that has no number");
                *numbers.first().ok_or_else(missing)?
            }
        }))
    }
}

impl AdamW {
    /// For the parameters of a layout, all of which decay, or the matrices alone.
    pub fn new(layout: &Layout, decay_all: bool, device: &Device) -> AdamW {
        AdamW::over(&[layout], decay_all, device)
    }

    /// For the parameters of several layouts, one after the other in one arena.
    pub fn over(layouts: &[&Layout], decay_all: bool, device: &Device) -> AdamW {
        let (mut ranges, mut len) = (Vec::new(), 0);
        for layout in layouts {
            let own = layout.decaying(decay_all).into_iter();
            ranges.extend(own.map(|range| len + range.start..len + range.end));
            len += layout.len;
        }
        AdamW {
            // Numbers that can be taken without a copy.
            first: tensor_of(vec![0.0; len], device),
            second: tensor_of(vec![0.0; len], device),
            step: 0,
            decays: Decays { ranges, bits: None },
        }
    }

    /// One update of `[parameters]` by a gradient of the same layout, clipped to a global
    /// norm of `settings.max_grad_norm`; and the norm before that. Where it is not finite,
    /// parameters and moments are those of before, and where that is known already, no
    /// update is counted; otherwise see [`AdamW::take_back`].
    pub fn clipped_update(
        &mut self,
        mut parameters: Tensor<1>,
        gradient: Tensor<1>,
        lr: f64,
        settings: &TrainSettings,
    ) -> (Tensor<1>, Norm) {
        let factors = self.factors(lr, settings);
        let most = settings.max_grad_norm;
        let is_on_cpu = [&parameters, &self.first, &self.second]
            .into_iter()
            .all(|tensor| CpuValues::of(tensor).is_some());
        if let Some(gradient) = CpuValues::of(&gradient).filter(|_| is_on_cpu) {
            let norm = update::norm(&gradient);
            if norm.is_finite() {
                self.step += 1;
                self.update_on_cpu(&mut parameters, &gradient, clip_factor(norm, most), factors);
            }
            return (parameters, Norm::Known(norm));
        }
        self.step += 1;
        let norm = match self.update_on_gpu(&mut parameters, &gradient, most, factors) {
            Some(norm) => norm,
            None => self.update_by_operations(&mut parameters, gradient, most, factors),
        };
        (parameters, Norm::OnDevice(Box::new(norm)))
    }

    /// The last update turned out to have had a norm that is not finite: it changed nothing
    /// and does not count.
    pub fn take_back(&mut self) {
        self.step = self.step.saturating_sub(1);
    }

    /// Of the update after those made.
    fn factors(&self, lr: f64, settings: &TrainSettings) -> Factors {
        let (b1, b2) = (settings.adam_beta1, settings.adam_beta2);
        let step = (self.step + 1) as i32;
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

    fn update_on_cpu(
        &mut self,
        parameters: &mut Tensor<1>,
        gradient: &[f32],
        clip: f32,
        factors: Factors,
    ) {
        let device = parameters.device();
        let mut numbers = taken(parameters);
        let mut first = taken(&mut self.first);
        let mut second = taken(&mut self.second);
        for (range, decays) in self.decays.everywhere(gradient.len()) {
            dispatch(update::Adam {
                parameters: &mut numbers[range.clone()],
                first: &mut first[range.clone()],
                second: &mut second[range.clone()],
                gradient: &gradient[range],
                clip,
                factors: match decays {
                    true => factors,
                    false => Factors {
                        decay: 0.0,
                        ..factors
                    },
                },
            });
        }
        let tensor = |numbers| tensor_of(numbers, &device);
        *parameters = tensor(numbers);
        self.first = tensor(first);
        self.second = tensor(second);
    }

    /// The norm, `[1]`. `None` where our kernels do not take the tensors.
    fn update_on_gpu(
        &mut self,
        parameters: &mut Tensor<1>,
        gradient: &Tensor<1>,
        max_norm: f64,
        factors: Factors,
    ) -> Option<Tensor<1>> {
        if self.decays.bits.is_none() {
            let [len] = parameters.dims();
            self.decays.bits = DecayBits::on_device_of(gradient, &self.decays.ranges, len);
        }
        let state = UpdateBuffers {
            parameters,
            first: &mut self.first,
            second: &mut self.second,
            gradient,
        };
        adamw(state, self.decays.bits.as_ref()?, max_norm, factors)
    }

    /// By burn's operations, for what our kernels do not take; the norm, `[1]`.
    fn update_by_operations(
        &mut self,
        parameters: &mut Tensor<1>,
        gradient: Tensor<1>,
        max_norm: f64,
        factors: Factors,
    ) -> Tensor<1> {
        let f = factors;
        let norm = gradient.clone().square().sum().sqrt(); // [1]
        let [len] = gradient.dims();
        let is_bad = norm.clone().is_finite().bool_not();
        let clip = match max_norm > 0.0 {
            true => {
                let factor = norm.clone().add_scalar(1e-6).recip();
                factor.mul_scalar(max_norm as f32).clamp_max(1.0)
            }
            false => norm.ones_like(),
        };
        let gradient = gradient * clip.expand([len]);
        let first = self.first.clone().mul_scalar(f.beta1) + gradient.clone().mul_scalar(f.rest1);
        let second =
            self.second.clone().mul_scalar(f.beta2) + gradient.square().mul_scalar(f.rest2);
        let deviation = second
            .clone()
            .sqrt()
            .mul_scalar(f.second)
            .add_scalar(f.epsilon);
        let decay = self.decays.mask(len, &norm.device()).mul_scalar(f.decay);
        let decayed = parameters.clone() - parameters.clone() * decay;
        let updated = decayed - first.clone().mul_scalar(f.rate) / deviation;
        let is_bad = is_bad.expand([len]);
        let keep = |new: Tensor<1>, old: &Tensor<1>| new.mask_where(is_bad.clone(), old.clone());
        *parameters = keep(updated, parameters);
        self.first = keep(first, &self.first);
        self.second = keep(second, &self.second);
        norm
    }
}

impl Decays {
    /// The ranges and what lies between them, up to `len`: together all of it.
    fn everywhere(&self, len: usize) -> impl Iterator<Item = (Range<usize>, bool)> {
        let mut start = 0;
        let both = self.ranges.iter().flat_map(move |range| {
            let before = std::mem::replace(&mut start, range.end)..range.start;
            [(before, false), (range.clone(), true)]
        });
        let end = self.ranges.last().map_or(0, |last| last.end);
        both.chain([(end..len, false)])
            .filter(|(range, _)| !range.is_empty())
    }

    /// 1 where weight decay applies, `[len]`.
    fn mask(&self, len: usize, device: &Device) -> Tensor<1> {
        let mut mask = vec![0.0; len];
        for range in &self.ranges {
            mask[range.clone()].fill(1.0);
        }
        tensor_of(mask, device)
    }
}

/// PyTorch's factor: min(1, max_norm / (norm + 1e-6)); 1 where `max_norm` is 0.
fn clip_factor(norm: f32, max_norm: f64) -> f32 {
    match max_norm > 0.0 {
        true => (max_norm / (f64::from(norm) + 1e-6)).min(1.0) as f32,
        false => 1.0,
    }
}

/// The numbers of a tensor that is on the CPU, to be changed in place where nobody else
/// holds them; the tensor is empty meanwhile.
fn taken(tensor: &mut Tensor<1>) -> Vec<f32> {
    let numbers = CpuValues::of(tensor);
    *tensor = Tensor::empty([0], &tensor.device());
    numbers.and_then(CpuValues::into_vec).unwrap_or_default()
}

#[cfg(test)]
mod tests;
