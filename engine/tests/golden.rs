//! Golden numbers from TRL 1.16.0: every set under `tests/golden/`, or under the
//! folder that the environment variable `TILT_GOLDEN` names. They run natively and,
//! over the project's own set, as wasm. The tokenizer of `tests/golden/byte_level/` is
//! small; `TILT_BYTE_LEVEL` names a folder with another one (see `tests/tokenizer/`).
//!
//! Tolerances are those of a float32 engine against float64 goldens: 1e-4 on a
//! token's log-prob, 1e-5 relative on losses (1e-4 for IPO), 1e-4 relative on
//! gradient norms and of a tensor's norm on gradient digests, 1e-4 on parameters
//! after three steps.

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
    for_each_set("generation.json", generation::generation);
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
