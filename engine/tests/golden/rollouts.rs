//! `rl.json` and `rloo.json`: advantages, losses, gradients and metrics of GRPO, RLOO and
//! Online DPO on rollouts, and three AdamW steps of RLOO.

use crate::advantages::{
    ADVANTAGE, cases, grpo_advantages, leave_one_out_advantages, lists, online, rewards_of,
};
use crate::checks::{Checks, load_on, paired};
use crate::config::trl_config;
use crate::digests::{Kind, check_digests};
use crate::losses::{self, check_score};
use crate::set::{GoldenSet, ids, number, numbers};
use burn::tensor::{Device, Tensor};
use pollster::block_on;
use serde_json::{Value, json};
use tilt_engine::loss::online::{RolloutLogps, first_is_chosen, grpo, rloo, with_eos_penalty};
use tilt_engine::model::Model;
use tilt_engine::readback::read;
use tilt_engine::session::{Session, check_rollouts, score_rollouts};
use tilt_protocol::dataset::{RolloutCompletion, RolloutRow};
use tilt_protocol::{Metrics, Objective, OnlineObjective, TrainSettings, metrics};

/// Of a loss made of golden log-probs: both sides are f64, the numbers have 13 digits.
const PURE: f64 = 1e-9;
/// Of a loss through the model in f32, absolute: on-policy losses are 0.
const LOSS: f64 = 1e-5;

/// Both models and the rollouts of a family of cases.
struct Family<'a> {
    model: &'a Model,
    policy: &'a Tensor<1>,
    reference: &'a Tensor<1>,
    rows: &'a [RolloutRow],
}

fn family<'a>(
    (model, policy, reference): (&'a Model, &'a Tensor<1>, &'a Tensor<1>),
    rows: &'a [RolloutRow],
) -> Family<'a> {
    Family {
        model,
        policy,
        reference,
        rows,
    }
}

pub fn rl(set: &GoldenSet, device: &Device, checks: &mut Checks) {
    let golden = set.json("rl.json");
    let (model, policy) = load_on(set, "policy", device);
    let (_, reference) = load_on(set, "reference", device);
    grpo_advantages(&golden["grpo_advantages"], checks);
    let models = (&model, &policy, &reference);
    let of_grpo = &golden["grpo"];
    let advantages: Vec<Option<f64>> = numbers(&of_grpo["advantages"])
        .into_iter()
        .map(Some)
        .collect();
    for (name, case) in cases(of_grpo) {
        let mut config = case["config"].clone();
        config["max_completion_length"] = of_grpo["max_completion_length"].clone();
        let objective = online(&config, "grpo");
        check_grpo(name, of_grpo, case, &objective, checks);
        let is_given = is_given(&case["config"]);
        let rows = rows_of(of_grpo, None, Some(&advantages), is_given);
        check_case(checks, name, case, &family(models, &rows), &objective, LOSS);
    }
    let of_pairs = &golden["online_dpo"];
    for (name, case) in cases(of_pairs) {
        let objective = online(&case["config"], "online_dpo");
        let tolerance = if name.starts_with("ipo") { 1e-4 } else { 1e-5 };
        let rows = fresh_pairs(of_pairs, case, &model, checks);
        check_case(
            checks,
            name,
            case,
            &family(models, &rows),
            &objective,
            tolerance,
        );
    }
}

pub fn rloo_cases(set: &GoldenSet, device: &Device, checks: &mut Checks) {
    let golden = set.json("rloo.json");
    let (model, policy) = load_on(set, "policy", device);
    let (_, reference) = load_on(set, "reference", device);
    defaults(&golden["defaults"], checks);
    for (name, case) in cases(&golden["advantages"]) {
        leave_one_out_advantages(name, case, checks);
    }
    let batch = &golden["batch"];
    for (name, case) in cases(&golden["loss"]) {
        let mut config = case["config"].clone();
        config["num_generations"] = batch["num_generations"].clone();
        let objective = online(&config, "rloo");
        let rewards = rewards_of(&case["rewards_per_func"]);
        let rows = rows_of(batch, Some(&rewards), None, is_given(&case["config"]));
        let family = family((&model, &policy, &reference), &rows);
        check_rloo(name, batch, case, &objective, checks);
        check_case(checks, name, case, &family, &objective, LOSS);
        if case.get("adamw3").is_some() {
            three_steps(set, checks, name, case, &family, &objective);
        }
    }
}

/// Whether a case has log-probs of a policy that sampled, other than the one it trains.
fn is_given(config: &Value) -> bool {
    config["old_logps"].as_str() == Some("given")
}

/// Completions that stand one after another, those of one prompt as one row.
fn rows_of(
    batch: &Value,
    rewards: Option<&[Vec<Option<f64>>]>,
    advantages: Option<&[Option<f64>]>,
    has_old: bool,
) -> Vec<RolloutRow> {
    let prompts = batch["prompt_ids"].as_array().expect("prompts");
    let completions = batch["completion_ids"].as_array().expect("completions");
    let old = lists(&batch["old_token_logps"]);
    let mut rows: Vec<RolloutRow> = Vec::new();
    for (index, (prompt, completion)) in paired("rollouts", prompts, completions).enumerate() {
        let prompt = ids(prompt);
        let completion = RolloutCompletion {
            ids: ids(completion),
            rewards: rewards.map_or(Vec::new(), |rewards| rewards[index].clone()),
            advantage: advantages.and_then(|advantages| advantages[index]),
            old_logps: has_old.then(|| old[index].clone()),
        };
        match rows.last_mut() {
            Some(row) if row.prompt == prompt => row.completions.push(completion),
            _ => rows.push(RolloutRow {
                prompt,
                completions: vec![completion],
                line: rows.len() + 1,
            }),
        }
    }
    rows
}

/// The loss as a pure function of the golden log-probs.
fn check_grpo(
    name: &str,
    batch: &Value,
    case: &Value,
    objective: &OnlineObjective,
    checks: &mut Checks,
) {
    let OnlineObjective::Grpo(objective) = objective else {
        panic!("{name}: {objective:?}");
    };
    let rows = golden_logps(batch, is_given(&case["config"]));
    let found = grpo(objective, &rows, &numbers(&batch["advantages"]));
    let what = format!("{name} as a function");
    checks.absolute(&what, found.loss, number(&case["loss"]), PURE);
    if let Some(kl) = case["metrics"].get("kl") {
        let all = found.kl.concat();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        checks.absolute(&format!("{what} kl"), mean, number(kl), PURE);
    }
}

fn golden_logps(batch: &Value, has_old: bool) -> Vec<RolloutLogps> {
    let policy = lists(&batch["policy_token_logps"]);
    let old = match has_old {
        true => lists(&batch["old_token_logps"]),
        false => policy.clone(),
    };
    let reference = lists(&batch["ref_token_logps"]);
    let rows = paired("log-probs", policy, old);
    paired("log-probs", rows, reference)
        .map(|((policy, old), reference)| RolloutLogps {
            policy,
            old,
            reference,
        })
        .collect()
}

/// Pairs of answers with their rewards, and what is chosen of each.
fn fresh_pairs(
    golden: &Value,
    case: &Value,
    model: &Model,
    checks: &mut Checks,
) -> Vec<RolloutRow> {
    let list = |name: &str| golden[name].as_array().expect("a list").clone();
    let (first, second) = (list("completions_first"), list("completions_second"));
    let rewards = [
        numbers(&golden["rewards_first"]),
        numbers(&golden["rewards_second"]),
    ];
    let used = numbers(&case["rewards_used"]);
    let penalty = case["config"]["missing_eos_penalty"].as_f64();
    let prompts = list("prompt_ids");
    let chosen = numbers(&case["first_is_chosen"]);
    let mut rows = Vec::new();
    for (index, prompt) in prompts.iter().enumerate() {
        let completions = [&first[index], &second[index]].map(ids);
        let scores = [0, 1].map(|side| {
            let mut ids = completions[side].iter();
            let has_eos = ids.any(|&id| model.config.ends_text(id));
            with_eos_penalty(rewards[side][index], has_eos, penalty)
        });
        for (side, score) in scores.iter().enumerate() {
            let expected = used[index + side * prompts.len()];
            checks.absolute("the reward that is used", *score, expected, ADVANTAGE);
        }
        let is_first = first_is_chosen(scores);
        checks.equal("what is chosen", &is_first, &(chosen[index] != 0.0));
        let completions = completions.into_iter().enumerate();
        rows.push(RolloutRow {
            prompt: ids(prompt),
            completions: completions
                .map(|(side, ids)| RolloutCompletion {
                    ids,
                    rewards: vec![Some(rewards[side][index])],
                    advantage: None,
                    old_logps: None,
                })
                .collect(),
            line: index + 1,
        });
    }
    rows
}

/// What TRL sums over padding too.
const PADDED: [&str; 4] = [
    "objective/kl",
    "objective/entropy",
    "objective/non_score_reward",
    "objective/rlhf_reward",
];

fn check_case(
    checks: &mut Checks,
    name: &str,
    case: &Value,
    family: &Family<'_>,
    objective: &OnlineObjective,
    tolerance: f64,
) {
    let Family {
        model,
        policy,
        reference,
        rows,
    } = *family;
    let settings = TrainSettings {
        batch_size: 64,
        ..TrainSettings::trl_defaults(Objective::Online(objective.clone()))
    };
    let (rows, bad) = check_rollouts(rows.to_vec(), objective, &model.config, None);
    checks.equal(&format!("{name} bad rows"), &bad.len(), &0);
    let found = block_on(score_rollouts(model, policy, reference, &rows, &settings));
    let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
    let what = format!("{name} loss");
    checks.relative(
        &what,
        found.report.loss,
        number(&case["loss"]),
        tolerance,
        1.0,
    );
    // The loss is compared above; the rest as for every objective.
    let mut rest = case.clone();
    rest["loss"] = json!(found.report.loss);
    if let Some(stats) = case.get("stats") {
        let mut stats = stats.clone();
        let all = stats.as_object_mut().expect("metrics");
        PADDED.iter().for_each(|name| {
            all.remove(*name);
        });
        rest["metrics"] = stats;
    }
    check_score(checks, name, &rest, &found.report, tolerance);
    if let Some(expected) = case.get("advantages") {
        let advantages = found.report.advantages.clone().expect("advantages");
        for (found, expected) in paired(name, advantages, numbers(expected)) {
            let what = format!("{name} advantage");
            checks.absolute(&what, found, expected, model_advantage(objective));
        }
    }
    let what = format!("{name} gradient");
    let digests = &case["grad_digest"];
    check_digests(
        checks,
        &what,
        model,
        &found.gradient,
        digests,
        &Kind::Gradient,
    );
}

/// With a KL in the reward an advantage has the rounding of two sums of f32 log-probs in it.
fn model_advantage(objective: &OnlineObjective) -> f64 {
    match objective.needs_reference() {
        true => 1e-5,
        false => ADVANTAGE,
    }
}

fn defaults(golden: &Value, checks: &mut Checks) {
    let settings = trl_config(&json!({}), "rloo").settings;
    let mut fields = golden.as_object().expect("defaults").clone();
    // Tilt's models have no dropout.
    fields.remove("disable_dropout");
    let given = trl_config(&Value::Object(fields), "rloo").settings;
    checks.equal("TRL's defaults", &given, &settings);
}

/// The loss as a pure function of the golden log-probs.
fn check_rloo(
    name: &str,
    batch: &Value,
    case: &Value,
    objective: &OnlineObjective,
    checks: &mut Checks,
) {
    let OnlineObjective::Rloo(objective) = objective else {
        panic!("{name}: {objective:?}");
    };
    let mut rows = golden_logps(batch, is_given(&case["config"]));
    if let Some(left) = case.get("completion_mask_rows_left") {
        for (row, left) in paired(name, &mut rows, numbers(left)) {
            if left == 0.0 {
                *row = RolloutLogps::default();
            }
        }
    }
    let found = rloo(&objective.clip, &rows, &numbers(&case["advantages"]));
    let what = format!("{name} as a function");
    checks.absolute(&what, found.loss, number(&case["loss"]), PURE);
}

/// Three AdamW steps on the same rollouts.
fn three_steps(
    set: &GoldenSet,
    checks: &mut Checks,
    name: &str,
    case: &Value,
    family: &Family<'_>,
    objective: &OnlineObjective,
) {
    let completions = family.rows.iter().map(|row| row.completions.len());
    let objective = Objective::Online(objective.clone());
    let settings = losses::three_steps(set, objective, completions.sum());
    let Family {
        model,
        policy,
        reference,
        rows,
    } = *family;
    let started = Session::start_on_rollouts(model, policy.clone(), reference, rows, settings);
    let mut session = block_on(started).expect("a session");
    let steps = &case["adamw3"];
    let losses = numbers(&steps["losses_before_each_step_and_after"]);
    let norms = numbers(&steps["grad_norm_before_clip"]);
    for step in 0..3 {
        let outcome = block_on(session.step(model)).expect("a step");
        let norm = block_on(session.last_grad_norm())
            .expect("a norm")
            .expect("a norm");
        let loss = metric(&outcome.metrics, metrics::LOSS);
        let what = format!("{name} step {step}");
        // Rounding of the first step's gradient is in the later ones.
        checks.absolute(&format!("{what} loss"), loss, losses[step], 10.0 * LOSS);
        let norm_what = format!("{what} grad_norm");
        checks.relative(&norm_what, norm, norms[step], 3e-4, 1e-2 * norms[0]);
    }
    let after = block_on(read(session.policy().clone())).expect("readback");
    let what = format!("{name} after three steps");
    let kind = Kind::Parameters {
        lr: session.settings().learning_rate,
        gradient: &case["grad_digest"],
    };
    check_digests(checks, &what, model, &after, &steps["params_after"], &kind);
}

fn metric(metrics: &Metrics, name: &str) -> f64 {
    metrics.get(name).unwrap_or(f64::NAN)
}
