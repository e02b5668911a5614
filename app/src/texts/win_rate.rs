//! The win rate on held-out prompts, as a number.

use super::counts::counted;

pub const WIN_RATE: &str = "Win rate";

/// Before the term "temperature".
pub const HELD_OUT_BEFORE: &str = "held-out prompts, ";
/// After the term: the temperature itself.
pub const HELD_OUT_AFTER: &str = " 1";

pub const PRINCIPLE: &str = "Principle to judge by";
pub const CHOOSE: &str = "choose…";
pub const MEASURE: &str = "Measure";
pub const MEASURING: &str = "Measuring…";
pub const NOT_MEASURED: &str = "–";

/// Before the policy that was measured.
pub fn judged_by(principle: &str) -> String {
    format!("Judged by {principle}, ")
}

/// After the policy, and before the term of the interval.
pub fn wins(wins: usize, losses: usize, ties: usize) -> String {
    format!(
        ": {}, {}, {}; ",
        counted(wins, "win"),
        counted(losses, "loss"),
        counted(ties, "tie")
    )
}

/// A share of so many answers; all but the count in percent.
pub fn rate(share: &str, low: &str, high: &str, count: usize) -> String {
    format!("{share} ({low} to {high}, of {count})")
}

/// `kl` with its interval, where it has one.
pub fn kl(kl: &str, answers: usize) -> String {
    format!("{kl} (mean of {})", counted(answers, "answer"))
}

/// Stands after the term of the interval.
pub fn interval(low: &str, high: &str) -> String {
    format!(" {low} to {high}.")
}

pub const POLICY: &str = "policy";
pub const REFERENCE: &str = "reference";
