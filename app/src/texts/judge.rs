//! Letting the judge label: its form, and what is said of it.

use super::counts::counted;

pub const LET_THE_JUDGE_LABEL: &str = "Let the judge label";
pub const PAIRS: &str = "pairs";

/// How many further principles, and the length bias as typed, where there is one.
pub fn more(others: usize, bias: Option<&str>) -> String {
    match (others, bias) {
        (0, None) => "More: weights, length bias".to_owned(),
        (others, None) => format!("More principles: {others}"),
        (others, Some(bias)) => format!("More principles: {others}, length bias {bias}"),
    }
}

pub const ABOUT_WEIGHTS: &str = "The main principle has weight 1. The others are added with weights of their own; a weight below 0 prefers the opposite. Under each principle an answer scores 1 or 0; a medium length scores \u{bd}.";
pub const FURTHER_PRINCIPLE: &str = "Further principle";
pub const ITS_WEIGHT: &str = "Its weight";
pub const REMOVE_PRINCIPLE: &str = "Remove this principle";
pub const ADD_PRINCIPLE: &str = "Add a principle";
pub const LENGTH_BIAS: &str = "length bias";
pub const ABOUT_LENGTH_BIAS: &str = "Added to the score for each word: above 0 the judge likes long answers, below 0 short ones, whatever the principles say.";

pub const LABEL: &str = "Label";
pub const LABELLING: &str = "Labelling…";

pub fn remove_judged(count: usize) -> String {
    format!("Remove the judge’s {count}")
}

pub const PAIRS_LABELLED: &str = "Pairs labelled";

/// `judge` in words.
pub fn report(done: usize, asked: usize, judge: &str, ties: usize) -> String {
    format!(
        "{done} of {} labelled by “{judge}”; {} left out.",
        counted(asked, "pair"),
        counted(ties, "tie")
    )
}

/// The length bias, after the principles.
pub fn per_word(bias: &str) -> String {
    format!(", {bias} per word")
}

pub const PAIRS_TO_LABEL: &str = "pairs to label";
pub const A_COUNT: &str = "a whole number from 1 to 4096";
pub const NOISE: &str = "noise";
pub const A_NOISE: &str = "a number from 0 to 0.5";

pub fn weight_of(principle: &str) -> String {
    format!("weight of {principle}")
}

pub const A_WEIGHT: &str = "a number other than 0, below 0 to prefer the opposite";
pub const A_LENGTH_BIAS: &str = "a number, such as 0.05";
