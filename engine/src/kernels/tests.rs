//! The kernels against burn's plain composition of the same model on the CPU, forward and
//! backward, on the CPU and on a GPU where there is one.

use super::gpu::set_software;
use super::{forward_logps, plain_logps, token_logps, vocabulary_logps};
use crate::adamw::AdamW;
use crate::batch::{Batch, Sequence};
use crate::device::Compute;
use crate::gpt::Gpt;
use crate::gpt_config::GptConfig;
use crate::layout::Layout;
use crate::logps::{read, scored_logits};
use crate::model::Model;
use crate::random::Random;
use burn::tensor::{Device, Tensor, activation};
use pollster::block_on;
use std::sync::OnceLock;
use tilt_protocol::{DevicePreference, ObjectiveKind, TrainSettings};

/// Says that there has to be a GPU (software will do): without one the tests fail then.
const GPU_WANTED: &str = "TILT_TEST_GPU";

fn gpu() -> Option<Device> {
    static GPU: OnceLock<Option<Device>> = OnceLock::new();
    GPU.get_or_init(|| {
        let compute = block_on(Compute::choose(DevicePreference::Webgpu));
        if let Some(reason) = compute.fallback {
            assert!(std::env::var_os(GPU_WANTED).is_none(), "no GPU: {reason}");
            eprintln!("without a GPU its kernels are not tested: {reason}");
            return None;
        }
        Some(compute.device)
    })
    .clone()
}

/// A model of a shape with weights large enough that every part matters.
fn model(config: GptConfig, device: &Device) -> (Model, Tensor<1>) {
    let layout = Layout::of(&config);
    let mut numbers = Model::initial_weights(&layout, &config, 3);
    let mut random = Random::from_seed_for(4, "kernels");
    for number in &mut numbers {
        *number += (0.1 * random.normal()) as f32;
    }
    let arena = Tensor::from_data(numbers.as_slice(), device);
    let model = Model {
        config,
        layout,
        text: None,
        device: device.clone(),
        identity: None,
    };
    (model, arena)
}

fn sequences(lengths: &[(usize, usize)], vocab: usize) -> Vec<Sequence> {
    let mut random = Random::from_seed_for(5, "kernels");
    let mut ids = |count| (0..count).map(|_| random.below(vocab) as u32).collect();
    let mut prompts: Vec<Vec<u32>> = Vec::new();
    lengths
        .iter()
        .map(|&(prompt, completion)| {
            // Prompts of one length are one prompt.
            let known = prompts.iter().find(|known| known.len() == prompt).cloned();
            let prompt: Vec<u32> = known.unwrap_or_else(|| ids(prompt));
            prompts.push(prompt.clone());
            Sequence {
                prompt,
                completion: ids(completion),
            }
        })
        .collect()
}

fn numbers(tensor: Tensor<1>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let size = expected.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    for (index, (a, b)) in found.iter().zip(expected).enumerate() {
        let error = (a - b).abs();
        assert!(
            error <= tolerance * size,
            "{what}[{index}]: {a} against {b}, largest {size}"
        );
    }
}

/// How far log-probs, statistics and gradients may lie from the plain ones, in shares of the
/// largest number.
struct Tolerance {
    logps: f32,
    rest: f32,
}

const ON_CPU: Tolerance = Tolerance {
    logps: 2e-6,
    rest: 2e-5,
};
/// WGSL's `exp` and `log` may be off by some units in the last place.
const ON_GPU: Tolerance = Tolerance {
    logps: 1e-5,
    rest: 5e-5,
};

fn check(config: GptConfig, lengths: &[(usize, usize)]) {
    let rows = sequences(lengths, config.vocab_size);
    check_batch(config, &Batch::new(&rows, 0));
}

fn check_batch(config: GptConfig, batch: &Batch) {
    check_on(&Device::flex(), &ON_CPU, &config, batch);
    if let Some(gpu) = gpu() {
        for is_software in [true, false] {
            set_software(is_software);
            check_on(&gpu, &ON_GPU, &config, batch);
        }
    }
}

fn check_on(device: &Device, tolerance: &Tolerance, config: &GptConfig, batch: &Batch) {
    let (on_cpu, plain_arena) = model(config.clone(), &Device::flex());
    let (model, arena) = model(config.clone(), device);
    let leaves = Gpt::leaves(&on_cpu.config, &on_cpu.layout, &plain_arena);
    let plain = plain_logps(leaves, batch, true);
    let fused = forward_logps(&model, &arena, batch, true);
    let scored = numbers(token_logps(&model, &arena, batch));
    let (found, expected) = (numbers(fused.values), numbers(plain.values));
    assert_close("log-probs", &found, &expected, tolerance.logps);
    assert_eq!(scored, found, "scoring alone says the same");
    let statistics = fused.statistics.map(numbers).unwrap();
    let expected = plain.statistics.map(numbers).unwrap();
    let parts = statistics.chunks(batch.scored());
    for (index, (found, expected)) in parts.zip(expected.chunks(batch.scored())).enumerate() {
        let what = format!("statistic {index}");
        assert_close(&what, found, expected, tolerance.rest);
    }
    let found = block_on(vocabulary_logps(&model, &arena, batch)).unwrap();
    let expected = block_on(vocabulary_by_burn(&on_cpu, &plain_arena, batch));
    assert_close("whole vocabulary", &found, &expected, tolerance.logps);
    let mut random = Random::from_seed_for(6, "kernels");
    let upstream: Vec<f32> = (0..batch.scored())
        .map(|_| random.normal() as f32)
        .collect();
    let found = numbers(fused.trace.backward(&model, batch, &upstream));
    let expected = numbers(plain.trace.backward(&on_cpu, batch, &upstream));
    for slot in &model.layout.slots {
        let (found, expected) = (&found[slot.range()], &expected[slot.range()]);
        assert_close(&slot.name, found, expected, tolerance.rest);
    }
}

async fn vocabulary_by_burn(model: &Model, arena: &Tensor<1>, batch: &Batch) -> Vec<f32> {
    let logits = scored_logits(&model.gpt(arena), batch);
    read(activation::log_softmax(logits, 1)).await.unwrap()
}

#[test]
fn the_whole_pass_equals_burns_on_even_shapes() {
    check(
        GptConfig::new(64, 48, 32, 2, 4),
        &[(5, 8), (5, 11), (7, 3), (0, 9), (12, 30)],
    );
}

#[test]
fn the_whole_pass_equals_burns_on_odd_shapes() {
    check(
        GptConfig::new(37, 41, 21, 3, 3),
        &[(3, 1), (3, 17), (1, 40), (3, 0), (9, 13), (40, 1)],
    );
    check(GptConfig::new(5, 3, 1, 1, 1), &[(1, 2), (2, 1)]);
}

#[test]
fn a_head_of_its_own_gets_its_own_gradient() {
    let mut config = GptConfig::new(50, 40, 24, 1, 2);
    config.is_tied = false;
    check(config, &[(4, 9), (6, 30)]);
}

#[test]
fn widths_and_vocabularies_that_tiles_do_not_divide() {
    check(
        GptConfig::new(97, 33, 20, 2, 5),
        &[(3, 1), (3, 17), (1, 30), (9, 13), (30, 2), (2, 2), (5, 27)],
    );
    check(GptConfig::new(6, 3, 4, 1, 1), &[(1, 2), (2, 1)]);
}

#[test]
fn more_rows_than_a_tile_of_workgroups() {
    check(
        GptConfig::new(40, 100, 72, 1, 2),
        &[(60, 40), (60, 30), (1, 90)],
    );
}

#[test]
fn adamw_is_the_same_on_both_devices() {
    let Some(gpu) = gpu() else { return };
    let len = 1028;
    let mut random = Random::from_seed_for(7, "kernels");
    let mut draw = || -> Vec<f32> { (0..len).map(|_| random.normal() as f32).collect() };
    let (parameters, gradients) = (draw(), [draw(), draw(), vec![f32::NAN; len]]);
    let decays: Vec<f32> = (0..len).map(|i| (i % 2) as f32).collect();
    for max_grad_norm in [0.0, 1.0] {
        let settings = TrainSettings {
            max_grad_norm,
            weight_decay: 0.1,
            ..TrainSettings::trl_defaults(ObjectiveKind::Dpo.with_beta(0.1))
        };
        let walked = [Device::flex(), gpu.clone()].map(|device| {
            let mut adamw = AdamW::new(decays.clone(), &device);
            let mut at = Tensor::<1>::from_data(parameters.as_slice(), &device);
            let mut norms = Vec::new();
            for gradient in &gradients {
                let gradient = Tensor::from_data(gradient.as_slice(), &device);
                let (next, norm) = adamw.clipped_update(at, gradient, 0.01, &settings);
                at = next;
                norms.push(numbers(norm)[0]);
            }
            assert!(
                norms.pop().is_some_and(f32::is_nan),
                "the last is not finite"
            );
            [
                numbers(at),
                numbers(adamw.first),
                numbers(adamw.second),
                norms,
            ]
        });
        let [cpu, gpu] = walked;
        for (index, (found, expected)) in gpu.iter().zip(&cpu).enumerate() {
            assert_close(&format!("part {index}"), found, expected, 1e-6);
        }
    }
}

#[test]
fn a_distribution_is_scored_as_burn_scores_it() {
    let config = GptConfig::new(37, 41, 24, 2, 3);
    let rows = sequences(&[(3, 5), (3, 17), (9, 13)], config.vocab_size);
    let mut random = Random::from_seed_for(7, "kernels");
    let spreads: Vec<Vec<(u32, f32)>> = (0..Batch::new(&rows, 0).scored())
        .map(|_| {
            let count = 1 + random.below(4);
            let id = |k: usize| (9 * k) as u32 + random.below(9) as u32;
            let ids: Vec<u32> = (0..count).map(id).collect();
            ids.into_iter().map(|id| (id, 1.0 / count as f32)).collect()
        })
        .collect();
    let batch = Batch::towards(&rows, spreads.clone(), 0).unwrap();
    check_batch(config, &batch);
    assert!(Batch::towards(&rows, spreads[1..].to_vec(), 0).is_err());
}
