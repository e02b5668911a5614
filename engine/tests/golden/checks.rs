//! What is compared with the golden numbers.

use crate::set::{GoldenSet, number, numbers};
use burn::tensor::{Device, Tensor};
use pollster::block_on;
use serde_json::Value;
use tilt_engine::batch::{Batch, Sequence};
use tilt_engine::logps::{read, token_logps};
use tilt_engine::model::{Model, ModelFiles};
use tilt_engine::session::{Session, gradient};
use tilt_engine::text::TokenisedRow;
use tilt_protocol::{LrSchedule, Objective, ObjectiveKind, TrainSettings, metrics};

/// Counts comparisons and keeps the worst; [`Checks::report`] fails on any miss.
#[derive(Default)]
pub struct Checks {
    count: usize,
    worst: f64,
    misses: Vec<String>,
}

impl Checks {
    /// `found` within `tolerance` of `expected`, relative to its size where that is above `floor`.
    pub fn relative(&mut self, what: &str, found: f64, expected: f64, tolerance: f64, floor: f64) {
        self.compare(what, found, expected, tolerance, expected.abs().max(floor));
    }

    pub fn finite(&mut self, what: &str, found: f64) {
        self.count += 1;
        if !found.is_finite() {
            self.misses
                .push(format!("{what}: found {found}, expected a finite number"));
        }
    }

    pub fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: &T, expected: &T) {
        self.count += 1;
        if found != expected {
            self.misses
                .push(format!("{what}: found {found:?}, expected {expected:?}"));
        }
    }

    pub fn absolute(&mut self, what: &str, found: f64, expected: f64, tolerance: f64) {
        self.compare(what, found, expected, tolerance, 1.0);
    }

    fn compare(&mut self, what: &str, found: f64, expected: f64, tolerance: f64, scale: f64) {
        self.count += 1;
        let share = (found - expected).abs() / scale / tolerance;
        if share <= 1.0 {
            self.worst = self.worst.max(share);
        } else {
            self.misses
                .push(format!("{what}: found {found}, expected {expected}"));
        }
    }

    pub fn report(&self, what: &str, set: &str) {
        println!(
            "{set}/{what}: {} comparisons, worst at {:.1}% of its tolerance",
            self.count,
            100.0 * self.worst
        );
        assert!(self.count > 0, "{set}/{what}: nothing was compared");
        assert!(
            self.misses.is_empty(),
            "{set}/{what}:\n{}",
            self.misses.join("\n")
        );
    }
}

/// The objective of a golden entry's config, where this engine has it.
fn objective(config: &Value) -> Option<Objective> {
    let fields = config.as_object()?;
    if fields.keys().any(|key| key != "loss_type" && key != "beta") {
        return None;
    }
    let beta = config["beta"].as_f64()?;
    match config["loss_type"]
        .as_array()?
        .iter()
        .map(Value::as_str)
        .collect::<Vec<_>>()[..]
    {
        [Some("sigmoid")] => Some(Objective::Dpo { beta }),
        [Some("ipo")] => Some(Objective::Ipo { beta }),
        _ => None,
    }
}

/// Losses are compared to 1e-5 relative, IPO's square to 1e-4.
fn loss_tolerance(objective: &Objective) -> f64 {
    if objective.kind() == ObjectiveKind::Ipo {
        1e-4
    } else {
        1e-5
    }
}

/// A golden model on the CPU device.
pub fn load(set: &GoldenSet, folder: &str) -> (Model, Tensor<1>) {
    let files = ModelFiles {
        config: &set.text(&format!("{folder}/config.json")),
        weights: &set.bytes(&format!("{folder}/model.safetensors")),
        tokenizer: None,
        tokenizer_config: None,
    };
    Model::load(&files, &Device::flex()).expect("a golden model loads")
}

pub fn logps(set: &GoldenSet, checks: &mut Checks) {
    let golden = set.json("logps.json");
    let pairs = set.pairs();
    for (folder, key) in [("policy", "policy"), ("reference", "ref")] {
        let (model, arena) = load(set, folder);
        let gpt = model.gpt(&arena);
        let sequences: Vec<&Sequence> = pairs.iter().flat_map(|(c, r)| [c, r]).collect();
        let batch = Batch::new(sequences.iter().copied(), model.pad_id());
        let found = block_on(read(token_logps(&gpt, &batch))).expect("readback");
        for (index, span) in batch.spans.iter().enumerate() {
            let side = if index % 2 == 0 { "chosen" } else { "rejected" };
            let row = &golden["rows"][index / 2][side];
            let what = format!("{folder} row {} {side}", index / 2);
            let expected = numbers(&row[format!("{key}_token_logps")]);
            let tokens = &found[span.clone()];
            assert_eq!(tokens.len(), expected.len(), "{what}: scored tokens");
            for (found, expected) in tokens.iter().zip(&expected) {
                checks.absolute(&what, f64::from(*found), *expected, 1e-4);
            }
            let sum: f64 = tokens.iter().map(|&logp| f64::from(logp)).sum();
            let expected_sum = number(&row[format!("{key}_logp_sum")]);
            checks.absolute(
                &what,
                sum,
                expected_sum,
                1e-4 * expected.len().max(1) as f64,
            );
        }
    }
}

pub fn losses(set: &GoldenSet, checks: &mut Checks) {
    let golden = set.json("losses.json");
    let pairs = set.pairs();
    for (name, entry) in golden["dpo"].as_object().expect("dpo") {
        let Some(objective) = objective(&entry["config"]) else {
            continue;
        };
        let rows = pairs
            .iter()
            .map(|(chosen, rejected)| TokenisedRow::Pair {
                chosen: chosen.clone(),
                rejected: rejected.clone(),
            })
            .collect();
        check_entry(set, checks, name, entry, objective, rows);
    }
    let labels = numbers(&set.json("config.json")["kto_labels"]);
    for (name, entry) in golden["kto"].as_object().expect("kto") {
        if !name.starts_with("kto_") {
            continue;
        }
        let weight = |key: &str| number(&entry["config"][key]);
        let objective = Objective::Kto {
            beta: weight("beta"),
            desirable_weight: weight("desirable_weight"),
            undesirable_weight: weight("undesirable_weight"),
        };
        let rows = pairs
            .iter()
            .zip(&labels)
            .map(|((chosen, rejected), &label)| TokenisedRow::Unpaired {
                sequence: if label != 0.0 {
                    chosen.clone()
                } else {
                    rejected.clone()
                },
                desirable: label != 0.0,
            })
            .collect();
        check_entry(set, checks, name, entry, objective, rows);
    }
}

/// Loss, per-example losses, metrics, gradient, and three AdamW steps of one entry.
fn check_entry(
    set: &GoldenSet,
    checks: &mut Checks,
    name: &str,
    entry: &Value,
    objective: Objective,
    rows: Vec<TokenisedRow>,
) {
    let (model, policy) = load(set, "policy");
    let (_, reference) = load(set, "reference");
    let opt = &set.json("config.json")["opt"];
    let betas = numbers(&opt["betas"]);
    let tolerance = loss_tolerance(&objective);
    let settings = TrainSettings {
        learning_rate: number(&opt["lr"]),
        lr_schedule: LrSchedule::Constant,
        weight_decay: number(&opt["weight_decay"]),
        adam_beta1: betas[0],
        adam_beta2: betas[1],
        adam_epsilon: number(&opt["eps"]),
        max_grad_norm: number(&opt["clip"]),
        batch_size: rows.len(),
        steps: 3,
        keep_order: true,
        decay_all: true,
        objective: objective.clone(),
        ..TrainSettings::trl_defaults(objective.kind())
    };
    let mut session =
        block_on(Session::start(&model, policy, &reference, rows, settings)).expect("a session");
    let indices: Vec<usize> = (0..session.data.len()).collect();
    let first = block_on(gradient(
        &model,
        &session.arena,
        &session.data,
        &indices,
        &objective,
        None,
    ))
    .expect("a gradient");
    checks.relative(
        name,
        first.evaluated.loss,
        number(&entry["loss"]),
        tolerance,
        1e-3,
    );
    for (row, (found, expected)) in first
        .evaluated
        .per_example
        .iter()
        .zip(numbers(&entry["per_sequence"]))
        .enumerate()
    {
        checks.relative(
            &format!("{name} row {row}"),
            *found,
            expected,
            10.0 * tolerance,
            1.0,
        );
    }
    for key in [
        metrics::REWARDS_CHOSEN,
        metrics::REWARDS_REJECTED,
        metrics::REWARDS_MARGINS,
        metrics::REWARDS_ACCURACIES,
        metrics::LOGPS_CHOSEN,
        metrics::LOGPS_REJECTED,
        metrics::KL,
    ] {
        let Some(expected) = entry["metrics"].get(key) else {
            continue;
        };
        let found = first.evaluated.metrics.get(key).unwrap_or(f64::NAN);
        checks.relative(&format!("{name} {key}"), found, number(expected), 1e-4, 1.0);
    }
    let arena = block_on(read(first.gradient.expect("a gradient"))).expect("readback");
    let norm = arena
        .iter()
        .map(|&g| f64::from(g).powi(2))
        .sum::<f64>()
        .sqrt();
    checks.relative(
        &format!("{name} grad_norm"),
        norm,
        number(&entry["grad_norm"]),
        1e-4,
        1e-6,
    );
    check_digests(
        checks,
        &format!("{name} gradient"),
        &model,
        &arena,
        &entry["grad_digest"],
        None,
    );

    let steps = &entry["adamw3"];
    let losses = numbers(&steps["losses_before_each_step_and_after"]);
    let norms = numbers(&steps["grad_norm_before_clip"]);
    for step in 0..3 {
        let outcome = block_on(session.step(&model)).expect("a step");
        let norm = block_on(session.last_grad_norm())
            .expect("a norm")
            .expect("a norm");
        let loss = outcome.metrics.get(metrics::LOSS).expect("a loss");
        let what = format!("{name} step {step}");
        checks.relative(
            &format!("{what} loss"),
            loss,
            losses[step],
            10.0 * tolerance,
            1e-2,
        );
        checks.relative(&format!("{what} grad_norm"), norm, norms[step], 3e-4, 1e-6);
    }
    let after = block_on(read(session.arena.clone())).expect("readback");
    let what = format!("{name} after three steps");
    let lr = number(&opt["lr"]);
    check_digests(
        checks,
        &what,
        &model,
        &after,
        &steps["params_after"],
        Some(lr),
    );
}

/// Digest: norm, sum, and the elements at 0, n/2 and n-1. With `lr` the arena holds
/// parameters, compared to 1e-4 absolute; the key third of `c_attn.bias` has a true
/// gradient of 0, so there Adam turns rounding into steps of up to lr.
fn check_digests(
    checks: &mut Checks,
    what: &str,
    model: &Model,
    arena: &[f32],
    digests: &Value,
    lr: Option<f64>,
) {
    for slot in &model.layout.slots {
        let expected = numbers(&digests[format!("transformer.{}", slot.name)]);
        let found: Vec<f64> = arena[slot.range()].iter().map(|&x| f64::from(x)).collect();
        let norm = found.iter().map(|x| x * x).sum::<f64>().sqrt();
        let middle = found.len() / 2;
        let of_keys = slot.name.ends_with("c_attn.bias");
        for (place, found, expected) in [
            ("norm", norm, expected[0]),
            ("first", found[0], expected[2]),
            ("middle", found[middle], expected[3]),
            ("last", found[found.len() - 1], expected[4]),
        ] {
            let what = format!("{what} {} {place}", slot.name);
            match lr {
                None => checks.compare(&what, found, expected, 1e-4, expected_scale(norm)),
                Some(lr) if of_keys && (place == "middle" || place == "norm") => {
                    checks.absolute(&what, found, expected, 3.0 * lr);
                }
                Some(_) => checks.absolute(&what, found, expected, 1e-4 * norm_share(place, norm)),
            }
        }
    }
}

fn expected_scale(norm: f64) -> f64 {
    norm.max(1e-9)
}

/// A norm sums over the whole tensor: its tolerance grows with it.
fn norm_share(place: &str, norm: f64) -> f64 {
    if place == "norm" { norm.max(1.0) } else { 1.0 }
}

pub fn schedules(set: &GoldenSet, checks: &mut Checks) {
    for case in set.json("schedules.json")["cases"]
        .as_array()
        .expect("cases")
    {
        let schedule: Result<LrSchedule, _> = serde_json::from_value(case["type"].clone());
        let Ok(schedule) = schedule else {
            let others = ["cosine_with_restarts", "polynomial", "inverse_sqrt"];
            assert!(
                others.iter().any(|name| case["type"] == *name),
                "{}",
                case["type"]
            );
            continue;
        };
        let (warmup, steps) = (number(&case["warmup_steps"]), number(&case["total_steps"]));
        for (step, expected) in numbers(&case["multipliers"]).into_iter().enumerate() {
            let found = schedule.multiplier(step, steps as usize, warmup as usize);
            checks.absolute(
                &format!("{schedule:?} {warmup}/{steps} {step}"),
                found,
                expected,
                1e-9,
            );
        }
    }
}
