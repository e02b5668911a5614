//! PPO's arrays of `rl.json`: where answers end, rewards, advantages, losses with their
//! derivatives.

use crate::checks::{Checks, paired};
use crate::config::trl_config;
use crate::set::{GoldenSet, ids, number, numbers};
use serde_json::Value;
use tilt_engine::loss::online::ppo::{NowAndOld, Responses, Rollout, ppo, targets};
use tilt_protocol::{Objective, OnlineObjective};

/// TRL's code ran in f32 here.
const TOLERANCE: f64 = 1e-6;

pub fn ppo_cases(set: &GoldenSet, checks: &mut Checks) {
    let golden = &set.json("rl.json")["ppo"];
    let (eos, pad) = (number(&golden["eos"]) as u32, number(&golden["pad"]) as u32);
    let sampled = id_rows(&golden["responses"]);
    let responses = Responses::cut(&sampled, Some(eos), Some(eos), pad);
    let truncated = id_rows(&golden["responses_truncated"]);
    checks.equal("cut answers", &responses.ids, &truncated);
    let (logps, reference) = (rows(&golden["logprobs_old"]), rows(&golden["ref_logprobs"]));
    let (values, scores) = (rows(&golden["values_old"]), numbers(&golden["scores"]));
    let cases = golden["cases"].as_object().expect("cases");
    for (name, case) in cases {
        let objective = match trl_config(&case["config"], "ppo").settings.objective {
            Objective::Online(OnlineObjective::Ppo(ppo)) => ppo,
            other => panic!("{other:?}"),
        };
        let last: Vec<usize> = count(&case["sequence_lengths_last_index"]);
        checks.equal(&format!("{name} last tokens"), &responses.last, &last);
        let places = count(&case["score_position"]);
        checks.equal(
            &format!("{name} score places"),
            &responses.score_places(),
            &places,
        );
        for (field, counts) in [
            ("padding_mask", responses.counts()),
            ("padding_mask_p1", responses.value_counts()),
        ] {
            let of_row = |row: &Vec<bool>| -> Vec<f64> {
                row.iter().map(|c| f64::from(u8::from(!c))).collect()
            };
            let padding: Vec<Vec<f64>> = counts.iter().map(of_row).collect();
            checks.equal(&format!("{name} {field}"), &padding, &rows(&case[field]));
        }
        let rollout = Rollout {
            logps: &logps,
            reference: &reference,
            values: &values,
            scores: &scores,
        };
        let aims = targets(&objective, &responses, rollout);
        let scores_after = [aims.scores.clone()];
        let found = ppo(
            &objective,
            &responses,
            &aims,
            NowAndOld {
                now: &rows(&case["new_logprobs"]),
                old: &logps,
            },
            NowAndOld {
                now: &rows(&case["vpred"]),
                old: &masked(&values, &responses.value_counts()),
            },
        );
        let weighed = |row: &Vec<f64>| row.iter().map(|d| objective.vf_coef * d).collect();
        let d_values: Vec<Vec<f64>> = found.value.d_values.iter().map(weighed).collect();
        for (field, found) in [
            ("rewards", &aims.rewards),
            ("advantages_unwhitened", &aims.plain_advantages),
            ("advantages", &aims.advantages),
            ("returns", &aims.returns),
            ("dloss_dnew_logprobs", &found.policy.d_logps),
            ("dloss_dvpred", &d_values),
        ] {
            let what = format!("{name} {field}");
            let all = found.concat();
            for (found, expected) in paired(&what, all, rows(&case[field]).concat()) {
                checks.absolute(&what, found, expected, TOLERANCE);
            }
        }
        let after = numbers(&case["scores_after_penalty"]);
        for (found, expected) in paired("scores", scores_after.concat(), after) {
            checks.absolute(&format!("{name} score"), found, expected, TOLERANCE);
        }
        for (field, found) in [
            ("pg_loss", found.policy.loss),
            ("vf_loss", found.value.loss),
            ("vf_clipfrac", found.value.clip_fraction),
            ("loss", found.loss),
        ] {
            let what = format!("{name} {field}");
            checks.absolute(&what, found, number(&case[field]), TOLERANCE);
        }
    }
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value
        .as_array()
        .expect("rows")
        .iter()
        .map(numbers)
        .collect()
}

fn id_rows(value: &Value) -> Vec<Vec<u32>> {
    value.as_array().expect("rows").iter().map(ids).collect()
}

fn count(value: &Value) -> Vec<usize> {
    numbers(value).into_iter().map(|n| n as usize).collect()
}

/// TRL sets values behind the answer to 0 before they are used.
fn masked(values: &[Vec<f64>], counts: &[Vec<bool>]) -> Vec<Vec<f64>> {
    let of_row = |(values, counts): (&Vec<f64>, &Vec<bool>)| {
        let pairs = values.iter().zip(counts);
        pairs
            .map(|(value, counts)| if *counts { *value } else { 0.0 })
            .collect()
    };
    values.iter().zip(counts).map(of_row).collect()
}
