//! The chart of judged reward against KL.

use crate::texts::numbers::capitalised;

pub const NAME: &str = "reward against KL";
/// Before the term.
pub const HEADING_BEFORE: &str = "Reward against ";
pub const JUDGED_BY: &str = "judged by";
pub const CHOOSE: &str = "choose\u{2026}";

/// `run` is that of [`of_run`](super::charts::of_run), or nothing.
pub fn reached(run: &str, step: usize, kl: &str, reward: &str) -> String {
    format!("{run}at step {step} a KL of {kl} and a reward of {reward}")
}

/// Those of [`reached`], and the names of the drawn runs that have no such point.
pub fn all_reached(runs: &[String], without: &[&str]) -> String {
    let without = if without.is_empty() {
        String::new()
    } else {
        format!("; not judged by this principle: {}", without.join(", "))
    };
    format!("{}{without}.", capitalised(&runs.join("; ")))
}

pub const CHOOSE_PRINCIPLE: &str =
    "Choose a principle: the answers of these runs were judged by every principle.";
pub const NO_REWARDS: &str = "These runs come from an older version of Tilt, which judged their answers by one other principle only.";
pub const NO_POINTS: &str =
    "How much reward a run gains from the judge, and how far the policy moves for it.";

pub const KL_AXIS: &str = "KL, nats per answer \u{2192}";
pub const REWARD_AXIS: &str = "judged reward \u{2191}";

pub fn reward_axis(principle: &str) -> String {
    format!("reward: {principle} \u{2191}")
}

pub const TABLE_HEAD: [&str; 8] = [
    "run",
    "step",
    "KL",
    "standard error of the KL",
    "answers",
    "principle",
    "reward",
    "standard error of the reward",
];
