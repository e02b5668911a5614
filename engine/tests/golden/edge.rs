//! `edge_cases.json`: policy = reference, cut rows, empty prompts and completions,
//! identical pairs.

use crate::checks::{Checks, load, paired};
use crate::config::trl_config;
use crate::losses::{check_score, loss_tolerance, pair_rows, thumbs};
use crate::set::{GoldenSet, ids, number, numbers};
use pollster::block_on;
use serde_json::{Value, json};
use tilt_engine::sequence::Sequence;
use tilt_engine::session::score_rows;
use tilt_protocol::{ObjectiveKind, RowKind, Sides, TrainSettings};

pub fn edge_cases(set: &GoldenSet, checks: &mut Checks) {
    let golden = set.json("edge_cases.json");
    equal_models(set, &golden["policy_equals_reference"], checks);
    for (name, case) in golden["edge"].as_object().expect("cases") {
        if case.get("input_ids").is_some() {
            check_case(set, name, case, checks);
        } else {
            empty_completion_stays_finite(set, name, case, checks);
        }
    }
}

fn equal_models(set: &GoldenSet, golden: &Value, checks: &mut Checks) {
    let (model, policy) = load(set, "policy");
    for (name, entry) in golden.as_object().expect("entries") {
        let config = &entry["config"];
        let is_kto =
            config.get("desirable_weight").is_some() || config["loss_type"] == "apo_zero_unpaired";
        let (trainer, rows) = if is_kto {
            ("kto", thumbs(set))
        } else {
            ("dpo", pair_rows(&set.pairs(), None))
        };
        let mut settings = trl_config(config, trainer).settings;
        settings.batch_size = rows.len();
        let found =
            block_on(score_rows(&model, &policy, &policy, rows, &settings)).expect("a score");
        let found = found.report;
        let tolerance = loss_tolerance(&settings.objective);
        let what = format!("policy = reference {name}");
        checks.relative(&what, found.loss, number(&entry["loss"]), tolerance, 1e-3);
    }
}

/// The sequences that the golden's ids and masks describe: all chosen, then all rejected.
fn sequences(case: &Value) -> Vec<Sequence> {
    let masks = |name: &str| -> Vec<Vec<f64>> {
        let rows = case[name].as_array().expect("rows");
        rows.iter().map(numbers).collect()
    };
    let (attended, completion) = (masks("attention_mask"), masks("completion_mask"));
    let rows = case["input_ids"].as_array().expect("rows").iter().map(ids);
    let masks = paired("masks", &attended, &completion);
    paired("rows and masks", rows, masks)
        .map(|(row, (attended, completion))| {
            let of = |wanted: f64| -> Vec<u32> {
                let masks = paired("a row's masks", attended, completion);
                let tokens = paired("a row and its masks", &row, masks);
                tokens
                    .filter(|(_, (attended, completion))| {
                        **attended == 1.0 && **completion == wanted
                    })
                    .map(|(&id, _)| id)
                    .collect()
            };
            Sequence {
                prompt: of(0.0),
                completion: of(1.0),
            }
        })
        .collect()
}

fn check_case(set: &GoldenSet, name: &str, case: &Value, checks: &mut Checks) {
    let mut cut = sequences(case);
    let lengths: Vec<f64> = cut.iter().map(|row| row.completion.len() as f64).collect();
    checks.equal(name, &lengths, &numbers(&case["completion_mask_sum"]));
    let rejected = cut.split_off(cut.len() / 2);
    let pairs: Vec<(Sequence, Sequence)> = paired(name, cut, rejected).collect();
    let mut max_length = 1024;
    let whole: Vec<(Sequence, Sequence)> = case["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            let side = |name: &str| Sequence {
                prompt: ids(&row["prompt_ids"]),
                completion: ids(&row[name]),
            };
            (side("chosen_ids"), side("rejected_ids"))
        })
        .collect();
    // Our own cut is TRL's `keep_start`; the deprecated `keep_end` is checked as rows
    // that came cut.
    let rows = if name == "truncate_keep_end" {
        pair_rows(&pairs, None)
    } else {
        if name == "truncate_keep_start" {
            max_length = number(&set.json("config.json")["max_length"]) as usize;
        }
        pair_rows(&whole, None)
    };
    let (model, policy) = load(set, "policy");
    let (_, reference) = load(set, "reference");
    for (loss, entry) in case.as_object().expect("a case") {
        if entry.get("config").is_none() {
            continue;
        }
        let settings = TrainSettings {
            batch_size: rows.len(),
            max_length,
            ..trl_config(&entry["config"], "dpo").settings
        };
        let found = block_on(score_rows(
            &model,
            &policy,
            &reference,
            rows.clone(),
            &settings,
        ));
        let found = found.expect("a score").report;
        let what = format!("{name} {loss}");
        let tolerance = loss_tolerance(&settings.objective);
        check_score(checks, &what, entry, &found, tolerance);
        for (sides, expected) in [
            (&found.logps.policy, &case["policy_logp_sum"]),
            (&found.logps.reference, &case["ref_logp_sum"]),
        ] {
            let Some(Sides::Pairs { chosen, rejected }) = sides else {
                panic!("{what}: no log-probs");
            };
            let sums = chosen.iter().chain(rejected);
            let rows = paired(&what, sums, numbers(expected));
            for ((found, expected), length) in paired(&what, rows, &lengths) {
                checks.absolute(&what, *found, expected, 1e-4 * length.max(1.0));
            }
        }
    }
}

/// TRL's SimPO and ORPO give NaN for an empty completion; ours are defined.
fn empty_completion_stays_finite(set: &GoldenSet, name: &str, case: &Value, checks: &mut Checks) {
    checks.equal(name, &case["loss"], &json!("NaN"));
    let (model, policy) = load(set, "policy");
    let (_, reference) = load(set, "reference");
    let mut pairs = set.pairs();
    pairs[0].0.completion.clear();
    pairs[1].1.completion.clear();
    for kind in ObjectiveKind::ALL {
        let objective = kind.with_beta(kind.default_beta());
        let is_reward = kind == ObjectiveKind::Reward;
        if objective.row_kind() != RowKind::Pairs || is_reward {
            continue;
        }
        let settings = TrainSettings {
            batch_size: pairs.len(),
            ..TrainSettings::trl_defaults(objective)
        };
        let rows = pair_rows(&pairs, None);
        let found = block_on(score_rows(&model, &policy, &reference, rows, &settings));
        let found = found.expect("a score").report;
        checks.finite(&format!("{name} {kind:?} loss"), found.loss);
        checks.finite(&format!("{name} {kind:?} gradient"), found.grad_norm);
    }
}
