//! The chart of judged reward against KL.

use crate::format::capitalised;

pub const NAME: &str = "reward against KL";
/// Before the term.
pub const HEADING_BEFORE: &str = "Reward against ";
pub const TRAILS: &str = "one trail a run";

/// `run` is that of [`of_run`](super::charts::of_run), or nothing.
pub fn reached(run: &str, step: usize, kl: &str, reward: &str) -> String {
    format!("{run}at step {step} a KL of {kl} and a reward of {reward}")
}

/// Those of [`reached`].
pub fn all_reached(runs: &[String]) -> String {
    format!("{}.", capitalised(&runs.join("; ")))
}

pub const NO_REWARDS: &str =
    "The judge has not rewarded any answers of these runs: choose a principle and train again.";
pub const NO_POINTS: &str = "What a run gains under the judge, and how far it moves for it.";

pub const KL_AXIS: &str = "KL, nats an answer \u{2192}";
pub const REWARD_AXIS: &str = "judged reward \u{2191}";
pub const TABLE_HEAD: [&str; 4] = ["run", "step", "KL", "reward"];
