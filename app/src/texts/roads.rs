//! The roads from labels to a policy, measured beside each other.

use super::counts::counted;

pub const HEADING: &str = "Measure both roads";
pub const EXPLAINED: &str = "Each road is walked from the same reference: the judge labels 64 pairs by the principle, or scores the answers; then the win rate is counted on held-out prompts. Your labels and your policy stay as they are.";
pub const COMPARE: &str = "Compare the roads";
pub const STOP: &str = "Stop";
pub const SEEDS: &str = "Seeds";
pub const TABLE: &str = "Roads from labels to a policy";
pub const HEAD: [&str; 9] = [
    "Road", "Stages", "Needs", "Models", "Memory", "Seconds", "Passes", "Win rate", "KL",
];
pub const PAIRS: &str = "pairs";
pub const THUMBS: &str = "thumbs";
pub const PROMPTS: &str = "prompts and a judge";
/// Of memory, on a GPU.
pub const NOT_COUNTED: &str = "–";
pub const BROKE_OFF: &str = "broke off";

pub fn judged_by(principle: &str) -> String {
    format!("judged by “{principle}”")
}

pub fn progress(done: usize, of: usize) -> String {
    format!("{done} of {} over", counted(of, "run"))
}

pub fn interval(value: &str, low: &str, high: &str) -> String {
    format!("{value} ({low} to {high})")
}

pub fn unreadable(why: &str) -> String {
    format!("A road’s result cannot be shown: {why}.")
}
