//! The chart of the margins' spread.

use super::counts::counted;

pub const NAME: &str = "margins";
pub const HEADING: &str = "Margins";
pub const NO_PAIRS: &str =
    "Chosen minus rejected implicit reward, for objectives that compare two answers.";

pub fn below_zero(share: &str, pairs: usize, step: usize) -> String {
    let pairs = counted(pairs, "pair");
    format!("{share} of the last {pairs} up to step {step} lie below zero.")
}

/// The vertical axis.
pub const PAIRS: &str = "pairs";
pub const TABLE_HEAD: [&str; 3] = ["from", "to", PAIRS];

pub const STEP: &str = "Step";
pub const STEP_OF_MARGINS: &str = "Step of the margins";
pub const LATEST: &str = "latest";
