//! Answers of a GPU against those of the CPU, and the draw of the one against that of the other.

use crate::generate::{GENERATION_BATCH, Pick, SampledAnswer, generate, probabilities};
use crate::gpt_config::GptConfig;
use crate::kernels::gpu::trial::{self, Traits};
use crate::kernels::gpu::{Draw, NO_ID, drawn_once};
use crate::layout::Layout;
use crate::model::Model;
use crate::random::Random;
use crate::testing::gpu;
use burn::tensor::{Device, Tensor};
use pollster::block_on;
use tilt_protocol::{Result, Sampling};

/// A model with weights large enough to have opinions, the same on every device.
fn model(config: &GptConfig, device: &Device) -> (Model, Tensor<1>) {
    let layout = Layout::of(config);
    let mut numbers = Model::initial_weights(&layout, config, 3);
    let mut random = Random::from_seed_for(4, "writing");
    for number in &mut numbers {
        *number += (0.1 * random.normal()) as f32;
    }
    let arena = Tensor::from_data(numbers.as_slice(), device);
    (Model::new(config.clone(), None, device), arena)
}

/// Heads of one vec4 and of several, sizes that tiles do not divide, a head of its own.
fn configs() -> Vec<GptConfig> {
    let mut untied = GptConfig::new(70, 40, 48, 1, 2);
    untied.is_tied = false;
    untied.n_inner = 76;
    untied.scale_attn_by_inverse_layer_idx = true;
    let mut with_ends = GptConfig::new(37, 48, 24, 2, 6);
    with_ends.eos_token_id = Some(1);
    with_ends.more_eos_ids = vec![7, 9];
    vec![with_ends, untied, GptConfig::new(131, 33, 64, 3, 4)]
}

fn picks() -> Vec<Pick> {
    let all = Sampling::default();
    let filters = Sampling {
        temperature: 0.8,
        top_k: Some(12),
        top_p: 0.9,
        min_p: 0.02,
        repetition_penalty: 1.3,
        ..all
    };
    vec![Pick::Greedy, Pick::Sample(all), Pick::Sample(filters)]
}

/// Prompts of several lengths, each for some rows, in no order.
fn prompts(config: &GptConfig, rows: usize) -> Vec<Vec<u32>> {
    let mut random = Random::from_seed_for(5, "writing");
    let distinct: Vec<Vec<u32>> = (0..7)
        .map(|place| {
            let ids = 0..1 + 3 * place;
            ids.map(|_| random.below(config.vocab_size) as u32)
                .collect()
        })
        .collect();
    let mut row = || distinct[random.below(distinct.len())].clone();
    (0..rows).map(|_| row()).collect()
}

/// Prompts, how tokens are picked, and how many at most.
type Asked = (Vec<Vec<u32>>, Pick, usize);

fn answers(config: &GptConfig, device: &Device, asked: &Asked) -> Result<Vec<SampledAnswer>> {
    let (model, arena) = model(config, device);
    let (prompts, pick, most) = asked;
    block_on(generate(&model, &arena, prompts, *pick, *most, 11, 3))
}

fn check(config: &GptConfig, asked: &Asked) {
    let expected = answers(config, &Device::flex(), asked).unwrap();
    let found = answers(config, &gpu(), asked).unwrap();
    assert_eq!(found.len(), expected.len());
    for (row, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let what = format!("{:?} row {row} of {config:?}", asked.1);
        assert_eq!(found.ids, expected.ids, "{what}");
        assert_eq!(found.finished, expected.finished, "{what}");
        assert_eq!(found.logps.len(), expected.logps.len(), "{what}");
        for (a, b) in found.logps.iter().zip(&expected.logps) {
            assert!((a - b).abs() < 1e-4, "{what}: {a} against {b}");
        }
    }
}

/// With the kernels of both sorts of adapter.
fn on_each_sort(run: impl Fn()) {
    for is_software in [true, false] {
        let change = move |own| Traits { is_software, ..own };
        trial::with(change, &run);
    }
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn answers_are_those_of_the_cpu_on_gpu() {
    on_each_sort(|| {
        for config in configs() {
            for pick in picks() {
                let prompts = prompts(&config, 12);
                let most = 20;
                check(&config, &(prompts, pick, most));
            }
        }
    });
}

/// One row; more rows than a batch has; prompts that leave room for a token alone; answers that
/// the context ends, and some that their limit does.
#[test]
#[ignore = "needs a GPU, in software at least"]
fn answers_of_all_sizes_are_those_of_the_cpu_on_gpu() {
    let config = &configs()[0];
    let pick = picks()[1];
    let long = |len: usize| (0..len).map(|at| (at % 37) as u32).collect::<Vec<u32>>();
    let longest = config.n_positions - 1;
    let cases = [
        (vec![long(1)], 1),
        (vec![long(3)], usize::MAX),
        (vec![long(longest)], 5),
        (vec![long(longest), long(2), long(longest - 1)], usize::MAX),
        (prompts(config, GENERATION_BATCH + 30), 9),
        (vec![long(4); 2 * GENERATION_BATCH + 1], 3),
        (Vec::new(), 4),
    ];
    for (prompts, most) in cases {
        check(config, &(prompts, pick, most));
    }
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn a_device_of_small_limits_writes_the_same_on_gpu() {
    let config = &configs()[0];
    let arena_bytes = 4 * Layout::of(config).len as u64;
    let change = move |own| Traits {
        most_groups: 6,
        most_bytes: arena_bytes,
        ..own
    };
    trial::with(change, || {
        let prompts = prompts(config, 40);
        let pick = picks()[1];
        let most = 12;
        check(config, &(prompts, pick, most));
    });
}

/// To the last bit, ids and log-probs.
#[test]
#[ignore = "needs a GPU, in software at least"]
fn a_row_is_the_same_whatever_stands_beside_it_on_gpu() {
    let config = &configs()[2];
    let (model, arena) = model(config, &gpu());
    let prompts = prompts(config, 50);
    for pick in picks() {
        let draw = |prompts: &[Vec<u32>], first| {
            block_on(generate(&model, &arena, prompts, pick, 16, 5, first)).unwrap()
        };
        let together = draw(&prompts, 0);
        let mut in_parts: Vec<SampledAnswer> = Vec::new();
        for size in [1, 3, 46] {
            let first = in_parts.len();
            in_parts.extend(draw(&prompts[first..first + size], first));
        }
        assert_eq!(together, in_parts, "{pick:?}");
    }
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn logits_that_are_no_numbers_are_told_as_on_the_cpu_on_gpu() {
    let config = &configs()[0];
    let prompts = prompts(config, 5);
    for broken in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let message = |device: &Device| {
            let (model, arena) = model(config, device);
            let mut numbers: Vec<f32> = arena.into_data().try_into_vec().unwrap();
            // The gain of the last LayerNorm.
            let last = model
                .layout
                .slots
                .iter()
                .rev()
                .find(|slot| slot.name.ends_with("ln_f.weight"));
            numbers[last.unwrap().offset] = broken;
            let arena = Tensor::from_data(numbers.as_slice(), device);
            let pick = Pick::Sample(Sampling::default());
            let answers = block_on(generate(&model, &arena, &prompts, pick, 8, 0, 0));
            answers.unwrap_err().to_string()
        };
        let [found, expected] = [message(&gpu()), message(&Device::flex())];
        assert!(expected.contains("a logit of the model"), "{expected}");
        assert!(found.contains("a logit of the model"), "{found}");
        // Of an infinity any sign may come first.
        let advice = "these weights have diverged";
        assert!(
            found.contains(advice) && expected.contains(advice),
            "{found}"
        );
    }
}

/// Logits that a draw is made of: those of the golden models, and some with equals among them.
fn drawn_from() -> Vec<Vec<f32>> {
    let golden = include_str!("../../../tests/golden/open/generation.json");
    let golden: serde_json::Value = serde_json::from_str(golden).unwrap();
    let mut all: Vec<Vec<f32>> = golden["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| {
            let probs = case["next_probs"].as_array().unwrap().iter();
            probs.map(|p| p.as_f64().unwrap().ln() as f32).collect()
        })
        .collect();
    assert!(all.len() > 1);
    let mut random = Random::from_seed_for(6, "writing");
    let plain = (0..1000).map(|_| 3.0 * random.normal() as f32).collect();
    let few = (0..67).map(|at| [0.5, -1.0, 2.0, 2.0][at % 4]).collect();
    all.extend([plain, few, vec![0.25; 33], vec![1.0]]);
    all
}

fn filters() -> Vec<Sampling> {
    let all = Sampling::default();
    let cool = Sampling {
        temperature: 0.7,
        ..all
    };
    vec![
        all,
        cool,
        Sampling {
            temperature: 1e-300,
            ..all
        },
        Sampling {
            temperature: 1e300,
            ..all
        },
        Sampling {
            temperature: 0.9,
            top_k: Some(5),
            ..all
        },
        Sampling {
            top_k: Some(1),
            ..all
        },
        Sampling {
            top_k: Some(100_000),
            ..all
        },
        Sampling { top_p: 0.9, ..all },
        Sampling { top_p: 1e-9, ..all },
        Sampling {
            temperature: 1.3,
            top_k: Some(20),
            top_p: 0.8,
            ..all
        },
        Sampling { min_p: 0.1, ..all },
        Sampling { min_p: 1.0, ..all },
        Sampling {
            repetition_penalty: 1.3,
            ..all
        },
        Sampling {
            repetition_penalty: 0.8,
            top_p: 0.95,
            min_p: 0.01,
            ..cool
        },
    ]
}

/// Each number is drawn into the token that has it in the CPU's distribution, but for what
/// rounding decides at an edge; none that a filter drops is drawn.
#[test]
#[ignore = "needs a GPU, in software at least"]
fn a_draw_on_the_device_has_the_distribution_of_the_cpu_on_gpu() {
    let any = Tensor::<1>::from_data([0.0_f32; 4], &gpu());
    let count = 256;
    let mut units: Vec<f32> = (0..count)
        .map(|k| (k as f32 + 0.37) / count as f32)
        .collect();
    units.extend([0.0, 1.0 - f32::EPSILON / 2.0]);
    on_each_sort(|| {
        for logits in drawn_from() {
            let vocab = logits.len();
            let known: Vec<u32> = (0..vocab as u32).filter(|id| id % 5 == 2).collect();
            for sampling in filters() {
                let draw = Draw {
                    vocab,
                    sampling: Some(sampling),
                };
                let drawn = drawn_once(&any, &draw, &logits, &units, &known);
                let expected = probabilities(&logits, &known, &sampling);
                check_draws(&sampling, &units, &drawn, &expected);
                check_logps(&logits, &drawn);
            }
            let draw = Draw {
                vocab,
                sampling: None,
            };
            let drawn = drawn_once(&any, &draw, &logits, &units[..3], &known);
            let largest = logits.iter().copied().fold(f32::MIN, f32::max);
            let first = logits.iter().position(|&logit| logit == largest);
            let ids = drawn.iter().map(|&(id, _)| id as usize);
            assert!(ids.into_iter().all(|id| Some(id) == first), "{drawn:?}");
            check_logps(&logits, &drawn);
        }
    });
}

fn check_draws(sampling: &Sampling, units: &[f32], drawn: &[(u32, f32)], expected: &[f64]) {
    for (&unit, &(id, _)) in units.iter().zip(drawn) {
        let id = id as usize;
        let what = format!("{sampling:?}, {} ids, {unit}: {id}", expected.len());
        let own = expected.get(id).copied().unwrap_or_default();
        assert!(own > 0.0, "{what} is not among those that stay");
        let before: f64 = expected[..id].iter().sum();
        let unit = f64::from(unit);
        let is_there = before - 1e-5 <= unit && unit <= before + own + 1e-5;
        assert!(is_there, "{what} has {before} to {}", before + own);
    }
}

fn check_logps(logits: &[f32], drawn: &[(u32, f32)]) {
    let exact = |&logit: &f32| f64::from(logit).exp();
    let log_sum = logits.iter().map(exact).sum::<f64>().ln();
    for &(id, logp) in drawn {
        let expected = f64::from(logits[id as usize]) - log_sum;
        assert!(
            (f64::from(logp) - expected).abs() < 1e-5,
            "{logp} {expected}"
        );
    }
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn a_logit_that_is_no_number_is_drawn_as_such_on_gpu() {
    let any = Tensor::<1>::from_data([0.0_f32; 4], &gpu());
    on_each_sort(|| {
        for broken in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for place in [0, 1, 4, 90] {
                let mut logits = vec![0.5; 91];
                logits[place] = broken;
                for sampling in [None, Some(Sampling::default())] {
                    let draw = Draw {
                        vocab: 91,
                        sampling,
                    };
                    let drawn = drawn_once(&any, &draw, &logits, &[0.3, 0.9], &[]);
                    for (id, logit) in drawn {
                        assert_eq!(id, NO_ID);
                        assert_eq!(logit.to_bits(), broken.to_bits());
                    }
                }
            }
        }
    });
}
