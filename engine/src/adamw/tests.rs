//! The optimiser's update on both devices.

use super::{AdamW, Norm};
use crate::gpt_config::GptConfig;
use crate::layout::{Layout, TensorSlot};
use crate::parameter_table::TensorRole;
use crate::random::Random;
use crate::testing::{assert_close, gpu, numbers};
use burn::tensor::{Device, Tensor};
use pollster::block_on;
use tilt_protocol::{ObjectiveKind, TrainSettings};

#[test]
#[ignore = "needs a GPU, in software at least"]
fn adamw_is_the_same_on_both_devices_on_gpu() {
    let gpu = gpu();
    // Vectors and matrices in turn, so that four numbers of a thread decay or do not.
    let mut layout = Layout {
        slots: Vec::new(),
        len: 0,
    };
    for index in 0..80 {
        let slot = TensorSlot {
            name: index.to_string(),
            shape: [vec![5], vec![3, 7]][index % 2].clone(),
            offset: layout.len,
            block: None,
            role: [TensorRole::Gain, TensorRole::Embedding][index % 2],
        };
        layout.len += slot.len();
        layout.slots.push(slot);
    }
    let len = layout.len;
    let mut random = Random::from_seed_for(7, "kernels");
    let mut draw = || -> Vec<f32> { (0..len).map(|_| random.normal() as f32).collect() };
    let (parameters, gradients) = (draw(), [draw(), draw()]);
    for max_grad_norm in [0.0, 1.0] {
        let settings = TrainSettings {
            max_grad_norm,
            weight_decay: 0.1,
            ..TrainSettings::trl_defaults(ObjectiveKind::Dpo.with_beta(0.1))
        };
        let walked = [Device::flex(), gpu.clone()].map(|device| {
            let mut adamw = AdamW::new(&layout, false, &device);
            let mut at = Tensor::<1>::from_data(parameters.as_slice(), &device);
            let mut norms = Vec::new();
            for gradient in &gradients {
                let gradient = Tensor::from_data(gradient.as_slice(), &device);
                let (next, norm) = adamw.clipped_update(at, gradient, 0.01, &settings);
                at = next;
                norms.push(block_on(norm.read()).unwrap() as f32);
            }
            [
                numbers(at),
                numbers(adamw.first),
                numbers(adamw.second),
                norms,
            ]
        });
        let [cpu, gpu] = walked;
        // Both are arrays of four.
        for (index, (found, expected)) in gpu.iter().zip(&cpu).enumerate() {
            assert_close(&format!("part {index}"), found, expected, 1e-6);
        }
    }
}

/// Of a gradient that is not finite nothing is applied, on either device; and what shares
/// memory with parameters or moments keeps its numbers while they change in place.
fn nothing_is_applied(device: &Device) {
    let layout = Layout::of(&GptConfig::new(12, 8, 8, 1, 2));
    let len = layout.len;
    let mut random = Random::from_seed_for(8, "kernels");
    let mut draw = || -> Vec<f32> { (0..len).map(|_| random.normal() as f32).collect() };
    let (start, good) = (draw(), draw());
    let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30].map(|number| {
        let mut gradient = draw();
        gradient[len / 2] = number;
        gradient
    });
    let settings = TrainSettings {
        weight_decay: 0.1,
        ..TrainSettings::trl_defaults(ObjectiveKind::Dpo.with_beta(0.1))
    };
    let on_device = |numbers: &[f32]| Tensor::<1>::from_data(numbers, device);
    let mut adamw = AdamW::new(&layout, false, device);
    let shared = on_device(&start);
    let (mut at, _) = adamw.clipped_update(shared.clone(), on_device(&good), 0.01, &settings);
    assert_eq!(numbers(shared), start, "a shared tensor keeps its numbers");
    assert_ne!(numbers(at.clone()), start);
    let moments = [adamw.first.clone(), adamw.second.clone()];
    let before = [at.clone(), moments[0].clone(), moments[1].clone()].map(numbers);
    for gradient in &bad {
        let (next, norm) = adamw.clipped_update(at, on_device(gradient), 0.01, &settings);
        at = next;
        assert!(!block_on(norm.read()).unwrap().is_finite());
        if matches!(norm, Norm::OnDevice(_)) {
            adamw.take_back();
        }
        assert_eq!(adamw.step, 1);
        let after = [at.clone(), adamw.first.clone(), adamw.second.clone()].map(numbers);
        assert!(after == before, "{:?}", gradient[len / 2]);
    }
    let (at, _) = adamw.clipped_update(at, on_device(&good), 0.01, &settings);
    assert_ne!(numbers(at), before[0]);
    assert_eq!(moments.map(numbers), before[1..], "shared moments too");
}

#[test]
fn a_gradient_that_is_not_finite_changes_nothing() {
    nothing_is_applied(&Device::flex());
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn a_gradient_that_is_not_finite_changes_nothing_on_gpu() {
    nothing_is_applied(&gpu());
}
