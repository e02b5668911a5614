//! `scalar_tables.json`: every loss as a function of log-probs and lengths.

use crate::checks::{Checks, paired};
use crate::config::trl_config;
use crate::set::{GoldenSet, number, numbers};
use serde_json::Value;
use tilt_engine::loss::{self, CompletionLogp, PairLogps, PairLoss};
use tilt_protocol::Objective;

/// Golden numbers have 13 significant digits; below 1e-6 in size their own
/// cancellation (1 - sigma near 1) leaves 16 decimal places.
const TOLERANCE: f64 = 1e-9;
const FLOOR: f64 = 1e-6;
/// TRL takes the logarithms of EXO's epsilon in float32.
const EXO_TOLERANCE: f64 = 1e-7;

pub fn scalar_tables(set: &GoldenSet, checks: &mut Checks) {
    let tables = set.json("scalar_tables.json");
    let cases: Vec<Vec<f64>> = tables["cases"]
        .as_array()
        .expect("cases")
        .iter()
        .map(numbers)
        .collect();
    for (name, entry) in tables["losses"].as_object().expect("losses") {
        for (case, row) in paired(name, &cases, entry["rows"].as_array().expect("rows")) {
            let out = paired_loss(name, &entry["config"], case);
            let row = numbers(row);
            for (what, found, expected) in [
                ("loss", out.loss, row[0]),
                ("d chosen", out.d_chosen[0], row[1]),
                ("d rejected", out.d_rejected[0], row[2]),
            ] {
                let what = format!("{name} {case:?} {what}");
                let tolerance = if name.starts_with("exo") {
                    EXO_TOLERANCE
                } else {
                    TOLERANCE
                };
                if expected.is_finite() {
                    checks.relative(&what, found, expected, tolerance, FLOOR);
                } else {
                    // Where TRL overflows (forward KL far below the reference), ours is defined.
                    checks.finite(&what, found);
                }
            }
        }
    }
    orpo(&tables["orpo"], checks);
    kto(&tables["kto"], checks);
}

/// The loss that an entry's TRL config names, for one pair.
fn paired_loss(name: &str, config: &Value, case: &[f64]) -> PairLoss {
    let side = |chosen: usize, rejected: usize| PairLogps {
        chosen: vec![CompletionLogp::new(case[chosen], case[4] as usize)],
        rejected: vec![CompletionLogp::new(case[rejected], case[5] as usize)],
    };
    let (policy, reference) = (side(0, 1), side(2, 3));
    let trainer = match name.split_once(':') {
        Some((trainer, _)) => trainer,
        None if name.starts_with("cdpo") => "cdpo",
        None => "dpo",
    };
    match trl_config(config, trainer).settings.objective {
        Objective::Dpo(dpo) => {
            let out = loss::dpo_loss(&dpo, &policy, &policy, &reference, None);
            let mut total = out.total;
            for (d, sft) in paired(name, &mut total.d_chosen, out.d_chosen_sft) {
                *d += sft;
            }
            total
        }
        Objective::Cpo(cpo) => loss::cpo_loss(&cpo, &policy),
        other => panic!("{name}: {other:?}"),
    }
}

fn orpo(table: &Value, checks: &mut Checks) {
    let beta = number(&table["beta"]);
    let cases = table["cases"].as_array().expect("cases");
    for (case, row) in paired("orpo", cases, table["rows"].as_array().expect("rows")) {
        let (case, row) = (numbers(case), numbers(row));
        let policy = PairLogps {
            chosen: vec![CompletionLogp::new(case[0], 1)],
            rejected: vec![CompletionLogp::new(case[1], 1)],
        };
        let out = loss::orpo(&policy);
        let odds = loss::log_odds(&policy.chosen[0], &policy.rejected[0]);
        for (what, found, expected) in [
            ("log odds", odds, row[0]),
            ("loss term", beta * out.loss, row[1]),
            ("d chosen", beta * out.d_chosen[0], row[2]),
            ("d rejected", beta * out.d_rejected[0], row[3]),
        ] {
            let what = format!("orpo {case:?} {what}");
            checks.relative(&what, found, expected, TOLERANCE, 1e-12);
        }
    }
}

fn kto(table: &Value, checks: &mut Checks) {
    let beta = number(&table["beta"]);
    for row in table["rows"].as_array().expect("rows") {
        let row = numbers(row);
        let policy = [CompletionLogp::new(row[1], 1)];
        let reference = [CompletionLogp::new(0.0, 1)];
        let out = loss::kto(
            &policy,
            &reference,
            &[row[0] != 0.0],
            row[2],
            beta,
            [1.0; 2],
        );
        checks.relative(
            &format!("kto {row:?} loss"),
            out.loss,
            row[3],
            TOLERANCE,
            1e-9,
        );
        let slope = out.d_completion[0];
        checks.relative(
            &format!("kto {row:?} slope"),
            slope,
            row[4],
            TOLERANCE,
            1e-9,
        );
    }
}
