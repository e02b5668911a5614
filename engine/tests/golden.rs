//! Golden numbers from TRL 1.16.0: every set under `tests/golden/`, or under the
//! folder that the environment variable `TILT_GOLDEN` names. They run natively and,
//! over the project's own set, as wasm. The tokenizer of `tests/golden/byte_level/` is
//! small; `TILT_BYTE_LEVEL` names a folder with another one (see `tests/tokenizer/`).
//!
//! Tolerances are those of a float32 engine against float64 goldens: 1e-4 on a
//! token's log-prob, 1e-5 relative on losses (1e-4 for IPO), 1e-4 relative on
//! gradient norms and of a tensor's norm on gradient digests, 1e-4 on parameters
//! after three steps.

#[path = "golden/advantages.rs"]
mod advantages;
#[path = "golden/byte_level.rs"]
mod byte_level;
#[path = "golden/checks.rs"]
mod checks;
#[path = "golden/config.rs"]
mod config;
#[path = "golden/digests.rs"]
mod digests;
#[path = "golden/edge.rs"]
mod edge;
#[path = "golden/generation.rs"]
mod generation;
#[path = "golden/logps.rs"]
mod logps;
#[path = "golden/losses.rs"]
mod losses;
#[path = "golden/ppo.rs"]
mod ppo;
#[path = "golden/rollouts.rs"]
mod rollouts;
#[path = "golden/runs.rs"]
mod runs;
#[path = "golden/scalar.rs"]
mod scalar;
#[path = "golden/schedules.rs"]
mod schedules;
#[path = "golden/set.rs"]
mod set;
#[path = "golden/text.rs"]
mod text;
#[path = "golden/variants.rs"]
mod variants;

use checks::Checks;
use set::GoldenSet;
use wasm_bindgen_test::wasm_bindgen_test;

fn for_each_set(what: &str, check: impl Fn(&GoldenSet, &mut Checks)) {
    let sets = GoldenSet::all();
    assert!(!sets.is_empty(), "no golden set found");
    for set in sets {
        let mut checks = Checks::default();
        check(&set, &mut checks);
        checks.report(what, &set.name);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn scalar_tables() {
    for_each_set("scalar_tables.json", scalar::scalar_tables);
}

/// In the sets that have the file, which the project's own does.
fn for_each_set_with(file: &str, what: &str, check: impl Fn(&GoldenSet, &mut Checks)) {
    let mut count = 0;
    for set in GoldenSet::all() {
        if !set.has(file) {
            println!("{}/{what}: no {file}", set.name);
            continue;
        }
        let mut checks = Checks::default();
        check(&set, &mut checks);
        checks.report(what, &set.name);
        count += 1;
    }
    let is_named = std::env::var_os("TILT_GOLDEN").is_some();
    assert!(count > 0 || is_named, "no set has {file}");
}

fn variants_on(device: &burn::tensor::Device) {
    let file = "gpt2_variants.json";
    for_each_set_with(file, file, |set, checks| {
        variants::variants(set, device, checks);
    });
}

fn generation_on(device: &burn::tensor::Device) {
    for_each_set("generation.json", |set, checks| {
        generation::generation(set, device, checks);
    });
}

fn rollouts_on(device: &burn::tensor::Device) {
    for_each_set_with("rl.json", "rl.json", |set, checks| {
        rollouts::rl(set, device, checks);
    });
    for_each_set_with("rloo.json", "rloo.json", |set, checks| {
        rollouts::rloo_cases(set, device, checks);
    });
}

#[wasm_bindgen_test(unsupported = test)]
fn grpo_rloo_and_online_dpo() {
    rollouts_on(&burn::tensor::Device::flex());
}

#[wasm_bindgen_test(unsupported = test)]
fn ppos_arrays() {
    for_each_set_with("rl.json", "rl.json, PPO", ppo::ppo_cases);
}

#[wasm_bindgen_test(unsupported = test)]
fn gpt2s_options() {
    variants_on(&burn::tensor::Device::flex());
}

/// The GPU, chosen once: tests run beside each other, and a device starts one time.
fn gpu() -> burn::tensor::Device {
    use std::sync::OnceLock;
    use tilt_engine::device::Compute;
    use tilt_protocol::DevicePreference;
    static CHOSEN: OnceLock<burn::tensor::Device> = OnceLock::new();
    let choose = || {
        let compute = pollster::block_on(Compute::choose(DevicePreference::Webgpu));
        assert_eq!(compute.fallback, None, "no GPU");
        compute.device
    };
    CHOSEN.get_or_init(choose).clone()
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn gpt2s_options_on_gpu() {
    variants_on(&gpu());
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn generation_on_gpu() {
    generation_on(&gpu());
}

#[test]
#[ignore = "needs a GPU, in software at least"]
fn rollouts_on_gpu() {
    rollouts_on(&gpu());
}

#[wasm_bindgen_test(unsupported = test)]
fn token_and_sequence_logps() {
    for_each_set("logps.json", logps::logps);
}

#[wasm_bindgen_test(unsupported = test)]
fn losses_gradients_and_three_steps() {
    for_each_set("losses.json", losses::losses);
}

#[wasm_bindgen_test(unsupported = test)]
fn edge_cases() {
    for_each_set("edge_cases.json", edge::edge_cases);
}

#[wasm_bindgen_test(unsupported = test)]
fn schedules() {
    for_each_set("schedules.json", schedules::schedules);
}

#[wasm_bindgen_test(unsupported = test)]
fn text_to_ids() {
    for_each_set("tokenizer_golden.json", text::tokenizer);
    for_each_set("pipeline.json", text::pipeline);
}

#[wasm_bindgen_test(unsupported = test)]
fn gpt2s_pre_tokenizer_cuts_as_python_does() {
    let mut checks = Checks::default();
    let folder = byte_level::Folder::own_or_named();
    byte_level::cases(&folder, &mut checks);
    checks.report("byte_level/cases.json", &folder.name);
}

#[wasm_bindgen_test(unsupported = test)]
fn whole_runs_from_text() {
    for_each_set("trainer_runs.json", runs::trainer_runs);
}

#[wasm_bindgen_test(unsupported = test)]
fn greedy_answers_and_next_tokens() {
    generation_on(&burn::tensor::Device::flex());
}

/// FNV-1a over the first exchanges of the world: a seed names the same bytes natively and
/// in wasm.
#[wasm_bindgen_test(unsupported = test)]
fn a_seed_names_a_text_of_the_world() {
    use tilt_engine::world::corpus;
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for exchange in corpus(42).take(1_000) {
        let prompt = exchange.prompt.text.bytes();
        for byte in prompt.chain([10]).chain(exchange.answer.bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    assert_eq!(hash, 0x0735_64d0_265f_4aee_u64, "{hash:#x}");
    assert_ne!(corpus(1).next(), corpus(2).next());
}

/// Scores of attention beyond f32 leave no number, on every instruction set: a softmax that
/// swallowed them would give every token the same weight and look sound.
#[wasm_bindgen_test(unsupported = test)]
fn attention_that_overflows_gives_no_number() {
    use burn::tensor::{Device, Tensor};
    use pollster::block_on;
    use tilt_engine::batch::Batch;
    use tilt_engine::gpt_config::GptConfig;
    use tilt_engine::layout::Layout;
    use tilt_engine::model::Model;
    use tilt_engine::pass::token_logps;
    use tilt_engine::readback::read;
    use tilt_engine::sequence::Sequence;

    let config = GptConfig::new(32, 16, 16, 1, 2);
    let layout = Layout::of(&config);
    let mut numbers = Model::initial_weights(&layout, &config, 1);
    let is_qkv = |name: &str| name.ends_with("attn.c_attn.weight");
    let qkv = layout.slots.iter().find(|slot| is_qkv(&slot.name));
    let qkv = qkv.expect("the weights of queries, keys and values");
    for row in numbers[qkv.range()].chunks_exact_mut(48) {
        row[..32].iter_mut().for_each(|weight| *weight *= 1e25);
    }
    let device = Device::flex();
    let arena = Tensor::from_data(numbers.as_slice(), &device);
    let model = Model::new(config, None, &device);
    let rows = [Sequence {
        prompt: vec![5, 6],
        completion: vec![7, 8, 9],
    }];
    let batch = Batch::new(&rows, 0).expect("a batch");
    let logps = token_logps(&model, &arena, &batch).expect("a pass");
    let logps = block_on(read(logps)).expect("readback");
    assert_eq!(logps.len(), 3);
    assert!(logps.iter().all(|logp| logp.is_nan()), "{logps:?}");
}

/// A seed keeps all of its bits on the way from a config, where `usize` has 32 of them too.
#[wasm_bindgen_test(unsupported = test)]
fn a_seed_above_2_to_the_32_is_itself() {
    use tilt_protocol::config::TrlConfig;
    let seed = |text: &str| TrlConfig::from_json(&format!("{{\"seed\": {text}}}"));
    for (text, expected) in [
        ("4294967297", 4_294_967_297_u64),
        ("4294967296.0", 4_294_967_296),
        ("9007199254740993", 9_007_199_254_740_993),
        ("18446744073709551615", u64::MAX),
    ] {
        let found = seed(text).expect("a config").settings.seed;
        assert_eq!(found, expected);
    }
    for text in ["-1", "0.5", "18446744073709551616", "1e300"] {
        assert!(seed(text).is_err(), "{text}");
    }
    // A count that no machine of 32 bits has is refused there, never cut.
    let steps = TrlConfig::from_json("{\"max_steps\": 4294967297}");
    match steps {
        Ok(config) => assert_eq!(config.settings.steps as u64, 4_294_967_297),
        Err(error) => assert!(error.to_string().starts_with("max_steps"), "{error}"),
    }
}
