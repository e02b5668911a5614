//! `losses.json`: loss, losses of the examples, metrics, gradient, and three AdamW
//! steps of every objective.

use crate::checks::{Checks, load, paired};
use crate::config::trl_config;
use crate::digests::{Kind, check_digests};
use crate::set::{GoldenSet, number, numbers};
use burn::tensor::Tensor;
use pollster::block_on;
use serde_json::{Value, json};
use tilt_engine::model::Model;
use tilt_engine::readback::read;
use tilt_engine::sequence::Sequence;
use tilt_engine::session::{Session, score_rows};
use tilt_engine::text::TokenisedRow;
use tilt_protocol::{CpoLoss, DpoTerm, LrSchedule, Objective, ScoreReport, TrainSettings, metrics};

/// Models and rows of one entry.
struct Case<'a> {
    name: &'a str,
    entry: &'a Value,
    model: &'a Model,
    policy: &'a Tensor<1>,
    reference: &'a Tensor<1>,
    rows: Vec<TokenisedRow>,
    objective: Objective,
}

pub fn losses(set: &GoldenSet, checks: &mut Checks) {
    let golden = set.json("losses.json");
    let (model, policy) = load(set, "policy");
    let (_, reference) = load(set, "reference");
    let mut check = |name: &str, entry: &Value, objective: Objective, rows: Vec<TokenisedRow>| {
        let case = Case {
            name,
            entry,
            model: &model,
            policy: &policy,
            reference: &reference,
            rows,
            objective,
        };
        check_entry(set, checks, &case);
    };
    let pairs = set.pairs();
    for trainer in ["dpo", "cdpo", "cpo", "orpo"] {
        for (name, entry) in entries(&golden[trainer]) {
            let objective = trl_config(&entry["config"], trainer).settings.objective;
            check(name, entry, objective, pair_rows(&pairs, None));
        }
    }
    let thumbs = thumbs(set);
    for (name, entry) in entries(&golden["kto"]).filter(|(_, entry)| entry.get("adamw3").is_some())
    {
        let objective = trl_config(&entry["config"], "kto").settings.objective;
        check(name, entry, objective, thumbs.clone());
    }
    for (name, entry) in entries(&golden["sft"]) {
        let (scope, loss) = name.split_once('_').expect("scope and loss");
        let config = json!({ "loss_type": loss, "completion_only_loss": scope == "completion" });
        let objective = trl_config(&config, "sft").settings.objective;
        let rows = pairs.iter().map(|(chosen, _)| TokenisedRow::Text {
            sequence: chosen.clone(),
        });
        check(name, entry, objective, rows.collect());
    }
    rewards(set, &golden["reward"], checks);
    kto_batches(set, &golden["kto"], checks);
}

/// The entries of a family: objects with a loss.
fn entries(family: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let family = family.as_object().expect("a family");
    family
        .iter()
        .filter(|(_, entry)| entry.get("loss").is_some_and(Value::is_number))
        .map(|(name, entry)| (name.as_str(), entry))
}

pub fn pair_rows(pairs: &[(Sequence, Sequence)], margins: Option<&[f64]>) -> Vec<TokenisedRow> {
    pairs
        .iter()
        .enumerate()
        .map(|(row, (chosen, rejected))| TokenisedRow::Pair {
            chosen: chosen.clone(),
            rejected: rejected.clone(),
            margin: margins.map(|margins| margins[row]),
        })
        .collect()
}

/// Row i is the chosen completion of pair i where its label is 1, else the rejected one.
pub fn thumbs(set: &GoldenSet) -> Vec<TokenisedRow> {
    let labels = numbers(&set.json("config.json")["kto_labels"]);
    paired("pairs and their labels", set.pairs(), labels)
        .map(|((chosen, rejected), label)| TokenisedRow::Unpaired {
            sequence: if label != 0.0 { chosen } else { rejected },
            desirable: label != 0.0,
        })
        .collect()
}

fn rewards(set: &GoldenSet, golden: &Value, checks: &mut Checks) {
    let (model, arena) = load(set, "policy");
    let (model, arena) = model.with_score_head(arena, 0);
    let mut arena = block_on(read(arena)).expect("readback");
    let head = numbers(&golden["_head"]["score.weight"]);
    let start = arena.len() - head.len();
    for (to, from) in paired("the head", &mut arena[start..], &head) {
        *to = *from as f32;
    }
    let arena = Tensor::from_data(arena.as_slice(), &model.device);
    let margins = numbers(&golden["_margins"]);
    for (name, entry) in entries(golden) {
        let coefficient = name
            .split_once("center")
            .map(|(_, text)| text.parse::<f64>().expect("c"));
        let config = json!({ "center_rewards_coefficient": coefficient });
        let objective = trl_config(&config, "reward").settings.objective;
        let margins = name.contains("margin").then_some(&margins[..]);
        let case = Case {
            name,
            entry,
            model: &model,
            policy: &arena,
            reference: &arena,
            rows: pair_rows(&set.pairs(), margins),
            objective,
        };
        check_entry(set, checks, &case);
    }
}

/// Parts of the unpaired rows: blocks, one kind of label alone, and swapped models.
fn kto_batches(set: &GoldenSet, golden: &Value, checks: &mut Checks) {
    let (model, policy) = load(set, "policy");
    let (_, reference) = load(set, "reference");
    let rows = thumbs(set);
    let config = json!({ "beta": 0.1 });
    let mut settings = trl_config(&config, "kto").settings;
    let mut check = |name: &str, entry: &Value, rows: Vec<TokenisedRow>, swapped: bool| {
        settings.batch_size = rows.len();
        let (policy, reference) = if swapped {
            (&reference, &policy)
        } else {
            (&policy, &reference)
        };
        let found =
            block_on(score_rows(&model, policy, reference, rows, &settings)).expect("a score");
        let found = found.report;
        check_score(checks, name, entry, &found, 1e-5);
        let kl = found.metrics.get(metrics::KL).unwrap_or(f64::NAN);
        checks.relative(
            &format!("{name} kl"),
            kl,
            number(&entry["kl_used"]),
            1e-4,
            1.0,
        );
    };
    for block in golden["batches_of_4"].as_array().expect("blocks") {
        let bounds = numbers(&block["rows"]);
        let block_rows = rows[bounds[0] as usize..bounds[1] as usize].to_vec();
        check("kto block", block, block_rows, false);
    }
    for name in ["only_desirable", "only_undesirable"] {
        let picked = numbers(&golden[name]["rows"]);
        let picked = picked.into_iter().map(|row| rows[row as usize].clone());
        check(name, &golden[name], picked.collect(), false);
    }
    let name = "policy_and_reference_swapped";
    check(name, &golden[name], rows.clone(), true);
}

/// Losses are compared to 1e-5 relative, the squares of IPO and SPPO to 1e-4.
pub fn loss_tolerance(objective: &Objective) -> f64 {
    let is_square = match objective {
        Objective::Dpo(dpo) => dpo
            .terms
            .iter()
            .any(|term| matches!(term.term, DpoTerm::Ipo | DpoTerm::SppoHard)),
        Objective::Cpo(cpo) => cpo.loss == CpoLoss::Ipo,
        _ => false,
    };
    if is_square { 1e-4 } else { 1e-5 }
}

/// Loss, losses of the examples, metrics and gradient norm, as far as the entry has them.
pub fn check_score(
    checks: &mut Checks,
    name: &str,
    entry: &Value,
    found: &ScoreReport,
    tolerance: f64,
) {
    let expected = number(&entry["loss"]);
    checks.relative(
        &format!("{name} loss"),
        found.loss,
        expected,
        tolerance,
        1e-3,
    );
    if let Some(rows) = entry.get("per_sequence") {
        let expected = numbers(rows);
        checks.equal(
            &format!("{name} rows"),
            &found.per_example.len(),
            &expected.len(),
        );
        let rows = paired(name, &found.per_example, expected);
        for (row, (found, expected)) in rows.enumerate() {
            let what = format!("{name} row {row}");
            // One pair's loss carries the rounding of two sums of log-probs by itself; in
            // the mean over pairs it evens out.
            checks.relative(&what, *found, expected, 10.0 * tolerance, 1.0);
        }
    }
    if let Some(Value::Object(metrics)) = entry.get("metrics") {
        for (key, expected) in metrics {
            let value = found.metrics.get(key).unwrap_or(f64::NAN);
            checks.relative(&format!("{name} {key}"), value, number(expected), 1e-4, 1.0);
        }
    }
    if let Some(expected) = entry.get("grad_norm") {
        let what = format!("{name} grad_norm");
        checks.relative(&what, found.grad_norm, number(expected), 1e-4, 1e-6);
    }
}

/// Three steps of the set's optimiser, each on all rows in their order.
pub fn three_steps(set: &GoldenSet, objective: Objective, rows: usize) -> TrainSettings {
    let opt = &set.json("config.json")["opt"];
    let betas = numbers(&opt["betas"]);
    TrainSettings {
        learning_rate: number(&opt["lr"]),
        lr_schedule: LrSchedule::Constant,
        weight_decay: number(&opt["weight_decay"]),
        adam_beta1: betas[0],
        adam_beta2: betas[1],
        adam_epsilon: number(&opt["eps"]),
        max_grad_norm: number(&opt["clip"]),
        batch_size: rows,
        steps: 3,
        keep_order: true,
        decay_all: true,
        ..TrainSettings::trl_defaults(objective)
    }
}

fn check_entry(set: &GoldenSet, checks: &mut Checks, case: &Case<'_>) {
    let Case {
        name, entry, model, ..
    } = *case;
    let tolerance = loss_tolerance(&case.objective);
    let settings = three_steps(set, case.objective.clone(), case.rows.len());
    let rows = case.rows.clone();
    let found = block_on(score_rows(
        model,
        case.policy,
        case.reference,
        rows.clone(),
        &settings,
    ));
    let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
    check_score(checks, name, entry, &found.report, tolerance);
    let what = format!("{name} gradient");
    check_digests(
        checks,
        &what,
        model,
        &found.gradient,
        &entry["grad_digest"],
        &Kind::Gradient,
    );

    let started = Session::start(model, case.policy.clone(), case.reference, rows, settings);
    let mut session = started.expect("a session");
    let steps = &entry["adamw3"];
    let losses = numbers(&steps["losses_before_each_step_and_after"]);
    let norms = numbers(&steps["grad_norm_before_clip"]);
    for step in 0..3 {
        let outcome = block_on(session.step(model)).expect("a step");
        let norm = block_on(session.last_grad_norm())
            .expect("a norm")
            .expect("a norm");
        let loss = outcome.metrics.get(metrics::LOSS).expect("a loss");
        let what = format!("{name} step {step}");
        // Rounding of the first step's gradient is in the later ones.
        let tolerance = 10.0 * tolerance;
        checks.relative(&format!("{what} loss"), loss, losses[step], tolerance, 1e-2);
        checks.relative(&format!("{what} grad_norm"), norm, norms[step], 3e-4, 1e-6);
    }
    let after = block_on(read(session.policy().clone())).expect("readback");
    let what = format!("{name} after three steps");
    let kind = Kind::Parameters {
        lr: session.settings().learning_rate,
        gradient: &entry["grad_digest"],
    };
    check_digests(checks, &what, model, &after, &steps["params_after"], &kind);
}
