//! Advantages of GRPO and RLOO from golden rewards, and how the cases of both are read.

use crate::checks::{Checks, paired};
use crate::config::trl_config;
use crate::set::{number, numbers};
use serde_json::{Value, json};
use tilt_engine::loss::online::{group_advantages, leave_one_out, total_rewards};
use tilt_protocol::{Objective, OnlineObjective, ScaleRewards};

/// The oracle's tolerance of advantages.
pub const ADVANTAGE: f64 = 1e-6;

pub fn cases(family: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let cases = family["cases"].as_object().expect("cases");
    cases.iter().map(|(name, case)| (name.as_str(), case))
}

pub fn online(config: &Value, trainer: &str) -> OnlineObjective {
    match trl_config(config, trainer).settings.objective {
        Objective::Online(online) => online,
        other => panic!("{other:?}"),
    }
}

pub fn lists(value: &Value) -> Vec<Vec<f64>> {
    value
        .as_array()
        .expect("lists")
        .iter()
        .map(numbers)
        .collect()
}

pub fn rewards_of(value: &Value) -> Vec<Vec<Option<f64>>> {
    let there = |number: f64| (!number.is_nan()).then_some(number);
    let lists = lists(value).into_iter();
    lists
        .map(|of_one| of_one.into_iter().map(there).collect())
        .collect()
}

pub fn grpo_advantages(golden: &Value, checks: &mut Checks) {
    let group = number(&golden["num_generations"]) as usize;
    let mut check = |what: &str, rewards: &Value, scale, expected: &Value| {
        let rewards: Vec<Option<f64>> = numbers(rewards).into_iter().map(Some).collect();
        let groups = vec![group; rewards.len() / group];
        let found = group_advantages(&rewards, &groups, scale).advantages;
        for (found, expected) in paired(what, found, numbers(expected)) {
            checks.absolute(what, found, expected, ADVANTAGE);
        }
    };
    for (name, scale) in [
        ("scale_group", ScaleRewards::Group),
        ("scale_batch", ScaleRewards::Batch),
        ("scale_none", ScaleRewards::None),
    ] {
        check(name, &golden["rewards"], scale, &golden[name]);
    }
    let equal = &golden["all_equal_group"];
    let scale = ScaleRewards::Group;
    check("equal rewards", &equal["rewards"], scale, &equal["group"]);
}

pub fn leave_one_out_advantages(name: &str, case: &Value, checks: &mut Checks) {
    let OnlineObjective::Rloo(objective) = online(&with_two(&case["config"]), "rloo") else {
        panic!("{name}");
    };
    let rewards = rewards_of(&case["rewards_per_func"]);
    let totals = total_rewards(&rewards, objective.reuse.reward_weights.as_deref());
    let group = number(&case["config"]["num_generations"]) as usize;
    let groups = vec![group; totals.len() / group];
    let penalties: Vec<f64> = match &case["sequence_kl"] {
        Value::Null => Vec::new(),
        kl => numbers(kl).iter().map(|kl| objective.beta * kl).collect(),
    };
    let found = leave_one_out(
        &totals,
        &groups,
        objective.reward_clip_range,
        &penalties,
        objective.normalize_advantages,
    );
    let what = |of: &str| format!("{name} {of}");
    let after = numbers(&case["rewards_after_clip_and_kl"]);
    for (found, expected) in paired(name, found.rewards, after) {
        let is_there = found.is_some();
        checks.equal(&what("is scorable"), &is_there, &!expected.is_nan());
        if let Some(found) = found {
            checks.absolute(&what("reward"), found, expected, ADVANTAGE);
        }
    }
    for (found, expected) in paired(name, found.advantages, numbers(&case["advantages"])) {
        checks.absolute(&what("advantage"), found, expected, ADVANTAGE);
    }
    let share = number(&case["metrics"]["frac_reward_zero_std"]);
    let what = what("constant groups");
    checks.absolute(&what, found.frac_reward_zero_std, share, 1e-12);
}

/// A config whose number of answers TRL would refuse outside evaluation: the group is what
/// the case says, whatever the objective has.
fn with_two(config: &Value) -> Value {
    let mut config = config.clone();
    if config["num_generations"] == json!(1) {
        config["num_generations"] = json!(2);
    }
    config
}
