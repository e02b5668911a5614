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

/// Stands before the term of the interval.
pub fn wins(wins: usize, losses: usize, ties: usize, step: usize) -> String {
    format!(
        "{}, {}, {} after {}; ",
        counted(wins, "win"),
        counted(losses, "loss"),
        counted(ties, "tie"),
        counted(step, "step")
    )
}

/// Stands after the term of the interval.
pub fn interval(low: &str, high: &str) -> String {
    format!(" {low} to {high}.")
}

pub const POLICY: &str = "policy";
pub const REFERENCE: &str = "reference";
