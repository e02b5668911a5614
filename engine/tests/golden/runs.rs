//! `trainer_runs.json`: whole runs from text, as TRL's own trainers logged them.

use crate::checks::{Checks, load};
use crate::config::trl_config;
use crate::digests::{Kind, check_digests};
use crate::losses::pair_rows;
use crate::set::{GoldenSet, number, numbers};
use crate::text::golden_text;
use burn::tensor::Tensor;
use pollster::block_on;
use serde_json::{Map, Value, json};
use tilt_engine::model::Model;
use tilt_engine::readback::read;
use tilt_engine::session::Session;
use tilt_engine::text::{Preparation, TokenisedRow, tokenise};
use tilt_protocol::dataset::parse_jsonl;
use tilt_protocol::{LrSchedule, TrainSettings, metrics};

pub fn trainer_runs(set: &GoldenSet, checks: &mut Checks) {
    let golden = set.json("trainer_runs.json");
    for (name, run) in golden.as_object().expect("runs") {
        if run.get("log").is_some() {
            check_run(set, checks, name, run, &golden);
        } else if run.get("trl_log").is_some() {
            check_run_from_ids(set, checks, name, run);
        }
    }
}

/// The trainer that a run's name and loss stand for.
fn trainer(name: &str) -> &'static str {
    match name.split('_').next() {
        Some("dpo" | "ipo") => "dpo",
        Some("kto") => "kto",
        Some("sft") => "sft",
        Some("simpo" | "cpo") => "cpo",
        Some("orpo") => "orpo",
        _ => panic!("{name}: no trainer of that name"),
    }
}

/// The golden rows in the columns that the trainer reads.
fn rows_of(trainer: &str, golden: &Value) -> String {
    let rows = match trainer {
        "kto" => &golden["e2e_kto_rows"],
        _ => &golden["e2e_pairs"],
    };
    let rows = rows.as_array().expect("rows").iter();
    let lines = rows.map(|row| match trainer {
        "sft" => json!({ "prompt": row["prompt"], "completion": row["chosen"] }).to_string(),
        _ => row.to_string(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn check_run(set: &GoldenSet, checks: &mut Checks, name: &str, run: &Value, golden: &Value) {
    let trainer = trainer(name);
    let config = trl_config(&run["config"], trainer);
    let (model, arena) = load(set, "e2e_model");
    let text = golden_text(set, model.config.vocab_size, None);
    let parsed = parse_jsonl(&rows_of(trainer, golden));
    assert_eq!(parsed.errors, vec![], "{name}");
    let settings = &config.settings;
    let limit = settings.max_length.min(model.config.n_positions);
    let preparation = Preparation::of(&settings.objective);
    let vocab = model.config.vocab_size;
    let rows = tokenise(
        &parsed.examples,
        Some(&text),
        vocab,
        limit,
        preparation.expect("given rows"),
    );
    let rows = rows.expect("ids").rows;
    let epoch = settings.steps_an_epoch(rows.len());
    let settings = TrainSettings {
        keep_order: true,
        ..config.settings_for(epoch)
    };
    let log = run["log"].as_array().expect("a log").iter();
    let log = log
        .filter(|entry| entry.get("loss").is_some())
        .collect::<Vec<_>>();
    checks.equal(&format!("{name} steps"), &settings.steps, &log.len());
    let session = train(checks, name, &model, [&arena, &arena], rows, settings, &log);
    check_weights(checks, name, &session, &model, &run["params_after"]);
}

/// Three steps on `dataset.json`, with transformers' rule of what decays.
fn check_run_from_ids(set: &GoldenSet, checks: &mut Checks, name: &str, run: &Value) {
    let (model, policy) = load(set, "policy");
    let (_, reference) = load(set, "reference");
    let rows = pair_rows(&set.pairs(), None);
    let settings = TrainSettings {
        lr_schedule: LrSchedule::Constant,
        batch_size: rows.len(),
        steps: 3,
        keep_order: true,
        ..trl_config(&run["config"], trainer(name)).settings
    };
    let lr = settings.learning_rate;
    let log = run["trl_log"].as_array().expect("a log").iter();
    let log = log
        .filter(|entry| entry.get("loss").is_some())
        .collect::<Vec<_>>();
    let arenas = [&policy, &reference];
    let session = train(checks, name, &model, arenas, rows, settings, &log);
    let after = block_on(read(session.into_policy())).expect("readback");
    let losses = set.json("losses.json");
    let kind = Kind::Parameters {
        lr,
        gradient: &losses["dpo"]["sigmoid_b0.1"]["grad_digest"],
    };
    let expected = &run["f64"]["params_after"];
    check_digests(checks, name, &model, &after, expected, &kind);
}

/// Trains as long as the log has steps and compares all that it holds.
fn train(
    checks: &mut Checks,
    name: &str,
    model: &Model,
    [policy, reference]: [&Tensor<1>; 2],
    rows: Vec<TokenisedRow>,
    settings: TrainSettings,
    log: &[&Value],
) -> Session {
    let started = Session::start(model, policy.clone(), reference, rows, settings);
    let mut session = started.expect("a run");
    for (step, entry) in log.iter().enumerate() {
        let mut outcome = block_on(session.step(model)).expect("a step");
        let norm = block_on(session.last_grad_norm())
            .expect("a norm")
            .expect("a norm");
        outcome.metrics.set(metrics::GRAD_NORM, norm);
        let entry: &Map<String, Value> = entry.as_object().expect("an entry");
        for (key, expected) in entry.iter().filter(|(key, _)| *key != "step") {
            let what = format!("{name} step {} {key}", step + 1);
            let found = outcome.metrics.get(key).unwrap_or(f64::NAN);
            let expected = number(expected);
            match key.as_str() {
                metrics::LOSS | metrics::GRAD_NORM | metrics::LEARNING_RATE => {
                    checks.relative(&what, found, expected, 1e-4, 1e-6);
                }
                metrics::EPOCH | metrics::NUM_TOKENS => {
                    checks.absolute(&what, found, expected, 1e-9);
                }
                _ => checks.relative(&what, found, expected, 1e-4, 1.0),
            }
        }
    }
    session
}

/// Norms of the tensors at a run's end, where rounding has had many steps to grow.
fn check_weights(
    checks: &mut Checks,
    name: &str,
    session: &Session,
    model: &Model,
    expected: &Value,
) {
    let after = block_on(read(session.policy().clone())).expect("readback");
    for slot in &model.layout.slots {
        let numbers_of = numbers(&expected[tilt_engine::hf::hub_name(slot)]);
        let norm = after[slot.range()]
            .iter()
            .map(|&x| f64::from(x).powi(2))
            .sum::<f64>();
        let what = format!("{name} at the end {}", slot.name);
        // Key biases have a true gradient of 0: Adam walks them about at random.
        if !slot.name.ends_with("c_attn.bias") {
            checks.relative(&what, norm.sqrt(), numbers_of[0], 1e-4, 1e-2);
        }
    }
}
