//! Lessons: the door to one, its column beside the Lab, its end, and the list of them.

use super::counts::counted;
use tilt_protocol::lesson::{Place, Standing};

// The door.
pub const COMING: &str = "The lesson is on its way\u{2026}";
pub const OPEN_IT: &str = "Open the lesson";
pub const GO_WITHOUT: &str = "Open the Lab without it";
pub const FROM_ELSEWHERE: &str = "A lesson from another place";

pub fn from_host(host: &str) -> String {
    format!(
        "This lesson lies on {host}. It sets up the Lab and asks you questions; your answers and labels stay in this browser."
    )
}

pub fn not_opened(reason: &str) -> String {
    format!("The lesson could not be opened, and here is the Lab without it. {reason}")
}

/// `first` are the first of `count`.
pub fn defects(first: &[String], count: usize) -> String {
    let more = match count.saturating_sub(first.len()) {
        0 => String::new(),
        more => format!("\nand {more} more"),
    };
    format!(
        "This is not a lesson that Tilt can read:\n{}{more}",
        first.join("\n")
    )
}

pub const NOT_PACKED: &str =
    "What the address carries is not a packed lesson, or only a part of one: copy the whole link.";
pub const PART_MISSING: &str = "The part of the page that plays lessons could not be loaded. Check the connection and reload the page.";

// What is kept.
pub const ANOTHER_TEXT: &str = "This lesson has changed since you were here, so it begins anew. Your labels and runs are still there.";
pub const NOT_READ: &str = "What was kept of this lesson cannot be read, so it begins anew. Your labels and runs are still there.";
pub const NOT_KEPT: &str =
    "This browser does not let Tilt keep how far you are in the lesson: a reload begins it anew.";

// The column.
pub const LESSON: &str = "Lesson";
pub const CLOSE: &str = "Leave the lesson";
pub const GOALS: &str = "By the end you can";
pub const WAY: &str = "How far you are";
pub const FOLD: &str = "Fold the lesson away";
pub const UNFOLD: &str = "Unfold the lesson";
pub const BACK: &str = "Back";
pub const NEXT: &str = "Next";
pub const SKIP: &str = "Skip this step";
pub const FINISH: &str = "Finish";
pub const HINT: &str = "A hint";
pub const LABELS_MISSING: &str = "Some of the labels that this lesson begins with are missing.";
pub const ASK_AGAIN: &str = "Have them made";
pub const LABELS_COMING: &str = "The labels for this lesson are being made\u{2026}";

pub fn minutes(minutes: f64) -> String {
    format!("about {minutes:.0} minutes")
}

pub fn step_of(index: usize, count: usize) -> String {
    if index < count {
        format!("Step {} of {count}", index + 1)
    } else {
        "The end".to_owned()
    }
}

pub const NOT_THERE_YET: &str =
    "That is not on the page yet: some parts come with the model, or with the first run.";

pub fn look_at(place: Place) -> &'static str {
    match place {
        Place::Label => "Go to the pair",
        Place::Judge => "Go to the judge",
        Place::Train => "Go to training",
        Place::Formula => "Go to the formula",
        Place::Heatmap => "Go to the heat map",
        Place::NextTokenBars => "Go to the next tokens",
        Place::Samples => "Go to the answers",
        Place::Blind => "Go to the blind test",
        Place::ClosedForm => "Go to the closed form",
        Place::Metrics => "Go to the numbers",
        Place::ChartLogps => "Go to the log-probs",
        Place::ChartLoss => "Go to the loss",
        Place::WinRate => "Go to the win rate",
        Place::Margins => "Go to the margins",
        Place::Frontier => "Go to reward against KL",
        Place::Runs => "Go to the runs",
        Place::Data => "Go to the data",
        Place::Rollouts => "Go to the rollouts",
        Place::RewardModel => "Go to the reward model",
        Place::Pipeline => "Go to the pipeline",
        Place::Constitution => "Go to the constitution",
        Place::Sweep => "Go to the sweep",
    }
}

// Predictions.
pub const PREDICT: &str = "What do you expect?";
pub const LOCK: &str = "Lock it in";
pub const LOCKED: &str = "Locked in";
pub const LOCK_FIRST: &str =
    "Lock in what you expect first: what is done before that does not count here.";
pub const UP: &str = "Up";
pub const DOWN: &str = "Down";
pub const YOUR_NUMBER: &str = "Your number";
pub const A_NUMBER: &str = "Write a number, such as 2.5.";

pub fn move_item(item: &str, direction: &str) -> String {
    format!("{direction}: {item}")
}

pub fn you_expected(what: &str) -> String {
    format!("You expected {what}.")
}

pub fn quoted(text: &str) -> String {
    format!("\u{201c}{text}\u{201d}")
}

pub fn in_order(items: &[String]) -> String {
    format!("this order: {}", items.join(", then "))
}

pub fn with_unit(number: &str, unit: Option<&str>) -> String {
    unit.map_or_else(|| number.to_owned(), |unit| format!("{number} {unit}"))
}

pub fn came_about(option: &str, is_right: bool) -> String {
    if is_right {
        "And so it did.".to_owned()
    } else {
        format!("What came about: {}.", quoted(option))
    }
}

pub fn measured(what: &str) -> String {
    format!("Measured: {what}.")
}

// Acts.
pub const TO_DO: &str = "To do";
pub const DONE: &str = "done";
pub const AGAIN: &str = "Do it once more";
pub const SET_THESE: &str = "Set this up for me";
pub const HAVE_IT_LABELLED: &str = "Have it labelled";
pub const LOAD_THE_SET: &str = "Load the set";
pub const LOAD_THE_LABELS: &str = "Load the labels";
pub const MEASURE_NOW: &str = "Measure it";

pub fn label_pairs(count: usize, by: &str) -> String {
    format!("Label {}{by}", counted(count, "pair"))
}

pub const BY_HAND: &str = " by hand";
pub const BY_JUDGE: &str = " with the judge";
pub const BY_SET: &str = " from a practice set";
pub const BY_FILE: &str = " from a file";

pub fn judge_labels(pairs: usize, principle: &str) -> String {
    format!(
        "Have the judge label {} by \u{201c}{principle}\u{201d}",
        counted(pairs, "pair")
    )
}

pub fn load_set(set: &str) -> String {
    format!("Load the practice set \u{201c}{set}\u{201d}")
}

pub fn load_rows(count: usize) -> String {
    format!("Load the {} of this lesson", counted(count, "label"))
}

pub fn train_with(settings: Option<&str>) -> String {
    settings.map_or_else(
        || "Train to the last step".to_owned(),
        |settings| format!("Train with {settings}, to the last step"),
    )
}

pub fn measure_by(principle: &str) -> String {
    format!("Measure the win rate by \u{201c}{principle}\u{201d}")
}

pub fn read_answers(count: usize) -> String {
    format!("Compare the answers to {}", counted(count, "prompt"))
}

pub fn so_far(done: usize, of: usize) -> String {
    format!("{done} of {of}")
}

// Checks.
pub const CHECKED: &str = "Checked by what was measured";
pub const CLAIM: &str = "The claim: ";
pub const SEEN: &str = "What was seen: ";

pub fn verdict(verdict: Standing) -> &'static str {
    match verdict {
        Standing::Holds => "It holds",
        Standing::NotYet => "Not known yet",
        Standing::DoesNotHold => "It does not hold",
    }
}

// Explanations and questions.
pub const IN_YOUR_WORDS: &str = "In your own words";
pub const COMPARE: &str = "Compare with an answer";
pub const AN_ANSWER: &str = "One way to put it";
pub const WHICH_POINTS: &str = "Which of these did yours have?";
pub const QUESTION: &str = "A question";
pub const YOUR_ANSWER: &str = "Your answer";
pub const SEE_ANSWER: &str = "See the worked answer";
pub const WORKED: &str = "Worked answer";
pub const SHOW_ME: &str = "Show me in the Lab";
pub const SHOWN: &str = "The Lab is set up for it: press Train, and look.";
pub const RIGHT: &str = "That is it.";

pub fn the_right_one(option: &str) -> String {
    format!("The better answer is {}.", quoted(option))
}

// The end.
pub const END: &str = "That was the lesson";
pub const END_TEXT: &str = "What you expected, and what came of it:";
pub const NO_PREDICTION: &str = "nothing";
pub const REPORT: &str = "Save a report";
pub const REPORT_JSON: &str = "As data alone";
pub const NICKNAME: &str = "A name for the report, if you like";
pub const REPORT_NOTE: &str = "A page with your predictions, your answers and what was measured, for your teacher or yourself. It goes nowhere by itself.";
pub const ANEW: &str = "Begin anew";

pub fn you_said(step: usize, what: &str) -> String {
    format!("Step {step}: you expected {what}")
}

// The list.
pub const LESSONS: &str = "Lessons";
pub const LIST_INTRO: &str = "Each asks what you expect, has you try it, and checks by what was measured. A lesson has a lab of its own, so yours stays as it is.";
pub const DROP: &str = "A lesson file of your own can be dropped on the page.";
pub const NOT_LISTED: &str =
    "The list of lessons could not be loaded. Check the connection and open it again.";
pub const BEGUN: &str = "begun";
pub const CLOSE_LIST: &str = "Close the list";
