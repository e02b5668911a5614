//! `trainer_runs.json`: whole runs from text, as TRL's own trainers logged them.

use crate::checks::{Checks, load};
use crate::set::{GoldenSet, number};
use crate::text::golden_text;
use pollster::block_on;
use serde_json::{Value, json};
use tilt_engine::session::{Session, steps_an_epoch};
use tilt_engine::text::tokenise;
use tilt_protocol::config::TrlConfig;
use tilt_protocol::dataset::parse_jsonl;
use tilt_protocol::metrics;

pub fn trainer_runs(set: &GoldenSet, checks: &mut Checks) {
    let golden = set.json("trainer_runs.json");
    for (name, run) in golden.as_object().expect("runs") {
        let trainer = match name.split('_').next() {
            Some("dpo" | "ipo") => "dpo",
            Some("kto") => "kto",
            _ => continue,
        };
        let rows = if trainer == "kto" {
            "e2e_kto_rows"
        } else {
            "e2e_pairs"
        };
        // The run from ids is that of `losses.json`.
        if run.get("log").is_some() {
            check_run(set, checks, name, trainer, run, &golden[rows]);
        }
    }
}

fn check_run(
    set: &GoldenSet,
    checks: &mut Checks,
    name: &str,
    trainer: &str,
    run: &Value,
    rows: &Value,
) {
    let mut config = run["config"].clone();
    config["trainer"] = json!(trainer);
    let config = TrlConfig::from_json(&config.to_string()).expect("a config");
    let (model, arena) = load(set, "e2e_model");
    let text = golden_text(set, model.config.vocab_size, None);
    let lines: Vec<String> = rows
        .as_array()
        .expect("rows")
        .iter()
        .map(Value::to_string)
        .collect();
    let parsed = parse_jsonl(&lines.join("\n"));
    assert_eq!(parsed.errors, vec![], "{name}");
    let mut settings = config.settings;
    settings.max_length = settings.max_length.min(model.config.n_positions);
    settings.keep_order = true;
    let (vocab, limit) = (model.config.vocab_size, settings.max_length);
    let rows = tokenise(&parsed.examples, Some(&text), vocab, limit)
        .expect("ids")
        .rows;
    let epoch = steps_an_epoch(
        rows.len(),
        settings.batch_size,
        settings.gradient_accumulation_steps,
    );
    settings.steps = (config.num_train_epochs * epoch as f64).ceil() as usize;
    let mut session = block_on(Session::start(
        &model,
        arena.clone(),
        &arena,
        rows,
        settings,
    ))
    .expect("a run");
    let log = run["log"].as_array().expect("a log");
    for (step, entry) in log
        .iter()
        .filter(|entry| entry.get("loss").is_some())
        .enumerate()
    {
        let outcome = block_on(session.step(&model)).expect("a step");
        let norm = block_on(session.last_grad_norm())
            .expect("a norm")
            .expect("a norm");
        let what = format!("{name} step {}", step + 1);
        let found = |key: &str| outcome.metrics.get(key).unwrap_or(f64::NAN);
        for key in [metrics::LOSS, metrics::LEARNING_RATE] {
            checks.relative(
                &format!("{what} {key}"),
                found(key),
                number(&entry[key]),
                1e-4,
                1e-6,
            );
        }
        checks.relative(
            &format!("{what} grad_norm"),
            norm,
            number(&entry["grad_norm"]),
            1e-4,
            1e-6,
        );
        for key in [
            metrics::REWARDS_MARGINS,
            metrics::LOGPS_CHOSEN,
            metrics::LOGPS_REJECTED,
            metrics::KL,
        ] {
            if entry.get(key).is_none() {
                continue;
            }
            checks.relative(
                &format!("{what} {key}"),
                found(key),
                number(&entry[key]),
                1e-4,
                1.0,
            );
        }
        let (epoch, tokens) = (found(metrics::EPOCH), found(metrics::NUM_TOKENS));
        checks.absolute(
            &format!("{what} epoch"),
            epoch,
            number(&entry["epoch"]),
            1e-9,
        );
        checks.absolute(
            &format!("{what} tokens"),
            tokens,
            number(&entry["num_tokens"]),
            1e-9,
        );
    }
}
