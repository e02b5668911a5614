//! The kernels against burn's plain composition of the same model, forward and backward.

use super::{forward_logps, plain_logps};
use crate::batch::{Batch, Sequence};
use crate::gpt::Gpt;
use crate::gpt_config::GptConfig;
use crate::layout::Layout;
use crate::model::Model;
use crate::random::Random;
use burn::tensor::{Device, Tensor};

/// A model of a shape with weights large enough that every part matters.
fn model(config: GptConfig) -> (Model, Tensor<1>) {
    let device = Device::flex();
    let layout = Layout::of(&config);
    let mut numbers = Model::initial_weights(&layout, &config, 3);
    let mut random = Random::from_seed_for(4, "kernels");
    for number in &mut numbers {
        *number += (0.1 * random.normal()) as f32;
    }
    let arena = Tensor::from_data(numbers.as_slice(), &device);
    let model = Model {
        config,
        layout,
        text: None,
        device,
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

fn check(config: GptConfig, lengths: &[(usize, usize)]) {
    let rows = sequences(lengths, config.vocab_size);
    let batch = Batch::new(&rows, 0);
    check_batch(config, &batch);
}

fn check_batch(config: GptConfig, batch: &Batch) {
    let (model, arena) = model(config);
    let leaves = Gpt::leaves(&model.config, &model.layout, &arena);
    let plain = plain_logps(leaves, batch, true);
    let fused = forward_logps(&model, &arena, batch, true);
    let (found, expected) = (numbers(fused.values), numbers(plain.values));
    assert_close("log-probs", &found, &expected, 2e-6);
    let statistics = fused.statistics.map(numbers).unwrap();
    let expected = plain.statistics.map(numbers).unwrap();
    let parts = statistics.chunks(batch.scored());
    for (index, (found, expected)) in parts.zip(expected.chunks(batch.scored())).enumerate() {
        assert_close(&format!("statistic {index}"), found, expected, 2e-5);
    }
    let mut random = Random::from_seed_for(6, "kernels");
    let upstream: Vec<f32> = (0..batch.scored())
        .map(|_| random.normal() as f32)
        .collect();
    let found = numbers(fused.trace.backward(&model, batch, &upstream));
    let expected = numbers(plain.trace.backward(&model, batch, &upstream));
    for slot in &model.layout.slots {
        let (found, expected) = (&found[slot.range()], &expected[slot.range()]);
        assert_close(&slot.name, found, expected, 2e-5);
    }
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
