//! The table of all labels: search, rows, deletion.

use super::label;
use tilt_protocol::Verdict;

pub const LABELS: &str = "Labels";
pub const NO_LABELS: &str = "no labels";

pub fn range(first: usize, last: usize, count: usize) -> String {
    format!("{first} to {last} of {count}")
}

pub const LATER: &str = "Later labels";
pub const EARLIER: &str = "Earlier labels";

pub const SEARCH: &str = "Search";
pub const SEARCH_PAIRS: &str = "Search prompts and answers";
pub const SHOW_VERDICTS: &str = "Show verdicts";
pub const ALL_VERDICTS: &str = "all verdicts";
pub const SHOW_LABELS_BY: &str = "Show labels by";
pub const BY_ANYONE: &str = "by anyone";
pub const BY_YOU: &str = "by you";
pub const BY_JUDGE: &str = "by the judge";

/// After the name of a file, a set or a lab.
pub fn from(origin: &str) -> String {
    format!("from {origin}")
}

pub const NONE_YET: &str = "No labels yet: press 1 or 2 above, or let the judge label.";
pub const NONE_FITS: &str = "No label matches. Shorten the search, or show all verdicts by anyone.";

pub const LATEST_FIRST: &str = "Labels, the latest first";
pub const VERDICT: &str = "Verdict";
pub const PAIR: &str = "Pair";
pub const BY: &str = "By";
pub const DELETE: &str = "Delete";

pub fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::A => label::A,
        Verdict::B => label::B,
        Verdict::Tie => "tie",
        Verdict::BothGood => "both good",
        Verdict::BothBad => "both bad",
    }
}

/// The whole pair, on lines of its own.
pub fn pair(prompt: &str, answer_a: &str, answer_b: &str) -> String {
    format!("{prompt}\nA: {answer_a}\nB: {answer_b}")
}

pub const YOU: &str = "you";

/// From the judge's principles in words.
pub fn judge(principles: &str) -> String {
    format!("judge: {principles}")
}

pub const THIS_LAB: &str = "this lab";

pub fn practice_set(name: &str) -> String {
    format!("practice set: {name}")
}

/// A file that another lab wrote; `code` is that lab's.
pub fn file_of(name: &str, code: &str) -> String {
    format!("{name} (lab {code})")
}

pub fn lab(name: &str) -> String {
    format!("lab {name}")
}

/// `judge` as [`judge`] says it.
pub fn from_and_by(origin: &str, judge: &str) -> String {
    format!("{origin}, {judge}")
}

pub const DELETE_LABEL: &str = "Delete this label";

pub const MORE_ROWS: &str = "More rows";
pub const FEWER_ROWS: &str = "Fewer rows";

/// `is_all` where no filter is set.
pub fn delete(count: usize, is_all: bool) -> String {
    if is_all {
        format!("Delete all {count}")
    } else {
        format!("Delete the {count} found")
    }
}

pub const U_BRINGS_BACK: &str = "U brings them back";
