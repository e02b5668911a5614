//! The chart of win rates over the steps.

use super::counts::counted;

pub const NAME: &str = "win rate";
pub const HEADING_TERM: &str = "Win rate";
/// After the term.
pub const HEADING_AFTER: &str = " over the steps";
/// Before the term.
pub const INTERVAL_BEFORE: &str = "with its ";

/// `run` is that of [`of_run`](super::charts::of_run), or nothing; rate, low and high are
/// percentages.
pub fn measured(
    run: &str,
    rate: &str,
    low: &str,
    high: &str,
    decisive: Option<usize>,
    steps: usize,
    principle: &str,
) -> String {
    let of = decisive.map_or_else(String::new, |count| format!(" of {count}"));
    let steps = counted(steps, "step");
    format!("{run}{rate} ({low} to {high}){of} after {steps}, judged by {principle}")
}

/// Those of [`measured`].
pub fn all_measured(runs: &[String]) -> String {
    format!("{}.", runs.join("; "))
}

pub const NOT_MEASURED: &str = "Each win rate that you measure appears here, at its step.";
/// After "Step 5: ".
pub const NOT_MEASURED_BY_THEN: &str = "nothing measured up to here.";

pub const AS_GOOD: &str = "as good as the reference";
pub const TABLE_HEAD: [&str; 8] = [
    "run",
    "step",
    "principle",
    NAME,
    "low",
    "high",
    "decisive",
    "ties",
];
