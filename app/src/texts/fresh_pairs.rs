//! The learner as the reward.

use super::label;

pub const TITLE: &str = "You are the reward";
pub const EXPLAINED: &str = "The policy has just written both answers. Choose the better one: the next step makes it likelier, and your choice is kept as a label.";
pub const LEAVE_OUT: &str = "Neither";
pub const SAME: &str = "Both answers are the same: choosing teaches nothing.";
/// The choice of a reward.
pub const LEARNER: &str = "You, pair by pair";
pub const LEARNER_EXPLAINED: &str = "The run waits at each step until you have said which of two fresh answers is better: 12 larger steps of 4 pairs, unless you change that.";

/// Where a pair stands among those of its step.
pub fn place(place: usize, of: usize) -> String {
    format!("Pair {place} of {of} of this step")
}

/// To a screen reader.
pub fn said(place: &str, prompt: &str, answer_a: &str, answer_b: &str) -> String {
    label::then(place, &label::next(prompt, answer_a, answer_b))
}
