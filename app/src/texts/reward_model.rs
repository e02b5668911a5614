//! The reward model of the labels: its training, what it has learnt, and what happens when it is
//! pushed.

use super::counts::counted;

pub const REWARD_MODEL: &str = "a reward model";
pub const TITLE: &str = "Reward model";
pub const TRAIN: &str = "Train the reward model";
pub const TRAIN_AGAIN: &str = "Train it again";
pub const STOP: &str = "Stop";
pub const TRAINING: &str = "The reward model is being trained.";
pub const TRAINED: &str = "The reward model is trained.";
pub const NOT_YET: &str = "Not trained yet: Train does it first, then trains the policy with it.";
pub const OTHER_LABELS: &str = "Your labels have changed since.";

pub fn step(step: usize, of: usize, accuracy: Option<&str>) -> String {
    match accuracy {
        Some(accuracy) => {
            format!("Step {step} of {of}: {accuracy} of the batch’s pairs in the right order.")
        }
        None => format!("Step {step} of {of}."),
    }
}

pub fn measuring(found: usize, of: usize) -> String {
    format!("Measuring it on fresh pairs of held-out prompts: {found} of {of}.")
}

/// `judge` names the principle.
pub fn learnt(labels: usize, seconds: &str, size: &str) -> String {
    format!(
        "Learnt from {} in {seconds} s; {size}.",
        counted(labels, "label")
    )
}

pub fn accuracy(held_out: &str, low: &str, high: &str, judge: &str) -> String {
    format!(
        "It orders {held_out} of fresh pairs as the judge does by “{judge}” (95% interval {low} to {high})."
    )
}

pub fn on_labels(share: &str) -> String {
    format!("Of your own labels it orders {share} as you did.")
}

pub const SCATTER: &str = "Learnt reward against the judge’s";
pub fn scatter_told(answers: usize, better: &str, worse: &str) -> String {
    format!(
        "{}: those that the judge finds better have a learnt reward of {better} on average, the others {worse}.",
        counted(answers, "fresh answer")
    )
}
pub const LEARNT_AXIS: &str = "learnt";
pub const JUDGE_AXIS: &str = "judge";

pub const CALIBRATION: &str = "How sure it is, and how often it is right";
pub fn calibration_told(expected: &str, found: &str, pairs: usize) -> String {
    format!(
        "Of {} of which it is most sure ({expected} on average), it has {found} right.",
        counted(pairs, "pair")
    )
}
pub const SURE_AXIS: &str = "sure";
pub const RIGHT_AXIS: &str = "right";

pub fn unreadable(why: &str) -> String {
    format!("The reward model’s report cannot be shown: {why}.")
}

// Over-optimisation.
pub const OVER_OPTIMISATION: &str = "over-optimisation";
pub const OVER_HEADING: &str = "Learnt and true reward";
pub const OVER_EXPLAINED: &str =
    "Both in deviations of the first answers, against the root of the KL (Gao et al. 2023).";
pub const ROOT_OF_KL: &str = "√KL, √nats";
pub const DEVIATIONS: &str = "deviations";
pub const LEARNT: &str = "learnt";
pub const TRUE: &str = "true";
pub const OF_NO_SAMPLING: &str = "No run has been scored by a reward model yet.";

/// The last point: both rewards and their gap.
pub fn over_told(root: &str, learnt: &str, truth: &str, gap: &str) -> String {
    format!(
        "At √KL {root} the learnt reward is {learnt} and the true one {truth} deviations from where they began: a gap of {gap}."
    )
}

/// Where the true reward was highest, if it has fallen since.
pub fn past_the_top(root: &str, best: &str) -> String {
    format!(" The true reward was highest at √KL {root}: {best}.")
}
