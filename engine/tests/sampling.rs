//! Sampling on the CPU: the kernels that write token by token against the model as it is
//! written down plainly, against the pass that training makes, and against themselves in
//! batches of other sizes.

mod support;

use burn::tensor::{Device, Int, Tensor, TensorData};
use pollster::block_on;
use proptest::prelude::*;
use support::{VOCAB, model};
use tilt_engine::batch::Batch;
use tilt_engine::generate::{
    Generator, Pick, SampledAnswer, SamplingRequest, generate, generate_composed, next_token_logits,
};
use tilt_engine::gpt_config::GptConfig;
use tilt_engine::kernels::cpu::CpuValues;
use tilt_engine::kernels::cpu::decode::{Decoder, NextInput, SharedPrompt};
use tilt_engine::kernels::shape::Shape;
use tilt_engine::layout::Layout;
use tilt_engine::model::Model;
use tilt_engine::pass::token_logps;
use tilt_engine::random::Random;
use tilt_engine::readback::read;
use tilt_engine::sequence::Sequence;
use tilt_protocol::Sampling;

fn random_model(config: GptConfig, seed: u64) -> (Model, Tensor<1>) {
    let layout = Layout::of(&config);
    let mut random = Random::from_seed(seed);
    let mut numbers = Model::initial_weights(&layout, &config, seed);
    numbers
        .iter_mut()
        .for_each(|number| *number += (0.08 * random.normal()) as f32);
    let device = Device::flex();
    let arena = Tensor::from_data(numbers.as_slice(), &device);
    (Model::new(config, None, &device), arena)
}

/// Models of all kinds of sizes: heads of 1, of a panel, of more; sizes that no vector divides;
/// a depth of several blocks; a head of its own.
fn models() -> Vec<(Model, Tensor<1>)> {
    let mut untied = GptConfig::new(37, 40, 64, 1, 2);
    untied.is_tied = false;
    untied.n_inner = 70;
    let configs = [
        GptConfig::new(37, 40, 6, 2, 6),
        GptConfig::new(97, 72, 100, 1, 2),
        GptConfig::new(40, 48, 128, 2, 4),
        untied,
    ];
    let seeded = configs.into_iter().zip(1..);
    seeded
        .map(|(config, seed)| random_model(config, seed))
        .collect()
}

fn tokens(random: &mut Random, count: usize, vocab: usize) -> Vec<u32> {
    (0..count).map(|_| random.below(vocab) as u32).collect()
}

/// Logits at every position by `gpt.rs`, `[t * v]`.
fn plain_logits(model: &Model, arena: &Tensor<1>, ids: &[u32]) -> Vec<f32> {
    let gpt = model.gpt(arena);
    let data: Vec<i32> = ids.iter().map(|&id| id as i32).collect();
    let tokens = TensorData::new(data, [1, ids.len()]);
    let hidden = gpt.hidden(Tensor::<2, Int>::from_data(tokens, &model.device), None);
    let hidden = hidden.reshape([ids.len(), model.config.n_embd]);
    block_on(read(gpt.logits(hidden))).expect("readback")
}

/// Logits after the prompt and after each further token, of three rows that share the prompt
/// beside one that does not, by the kernels that sample: `[rest + 1][v]` of the middle one.
fn decoded_logits(model: &Model, arena: &Tensor<1>, prompt: usize, ids: &[u32]) -> Vec<Vec<f32>> {
    let numbers = CpuValues::of(arena).expect("an arena of the CPU");
    let mut decoder = Decoder::new(Shape::new(&model.config), numbers);
    let (shared, rest) = ids.split_at(prompt);
    let other = [1, 2, 3];
    decoder.begin(4, ids.len().max(other.len() + rest.len()));
    let prompts = [
        SharedPrompt {
            ids: &other,
            slots: &[0],
        },
        SharedPrompt {
            ids: shared,
            slots: &[1, 2, 3],
        },
    ];
    let vocab = model.config.vocab_size;
    let mut logits = vec![decoder.prefill(&prompts)[vocab..].to_vec()];
    for (step, &id) in rest.iter().enumerate() {
        let position = prompt + step;
        let input = |slot, position, id| NextInput { slot, position, id };
        let neighbour = (id + 1) % vocab as u32;
        let mut inputs = vec![input(3, position, neighbour), input(2, position, id)];
        // The others end earlier.
        if step < 5 {
            inputs.insert(0, input(0, other.len() + step, neighbour));
            inputs.push(input(1, position, 0));
        }
        let place = inputs.iter().position(|input| input.slot == 2);
        let place = place.expect("the middle row");
        let all = decoder.step(&inputs);
        logits.push(all[place * vocab..(place + 1) * vocab].to_vec());
    }
    logits
}

#[test]
fn logits_of_the_decode_path_are_those_of_the_plain_forward() {
    let mut random = Random::from_seed(12);
    for (model, arena) in models() {
        let (vocab, context) = (model.config.vocab_size, model.config.n_positions);
        for prompt in [1, 7, 33] {
            let ids = tokens(&mut random, context, vocab);
            let plain = plain_logits(&model, &arena, &ids);
            let found = decoded_logits(&model, &arena, prompt, &ids);
            assert_eq!(found.len(), context - prompt + 1);
            let size = plain.iter().fold(0.0f32, |most, x| most.max(x.abs()));
            let expected = plain.chunks_exact(vocab).skip(prompt - 1);
            for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
                for (a, b) in found.iter().zip(expected) {
                    let what = format!("d {} position {place}", model.config.n_embd);
                    assert!((a - b).abs() <= 2e-5 * size, "{what}: {a} {b}, most {size}");
                }
            }
            let next = block_on(next_token_logits(&model, &arena, &ids[..prompt]));
            assert_eq!(next.expect("logits"), found[0]);
        }
    }
}

/// So the first ratio of a policy's answers to themselves is exactly 1.
#[test]
fn an_answers_log_probs_have_the_bits_of_scoring() {
    let mut random = Random::from_seed(5);
    for (model, arena) in models() {
        let prompts: Vec<Vec<u32>> = (0..9)
            .map(|row| tokens(&mut random, 1 + row % 4, model.config.vocab_size))
            .collect();
        let pick = Pick::Sample(Sampling {
            temperature: 0.8,
            ..Sampling::default()
        });
        let answers = block_on(generate(&model, &arena, &prompts, pick, 30, 3, 0));
        for (prompt, answer) in prompts.iter().zip(answers.expect("answers")) {
            let sequence = Sequence {
                prompt: prompt.clone(),
                completion: answer.ids.clone(),
            };
            let batch = Batch::new([&sequence], model.pad_id()).expect("a batch");
            let scored = token_logps(&model, &arena, &batch).expect("a pass");
            let scored = block_on(read(scored)).expect("readback");
            let scored: Vec<f64> = scored.into_iter().map(f64::from).collect();
            assert_eq!(answer.logps, scored, "d {}", model.config.n_embd);
        }
    }
}

#[test]
fn both_ways_sample_the_same_answers() {
    for (model, arena) in models() {
        let mut random = Random::from_seed(8);
        let prompts: Vec<Vec<u32>> = (0..12)
            .map(|row| tokens(&mut random, 1 + row / 2, model.config.vocab_size))
            .collect();
        for pick in [
            Pick::Greedy,
            Pick::Sample(Sampling::default()),
            Pick::Sample(Sampling {
                temperature: 0.7,
                top_k: Some(12),
                top_p: 0.9,
                min_p: 0.01,
                repetition_penalty: 1.2,
                ..Sampling::default()
            }),
        ] {
            let ours = block_on(generate(&model, &arena, &prompts, pick, 24, 2, 5));
            let ours = ours.expect("answers");
            let request = SamplingRequest {
                prompts: &prompts,
                pick,
                max_new_tokens: 24,
                seed: 2,
                first_stream: 5,
            };
            let plain = generate_composed(&model, &arena, &request);
            let plain = block_on(plain).expect("answers");
            for (ours, plain) in ours.iter().zip(&plain) {
                assert_eq!(ours.ids, plain.ids, "{pick:?}");
                assert_eq!(ours.finished, plain.finished);
                for (a, b) in ours.logps.iter().zip(&plain.logps) {
                    assert!((a - b).abs() < 1e-4, "{a} {b}");
                }
            }
        }
    }
}

#[test]
fn a_generator_that_is_kept_answers_as_a_fresh_one() {
    let (model, arena) = model();
    let mut kept = Generator::new(&model, &arena);
    for (call, most) in [(0, 20), (1, 3), (2, 28)] {
        let prompts: Vec<Vec<u32>> = (1..=3 + call).map(|len| vec![7; len]).collect();
        let pick = Pick::Sample(Sampling::default());
        let request = SamplingRequest {
            prompts: &prompts,
            pick,
            max_new_tokens: most,
            seed: 4,
            first_stream: call,
        };
        let answers = block_on(kept.sample(&request));
        let fresh = block_on(generate(&model, &arena, &prompts, pick, most, 4, call));
        assert_eq!(answers.expect("answers"), fresh.expect("answers"));
    }
}

#[test]
fn answers_end_where_the_context_or_their_limit_does() {
    let (model, arena) = model();
    let prompts = [vec![5; 31], vec![5; 30], vec![6; 3]];
    let draw = |most| block_on(generate(&model, &arena, &prompts, Pick::Greedy, most, 0, 0));
    let lengths = |answers: &[SampledAnswer]| -> Vec<usize> {
        let longest = answers.iter().map(|answer| match answer.finished {
            true => usize::MAX,
            false => answer.ids.len(),
        });
        longest.collect()
    };
    let by_limit = draw(1).expect("answers");
    assert!(by_limit.iter().all(|answer| answer.ids.len() == 1));
    let all = draw(usize::MAX).expect("answers");
    let expected = [1, 2, 29];
    for (found, expected) in lengths(&all).into_iter().zip(expected) {
        assert!(found == expected || found == usize::MAX, "{found}");
    }
    assert!(block_on(generate(&model, &arena, &[], Pick::Greedy, 4, 0, 0)).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// To the last bit, ids and log-probs: whatever rows stand beside, shared prompts or not.
    #[test]
    fn rollouts_are_the_same_whatever_the_batch(
        prompts in proptest::collection::vec(
            proptest::collection::vec(2..VOCAB as u32, 1..4), 1..5),
        picked in proptest::collection::vec(0..5_usize, 1..90),
        size in 1..70_usize,
        seed in any::<u64>(),
        cool in any::<bool>(),
    ) {
        let (model, arena) = model();
        let rows: Vec<Vec<u32>> = picked
            .iter()
            .map(|pick| prompts[pick % prompts.len()].clone())
            .collect();
        let pick = Pick::Sample(Sampling {
            temperature: if cool { 0.5 } else { 1.0 },
            top_k: cool.then_some(10),
            ..Sampling::default()
        });
        let draw = |rows: &[Vec<u32>], first| {
            block_on(generate(&model, &arena, rows, pick, 16, seed, first)).expect("answers")
        };
        let together = draw(&rows, 0);
        let mut in_parts = Vec::new();
        for part in rows.chunks(size) {
            in_parts.extend(draw(part, in_parts.len()));
        }
        prop_assert_eq!(together, in_parts);
    }
}
