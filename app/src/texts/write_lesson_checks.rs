//! Writing a lesson in the page: what it claims of the learner's runs and labels.

pub const CLAIM_ABOUT: &str = "Claim something about";
pub const NO_CHECK: &str = "nothing is checked";
/// As the kinds stand in `model/lesson_parts.rs`.
pub const CHECKS: [&str; 11] = [
    "the number of labels",
    "a run\u{2019}s settings",
    "the win rate",
    "the KL",
    "two runs beside each other",
    "a metric of the curve",
    "agreement with a judge",
    "a token",
    "several things: all of them",
    "several things: one of them",
    "something that is not so",
];
pub const OF_RUN: &str = "Run";
pub const THE_LAST_RUN: &str = "the last run";
pub const ANY_RUN: &str = "any run";
pub const THAN_RUN: &str = "That of run";
pub const AT_LEAST: &str = "At least";
pub const AT_MOST: &str = "At most";
pub const A_SHARE: &str =
    "A win rate is a share: 0.8 is 80%. It holds when its whole interval says so.";
pub const METRIC: &str = "Number";
pub const WHEN: &str = "When";
pub const LAST_STEPS: &str = "over the last steps";
pub const FIRST_STEP: &str = "at the first step";
pub const GAINED: &str = "Token that gained";
pub const LOST: &str = "or lost";
pub const IS: &str = "Is";
/// Greater, less, near.
pub const RELATIONS: [&str; 3] = ["greater than", "less than", "near"];
pub const BY_AT_LEAST: &str = "By at least (near: at most)";
pub const COMPARED_WITH: &str = "Compared with";
pub const COMPARED_LAST: &str = "whoever was compared last";
pub const A_JUDGE: &str = "a judge";
pub const ADD_CLAIM: &str = "Add a claim";
pub const DEEPER: &str = "Claims this deep within others are written as JSON, below.";
pub const KL: &str = "the KL";
pub const WIN_RATE: &str = "the win rate";

pub fn remove_claim(number: usize) -> String {
    format!("Remove claim {number}")
}

/// A run by how far back it is, 1 being the last.
pub fn run_back(back: i64) -> String {
    match back {
        1 => THE_LAST_RUN.to_owned(),
        2 => "the one before it".to_owned(),
        3 => "third from last".to_owned(),
        _ => format!("{back}th from last"),
    }
}
