//! The kernels against burn's plain composition of the same model on the CPU, forward and
//! backward, on the CPU and on a GPU where there is one.

use super::plain::{plain_logps, scored_logits};
use super::{forward_logps, forward_scalars, token_logps, vocabulary_logps};
use crate::batch::Batch;
use crate::gpt::Gpt;
use crate::gpt_config::GptConfig;
use crate::kernels::STATISTICS;
use crate::kernels::gpu::trial::{Gpu, Traits, most_rows, table_entries};
use crate::kernels::gpu::{check_room, trial};
use crate::kernels::shape::Shape;
use crate::layout::Layout;
use crate::model::Model;
use crate::random::Random;
use crate::readback::read;
use crate::sequence::Sequence;
use crate::testing::{assert_close, gpu, numbers};
use burn::tensor::{Device, Tensor, activation};
use pollster::block_on;

mod heads;

/// A model of a shape with weights large enough that every part matters.
fn model(config: GptConfig, device: &Device) -> (Model, Tensor<1>) {
    let layout = Layout::of(&config);
    let mut numbers = Model::initial_weights(&layout, &config, 3);
    let mut random = Random::from_seed_for(4, "kernels");
    for number in &mut numbers {
        *number += (0.1 * random.normal()) as f32;
    }
    let arena = Tensor::from_data(numbers.as_slice(), device);
    let model = Model::new(config, None, device);
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

/// A model and a batch.
type Case = (GptConfig, Batch);

fn case(config: GptConfig, lengths: &[(usize, usize)]) -> Case {
    let rows = sequences(lengths, config.vocab_size);
    let batch = Batch::new(&rows, 0).unwrap();
    (config, batch)
}

fn untied(mut config: GptConfig) -> GptConfig {
    config.is_tied = false;
    config
}

/// GPT-2's options that kernels know of.
fn options(mut config: GptConfig, n_inner: usize) -> GptConfig {
    config.n_inner = n_inner;
    config.scale_attn_by_inverse_layer_idx = true;
    config.scale_attn_weights = n_inner.is_multiple_of(8);
    config
}

/// Each a test on the CPU, and one on a GPU.
macro_rules! on_each_device {
    ($($name:ident: $cases:expr;)*) => {
        $(
            #[test]
            fn $name() {
                for (config, batch) in $cases {
                    check_on(&Device::flex(), &ON_CPU, &config, &batch);
                }
            }
        )*

        mod on_gpu {
            use super::*;
            $(
                #[test]
                #[ignore = "needs a GPU, in software at least"]
                fn $name() {
                    for (config, batch) in $cases {
                        check_on_gpu(&config, &batch);
                    }
                }
            )*
        }
    };
}

/// With the tiles of both sorts of adapter, and with logits in several blocks.
fn check_on_gpu(config: &GptConfig, batch: &Batch) {
    for is_software in [true, false] {
        let change = move |own| Traits {
            is_software,
            most_logits: 1 << 9,
            ..own
        };
        trial::with(change, || check_on(&gpu(), &ON_GPU, config, batch));
    }
}

fn check_on(device: &Device, tolerance: &Tolerance, config: &GptConfig, batch: &Batch) {
    let (on_cpu, plain_arena) = model(config.clone(), &Device::flex());
    let (model, arena) = model(config.clone(), device);
    let leaves = Gpt::leaves(&on_cpu.config, &plain_arena);
    let plain = plain_logps(leaves, batch);
    let fused = forward_logps(&model, &arena, batch, true).unwrap();
    let scored = numbers(token_logps(&model, &arena, batch).unwrap());
    let (found, expected) = (numbers(fused.values), numbers(plain.values.clone()));
    assert_close("log-probs", &found, &expected, tolerance.logps);
    assert_eq!(scored, found, "scoring alone says the same");
    let statistics = fused.statistics.map(numbers).unwrap();
    let expected = numbers(plain.statistics.clone());
    assert_eq!(statistics.len(), STATISTICS * batch.scored());
    assert_eq!(expected.len(), statistics.len());
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
    let found = numbers(fused.tape.backward(&model, batch, &upstream));
    let expected = numbers(plain.backward(&upstream));
    for slot in &model.layout.slots {
        let (found, expected) = (&found[slot.range()], &expected[slot.range()]);
        assert_close(&slot.name, found, expected, tolerance.rest);
    }
}

async fn vocabulary_by_burn(model: &Model, arena: &Tensor<1>, batch: &Batch) -> Vec<f32> {
    let logits = scored_logits(&model.gpt(arena), batch);
    read(activation::log_softmax(logits, 1)).await.unwrap()
}

on_each_device! {
    the_whole_pass_equals_burns_on_even_shapes: [case(
        GptConfig::new(64, 48, 32, 2, 4),
        &[(5, 8), (5, 11), (7, 3), (0, 9), (12, 30)],
    )];
    the_whole_pass_equals_burns_on_odd_shapes: [
        case(
            GptConfig::new(37, 41, 21, 3, 3),
            &[(3, 1), (3, 17), (1, 40), (3, 0), (9, 13), (40, 1)],
        ),
        case(GptConfig::new(5, 3, 1, 1, 1), &[(1, 2), (2, 1)]),
    ];
    a_head_of_its_own_gets_its_own_gradient: [case(
        untied(GptConfig::new(50, 40, 24, 1, 2)),
        &[(4, 9), (6, 30)],
    )];
    widths_and_vocabularies_that_tiles_do_not_divide: [
        case(
            GptConfig::new(97, 33, 20, 2, 5),
            &[(3, 1), (3, 17), (1, 30), (9, 13), (30, 2), (2, 2), (5, 27)],
        ),
        case(GptConfig::new(6, 3, 4, 1, 1), &[(1, 2), (2, 1)]),
    ];
    blocks_scale_attention_and_have_inner_widths_as_the_config_says: [
        case(
            options(GptConfig::new(37, 41, 24, 3, 3), 40),
            &[(3, 1), (3, 17), (9, 13), (20, 2)],
        ),
        case(
            options(GptConfig::new(37, 41, 24, 2, 3), 52),
            &[(3, 1), (3, 17), (9, 13)],
        ),
        // Not in vec4s.
        case(
            options(GptConfig::new(37, 41, 24, 2, 3), 50),
            &[(3, 1), (3, 17)],
        ),
    ];
    more_rows_than_a_tile_of_workgroups: [case(
        GptConfig::new(40, 100, 72, 1, 2),
        &[(60, 40), (60, 30), (1, 90)],
    )];
    a_distribution_is_scored_as_burn_scores_it: [distributions()];
}

/// Many rows, most of them behind one prompt: more than a small limit holds at once.
fn many_rows() -> Case {
    let lengths: Vec<(usize, usize)> = (0..24)
        .map(|row| {
            if row % 4 == 3 {
                (row, 15)
            } else {
                (10, 1 + row)
            }
        })
        .collect();
    case(GptConfig::new(37, 41, 24, 2, 3), &lengths)
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn a_device_of_small_limits_computes_the_same_in_parts_on_gpu() {
    let (config, batch) = many_rows();
    let arena_bytes = 4 * Layout::of(&config).len as u64;
    for most_groups in [6, 8, 60] {
        let change = move |own| Traits {
            most_groups,
            most_bytes: arena_bytes,
            most_logits: 1 << 11,
            ..own
        };
        trial::with(change, || {
            // Or nothing is divided, and nothing is tried.
            let (_, arena) = model(config.clone(), &gpu());
            let shape = Shape::new(&config);
            let traits = Gpu::of(&arena).unwrap().traits;
            let most = most_rows(&shape, traits);
            assert!(most < batch.packed.rows(), "{most} rows at once");
            assert!(
                traits.most_groups < table_entries(&shape),
                "dispatches are folded"
            );
            check_on(&gpu(), &ON_GPU, &config, &batch);
        });
    }
}

/// Where devices can bind a part of a buffer.
const PART_AT: usize = 64;

/// The CPU's kernels are held to TRL's numbers by the golden tests.
#[test]
#[ignore = "needs a GPU, in software at least"]
fn a_scalar_head_is_read_as_on_the_cpu_on_gpu() {
    let mut config = GptConfig::new(37, 48, 24, 2, 3);
    config.has_score_head = true;
    let lengths: Vec<(usize, usize)> = [(5, 8), (5, 11), (7, 3), (12, 30)].repeat(6);
    let rows = sequences(&lengths, config.vocab_size);
    let batch = Batch::whole(&rows, 0).unwrap();
    // Ends, begins and a place between; one of them asked for twice.
    let places = [(0, 12), (1, 15), (1, 3), (2, 9), (3, 41), (3, 0), (1, 15)];
    let upstream = [0.3, -1.2, 0.7, 2.0, -0.4, 0.9, 0.1];
    let both = |device: &Device| {
        let (model, arena) = model(config.clone(), device);
        // A part of a larger tensor, as PPO's value model is.
        let [len] = arena.dims();
        let before = Tensor::zeros([PART_AT], device);
        let part = PART_AT..PART_AT + len;
        let arena = Tensor::cat(vec![before, arena], 0).slice([part]);
        let pass = forward_scalars(&model, &arena, &batch, &places).unwrap();
        let gradient = numbers(pass.tape.backward(&model, &batch, &upstream));
        (numbers(pass.values), gradient)
    };
    let (expected, expected_gradient) = both(&Device::flex());
    let layout = Layout::of(&config);
    let layout_len = layout.len;
    for most_groups in [6, 60] {
        let change = move |own| Traits {
            most_groups,
            most_bytes: 4 * layout_len as u64,
            ..own
        };
        trial::with(change, || {
            // Or nothing is divided, and nothing is tried.
            let (_, arena) = model(config.clone(), &gpu());
            let most = most_rows(&Shape::new(&config), Gpu::of(&arena).unwrap().traits);
            assert!(most < batch.packed.rows(), "{most} rows at once");
            let (found, gradient) = both(&gpu());
            assert_close("values", &found, &expected, ON_GPU.logps);
            for slot in &layout.slots {
                let (found, expected) = (&gradient[slot.range()], &expected_gradient[slot.range()]);
                assert_close(&slot.name, found, expected, ON_GPU.rest);
            }
        });
    }
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn what_a_device_has_no_room_for_is_refused_by_name_on_gpu() {
    let (config, batch) = many_rows();
    let layout_bytes = 4 * Layout::of(&config).len as u64;
    let message = |config: &GptConfig, most_bytes: u64, most_groups: usize| {
        let change = move |own| Traits {
            most_bytes,
            most_groups,
            ..own
        };
        let config = config.clone();
        let batch = &batch;
        trial::with(change, move || {
            let (model, arena) = model(config.clone(), &gpu());
            let room = check_room(&config, &model.device);
            let pass = forward_logps(&model, &arena, batch, false).map(drop);
            let scoring = token_logps(&model, &arena, batch).map(drop);
            [room, pass, scoring].map(|result| result.err().map(|error| error.to_string()))
        })
    };
    let all = |found: [Option<String>; 3], what: &str| {
        for found in found {
            let found = found.unwrap_or_default();
            assert!(found.contains(what), "{what}: {found}");
            assert!(
                found.contains("at most") && found.contains("on this GPU"),
                "{found}"
            );
        }
    };
    let usual = 65_535;
    // The arena is what the first check is of; a pass has its arena already.
    let [room, ..] = message(&config, layout_bytes - 4, usual);
    assert!(
        room.unwrap()
            .contains("million parameters, 0.07 MB in one buffer")
    );
    // A row has 480 bytes, and rows come by 32.
    let [room, pass, scoring] = message(&config, 20_000, usual);
    assert!(room.unwrap().contains("million parameters"));
    for found in [pass, scoring] {
        let expected = "a row of 37 tokens, expected at most 32 tokens";
        assert!(found.unwrap().contains(expected));
    }
    let wide = GptConfig::new(1_000, 41, 24, 2, 3);
    all(
        message(&wide, 4 * Layout::of(&wide).len as u64, 15),
        "the vocabulary, 16 workgroups",
    );
    // Heads that are no vec4s are filled up, and take more than the model itself.
    let odd = GptConfig::new(37, 41, 21, 1, 3);
    let own_bytes = 4 * Layout::of(&odd).len as u64;
    all(
        message(&odd, own_bytes, usual),
        "the weights, filled up to multiples of four",
    );
    assert_eq!(message(&config, layout_bytes, usual), [None, None, None]);
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn attention_that_overflows_gives_no_number_on_gpu() {
    let (config, batch) = case(GptConfig::new(32, 16, 16, 1, 2), &[(2, 3), (2, 5)]);
    let (model, arena) = model(config.clone(), &gpu());
    let qkv = model
        .layout
        .slots
        .iter()
        .find(|slot| slot.name.ends_with("c_attn.weight"));
    let mut weights = numbers(arena);
    for row in weights[qkv.unwrap().range()].chunks_exact_mut(48) {
        row[..32].iter_mut().for_each(|weight| *weight *= 1e25);
    }
    let arena = Tensor::from_data(weights.as_slice(), &gpu());
    let forward = forward_logps(&model, &arena, &batch, false).unwrap();
    let upstream = vec![1.0; batch.scored()];
    let gradient = numbers(forward.tape.backward(&model, &batch, &upstream));
    let logps = numbers(forward.values);
    assert!(logps.iter().all(|logp| !logp.is_finite()), "{logps:?}");
    assert!(gradient.iter().any(|number| !number.is_finite()));
}

fn distributions() -> Case {
    let config = GptConfig::new(37, 41, 24, 2, 3);
    let rows = sequences(&[(3, 5), (3, 17), (9, 13)], config.vocab_size);
    let mut random = Random::from_seed_for(7, "kernels");
    let soft_targets: Vec<Vec<(u32, f32)>> = (0..Batch::new(&rows, 0).unwrap().scored())
        .map(|_| {
            let count = 1 + random.below(4);
            let id = |k: usize| (9 * k) as u32 + random.below(9) as u32;
            let ids: Vec<u32> = (0..count).map(id).collect();
            ids.into_iter().map(|id| (id, 1.0 / count as f32)).collect()
        })
        .collect();
    let batch = Batch::towards(&rows, soft_targets.clone(), 0).unwrap();
    assert!(Batch::towards(&rows, soft_targets[1..].to_vec(), 0).is_err());
    (config, batch)
}
