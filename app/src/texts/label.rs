//! Labelling: the pair to judge, how far the labels go, and what is said of storing them.

use super::counts::counted;
use tilt_protocol::Verdict;

pub const WHICH_IS_BETTER: &str = "Which is better?";

/// Stands before the term "decisive".
pub fn label_count(count: usize, decisive: usize) -> String {
    format!("{}, {decisive}", counted(count, "label"))
}

pub const READING_LABELS: &str = "Reading your labels…";
pub const FETCHING_PAIRS: &str = "The first pairs are on their way…";
pub const NONE_WITHOUT_ENGINE: &str = "No pair is left to judge. New ones need the engine.";
pub const NONE_WAITING: &str =
    "No pair is left to judge. New ones are sampled as soon as the engine is free.";

pub const A: &str = "A";
pub const B: &str = "B";
pub const IS_BETTER: &str = "is better";

pub const TIE: &str = "Tie";
pub const BOTH_BAD: &str = "Both bad";
pub const BOTH_GOOD: &str = "Both good";
pub const SKIP: &str = "Skip";
pub const UNDO: &str = "Undo";
pub const REDO: &str = "Redo";

/// What a screen reader is told when a pair was judged.
pub fn judged(verdict: Verdict, labels: usize) -> String {
    let verdict = match verdict {
        Verdict::A => "A is better",
        Verdict::B => "B is better",
        Verdict::Tie => TIE,
        Verdict::BothBad => BOTH_BAD,
        Verdict::BothGood => BOTH_GOOD,
    };
    format!("{verdict}, {}.", counted(labels, "label"))
}

pub const SKIPPED: &str = "Skipped.";
pub const NO_NEXT: &str = "No pair is waiting.";

pub fn next(prompt: &str, answer_a: &str, answer_b: &str) -> String {
    format!("Next: {prompt} A: {answer_a} B: {answer_b}")
}

pub fn then(done: &str, next: &str) -> String {
    format!("{done} {next}")
}

pub fn recorded_from(model: &str) -> String {
    format!("written beforehand by the model “{model}”")
}

pub fn sampled_from(model: &str) -> String {
    format!("written in this tab by the model “{model}”")
}

pub fn from_file(file: &str) -> String {
    format!("from {file}")
}

pub const WRITTEN_BY_HAND: &str = "written by hand";

pub const DECISIVE_LABELS: &str = "Decisive labels";
pub const FOR_A_FIRST_RUN: &str = "for a first run";
pub const AS_MANY_AS_THE_JUDGE_GIVES: &str = "as many as the judge gives at once";

/// With a goal, and what it is good for: "5 of 12 decisive, for a first run".
pub fn progress(decisive: usize, goal: Option<(usize, &str)>) -> String {
    match goal {
        Some((goal, purpose)) => format!("{decisive} of {goal} decisive, {purpose}"),
        None => format!("{decisive} decisive"),
    }
}

/// Between the progress and the shares.
pub const PROGRESS_DOT: &str = " · ";

pub const PRESS_TO_BEGIN: &str = "press 1 or 2 to begin";

/// "63% decide, 2 ties, 1 both good", from the share that decides in percent.
/// The others: ties, both good, both bad, single answers, and preferences between answers
/// that cannot be told apart.
pub fn shares(decide: &str, others: [usize; 5]) -> String {
    let [ties, both_good, both_bad, single, same] = others;
    let mut parts = vec![format!("{decide} decide")];
    let said = [
        (ties, counted(ties, "tie")),
        (both_good, format!("{both_good} both good")),
        (both_bad, format!("{both_bad} both bad")),
        (single, counted(single, "single answer")),
        (same, format!("{same} without a difference")),
    ];
    parts.extend(
        said.into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(_, said)| said),
    );
    parts.join(", ")
}

pub const RECHECK_SHARE: &str = "Percent of your pairs that come again, 0 for none";

/// After the field with the share, before [`COME_AGAIN`] or [`come_again`].
pub const RECHECK_PERCENT: &str = "% ";
pub const COME_AGAIN: &str = "of your pairs come again with sides swapped: a check, not a label";

pub fn come_again(agreed: usize, checked: usize) -> String {
    format!("come again; you agree with yourself on {agreed} of {checked}")
}

pub const CHECKED_YOURSELF: &str = "1 check of yourself";

pub fn labels_added(count: usize) -> String {
    format!("{} added", counted(count, "label"))
}

pub fn labels_deleted(count: usize) -> String {
    format!("{} deleted", counted(count, "label"))
}

/// "64 labels replaced by 60"
pub fn labels_replaced(removed: usize, added: usize) -> String {
    format!("{} replaced by {added}", counted(removed, "label"))
}

pub fn labels_changed(count: usize) -> String {
    format!("{} changed", counted(count, "label"))
}

pub fn unreadable(count: usize) -> String {
    let are = if count == 1 { "is" } else { "are" };
    let stored = counted(count, "stored label");
    format!("{stored} could not be read and {are} left out.")
}
