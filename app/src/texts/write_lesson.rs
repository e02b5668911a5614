//! Writing a lesson in the page.

pub use super::write_lesson_checks::*;

use super::counts::counted;
use super::numbers::capitalised;
use std::fmt::Display;
use tilt_protocol::lesson::{LabelSource, MOST_LABEL_ROWS, Place, Setup};
use tilt_protocol::{DeviceKind, Level};

// The doors to it.
pub const LESSON_FROM_THIS: &str = "Write a lesson that starts from the Lab as it stands";
pub const LIST_ENTRY: &str = "Write a lesson of your own";
pub const LIST_ABOUT: &str =
    "It starts from the Lab as it stands, or from one of these; no programming.";

// The whole.
pub const TITLE: &str = "Write a lesson";
pub const CLOSE: &str = "Put the lesson away; the draft is kept";
pub const INTRO: &str = "Arrange the Lab as the lesson should start, say what learners read, expect, do and explain, and hand it out as a file or a link. The draft stays in this browser, also when you close this.";
pub const FROM_LAB: &str = "Lesson from this Lab";
pub const CHANGE_SHIPPED: &str = "Change a shipped lesson\u{2026}";
pub const OPEN_FILE: &str = "Open a draft";
pub const OUTLINE: &str = "Outline";
pub const ABOUT: &str = "The lesson";
pub const SETUP: &str = "How the Lab starts";

// What is kept, opened and taken.
pub const NOT_KEPT: &str = "This browser does not let Tilt keep the draft of your lesson: save it as a file before you close the page.";
pub const NOT_READ: &str = "The draft of a lesson that was kept here cannot be read. It is put aside, and a new one begun.";
pub const THE_LESSON: &str = "the lesson";
pub const AN_OBJECT: &str = "a JSON object";
pub const NO_OBJECT: &str = "This is no JSON object.";
pub const NO_VERSION: &str = "without tilt_lesson";
pub const A_LESSON: &str = "a lesson, which has that field";
pub const NO_LIST: &str = "no list";
pub const STEPS_LIST: &str = "a list of steps";

pub fn not_json(error: &impl Display) -> String {
    format!("not valid JSON: {error}")
}

pub fn not_opened(reason: &str) -> String {
    format!("This cannot be opened as the draft of a lesson. {reason}")
}

pub const TAKEN: &str = "Taken from the Lab as it stands.";
pub const OWN_MODEL: &str = "Your own model cannot travel in a lesson: it has small instead.";
pub const LABELS_OF_FILES: &str =
    "Labels from a file were too many for a lesson: learners label by hand instead.";
pub const OTHER_LABELS: &str =
    "A lesson has one source of labels: that of most of yours was taken.";

// What is wrong.

/// Of one field.
pub fn defect(found: &str, expected: &str) -> String {
    format!("{found}, expected {expected}")
}

pub fn defects_here(all: &[String]) -> String {
    all.iter()
        .map(|one| capitalised(one))
        .collect::<Vec<_>>()
        .join("\n")
}

pub fn to_mend(count: usize) -> String {
    format!("{} to mend", counted(count, "thing"))
}

pub fn state(count: usize) -> String {
    match count {
        0 => "The lesson is ready to be handed out.".to_owned(),
        1 => "One thing keeps it from being a lesson:".to_owned(),
        _ => format!("{count} things keep it from being a lesson:"),
    }
}

pub fn and_more(count: usize) -> String {
    format!("and {count} more")
}

// Handing out.
pub const SAVE: &str = "Save as a file";
pub const SAVE_DRAFT: &str = "Save the draft as it is";
pub const COPY_LINK: &str = "Copy as one link";
pub const PLAY: &str = "Play it";
pub const HOW_TO_HAND_OUT: &str = "The link carries the whole lesson, and nothing lies on a server. Learners drop the file on this page, or you put it on a host and share ?lesson=ADDRESS.";
pub const LONG: &str = "Some mail programs and fields of learning platforms cut a link of more than 2,000 characters. Try it once where you mean to put it, or hand out the file.";
pub const TOO_LONG: &str = "A link of more than 8,000 characters is refused by many messengers and some servers: hand out the file, or put it on a host.";

pub fn link_length(characters: usize) -> String {
    format!("A link of {}", counted(characters, "character"))
}

pub fn link_to_share(is_copied: bool, link: &str) -> String {
    let begin = if is_copied {
        "The link is copied. It carries the whole lesson"
    } else {
        "Copy this link, which carries the whole lesson"
    };
    // A link of thousands of letters fills the screen.
    match link.get(..300) {
        Some(first) if is_copied => format!("{begin}:\n{first}\u{2026}"),
        _ => format!("{begin}:\n{link}"),
    }
}

// The outline.
pub const ADD_STEP: &str = "Add a step";

pub fn step(number: usize) -> String {
    format!("Step {number}")
}

/// The first words of a step's text.
pub fn beginning(text: Option<&str>) -> String {
    const MOST: usize = 42;
    let plain: String = text
        .unwrap_or_default()
        .chars()
        .filter(|letter| !matches!(letter, '*' | '`' | '#'))
        .collect();
    let line = plain.trim().lines().next().unwrap_or_default();
    match line.char_indices().nth(MOST) {
        _ if line.is_empty() => "(no text yet)".to_owned(),
        Some((at, _)) => format!("{}\u{2026}", line[..at].trim_end()),
        None => line.to_owned(),
    }
}

pub const NEW_TEXT: &str = "A text";
pub const NEW_RUN: &str = "A run with a prediction";
pub const NEW_LABELS: &str = "Labels by hand";
pub const NEW_QUESTION: &str = "A question";

pub const UNDO_STEP: &str = "Bring the removed step back";
pub const UNDO_DRAFT: &str = "Go back to the other draft";
pub const UNDO_SETUP: &str = "Bring the former set-up back";

pub fn step_up(number: usize) -> String {
    format!("Move step {number} up")
}

pub fn step_down(number: usize) -> String {
    format!("Move step {number} down")
}

pub fn copy_step(number: usize) -> String {
    format!("Copy step {number}")
}

pub fn remove_step(number: usize) -> String {
    format!("Remove step {number}")
}

pub fn remove(what: &str) -> String {
    format!("Remove {what}")
}

// What it is called.
pub const LESSON_TITLE: &str = "Title";
pub const GOALS: &str = "By the end learners can (one goal a line)";
pub const MINUTES: &str = "Minutes";
pub const LANGUAGE: &str = "Language, such as en";
pub const ID: &str = "Name of its file";
pub const ABOUT_ID: &str = "The file\u{2019}s name is made from the title until you write one: small letters, digits and hyphens.";

// How the Lab starts.
pub const SETUP_UNREADABLE: &str =
    "Something here is still to be mended, so it cannot be told in words.";
pub const TAKE_LAB: &str = "Take the Lab as it stands now";
pub const MODEL: &str = "Model";
pub const MODEL_SMALL: &str = "as the page has it (small)";
pub const OBJECTIVE: &str = "Objective";
pub const OBJECTIVE_DPO: &str = "as the page has it (DPO)";
pub const AS_SET_UP: &str = "as in the set-up";
/// Beta, learning rate, steps, seed.
pub const MAIN_SETTINGS: [&str; 4] = ["Beta", "Learning rate", "Steps", "Seed"];
pub const BLANK_SETTINGS: &str = "What is left blank is as the page proposes it.";
pub const FURTHER_SETTING: &str = "Further settings";
pub const ADD_A_SETTING: &str = "add one by TRL\u{2019}s name\u{2026}";
pub const LEVEL: &str = "Level";
pub const LEVEL_OF_LEARNER: &str = "as the learner has it";
pub const DEVICE: &str = "Device";
pub const DEVICE_BEST: &str = "the best there is";
pub const LOOK_AT_FIRST: &str = "Look at first";
pub const HIDE: &str = "Take off the page";
pub const ADD_PLACE: &str = "add a place\u{2026}";

pub fn level(level: Level) -> &'static str {
    match level {
        Level::Start => "Start",
        Level::Standard => "Standard",
        Level::Everything => "Everything",
    }
}

pub fn device(device: DeviceKind) -> &'static str {
    match device {
        DeviceKind::Webgpu => "WebGPU",
        DeviceKind::Cpu => "CPU",
    }
}

/// The places that the page has.
pub fn place(place: Place) -> Option<&'static str> {
    Some(match place {
        Place::Label => "The pair to label",
        Place::Judge => "The judge",
        Place::Train => "Training",
        Place::Formula => "The formula",
        Place::Heatmap => "The heat map",
        Place::NextTokenBars => "The next tokens",
        Place::Samples => "Answers before and after",
        Place::Blind => "The blind test",
        Place::ClosedForm => "The closed form",
        Place::Metrics => "The numbers",
        Place::ChartLogps => "The log-probs",
        Place::ChartLoss => "The loss",
        Place::WinRate => "The win rate",
        Place::Margins => "The margins",
        Place::Frontier => "Reward against KL",
        Place::Runs => "The runs",
        Place::Data => "The data",
        Place::Sweep => "The sweep",
        Place::Rollouts | Place::RewardModel | Place::Pipeline | Place::Constitution => {
            return None;
        }
    })
}

// Labels.
pub const LABELS: &str = "Labels";
pub const LABELS_NOBODY: &str = "none to begin with";
/// Judge, set, rows, hand.
pub const SOURCES: [&str; 4] = [
    "the judge labels",
    "a practice set",
    "the Lab\u{2019}s labels",
    "the learner, by hand",
];
pub const TAKE_ROWS: &str = "Take them from the Lab again";

pub fn rows_in_words(count: usize) -> String {
    match count {
        0 => format!(
            "The Lab has no decisive labels, or more than {MOST_LABEL_ROWS}. Label some pairs or open a file, then take them."
        ),
        _ => format!(
            "The lesson carries {}, with their texts. Every one makes its link longer.",
            counted(count, "label")
        ),
    }
}
pub const SET: &str = "Practice set";
pub const JUDGE: &str = "What the judge prefers";
pub const ABOUT_WEIGHTS: &str = "A weight for each principle that counts: 1, or more for one that counts more, below 0 for its opposite. Blank does not count.";
pub const PAIRS: &str = "Pairs";
pub const NOISE: &str = "Noise, 0 to 0.5";
pub const LENGTH_BIAS: &str = "Length bias, a word";
pub const VERIFY: &str = "Who labels then";
pub const VERIFY_NOBODY: &str = "nobody yet";
pub const ABOUT_VERIFY: &str = "Learners label by hand here. For tilt lesson verify, which measures whether a lesson\u{2019}s claims are true, somebody has to label in their place.";

/// The arrangement of the Lab as one sentence.
pub fn setup_in_words(setup: &Setup) -> String {
    let settings = match setup.settings.is_empty() {
        true => String::new(),
        false => format!(" with {}", setup.settings.in_words()),
    };
    let labels = match &setup.labels {
        None => "no labels to begin with".to_owned(),
        Some(LabelSource::Hand) => "labels by hand".to_owned(),
        Some(LabelSource::Set(set)) => format!("the practice set \u{201c}{}\u{201d}", set.name()),
        Some(LabelSource::Rows(rows)) => {
            format!("{} of its own", counted(rows.count(), "label"))
        }
        Some(LabelSource::Judge { judge, pairs }) => {
            let principles: Vec<String> =
                judge.principles.iter().map(|(one, _)| one.name()).collect();
            let noise = match judge.noise > 0.0 {
                true => format!(", with noise {}", judge.noise),
                false => String::new(),
            };
            let principles = principles.join(" and ");
            let pairs = counted(*pairs, "pair");
            format!("{pairs} labelled by the judge for \u{201c}{principles}\u{201d}{noise}")
        }
    };
    let level = setup.level.map(|at| format!("; level {}", level(at)));
    let on = setup.device.map(|on| format!("; on {}", device(on)));
    format!(
        "The model {}, {}{settings}; {labels}{}{}.",
        setup.model.slug(),
        setup.objective.title(),
        level.unwrap_or_default(),
        on.unwrap_or_default()
    )
}

// A step.
pub const TEXT: &str = "What learners read";
pub const MARKDOWN: &str = "A blank line begins a paragraph. **strong**, *emphasis*, `code`, lists with -, and [KL](term:kl) for a term that explains itself.";
pub const LOOK: &str = "Where to look";
pub const LOOK_AT: &str = "Places";
pub const PREDICT: &str = "What to expect";
pub const DO: &str = "What to do";
pub const CHECK: &str = "What is checked";
pub const EXPLAIN: &str = "In their own words";
pub const QUIZ: &str = "A question";
pub const HINT: &str = "A hint";
pub const HINT_TEXT: &str = "Hint, folded away until asked for";
pub const NOT_THERE: &str = "none";
pub const AS_JSON: &str = "As JSON";
pub const TAKE_JSON: &str = "Take this over";
pub const LEAVE_JSON: &str = "Leave it as it was";

// Predictions.
pub const ASK_FOR: &str = "Ask for";
pub const NO_PREDICTION: &str = "no prediction";
/// Choice, number, order, slider.
pub const PREDICTIONS: [&str; 4] = [
    "one of several",
    "a number",
    "an order",
    "a number on a slider",
];
pub const OPTIONS: &str = "Options, one a line";
pub const COMES_ABOUT: &str = "What comes about";
pub const NOT_SAID: &str = "not said";
pub const ITEMS: &str = "What is to be put in order, one a line";
pub const UNIT: &str = "Unit, such as nats";
pub const FROM: &str = "From";
pub const TO: &str = "To";
pub const SET_AGAINST: &str = "Set against";
pub const NOTHING_MEASURED: &str = "nothing measured";

// Acts.
pub const ADD_ACT: &str = "Add something to do";
pub const ACT: &str = "Do";
/// As the kinds stand in `model/lesson_parts.rs`.
pub const ACTS: [&str; 6] = [
    "label pairs",
    "have the judge label",
    "load a practice set",
    "train a run",
    "measure the win rate",
    "compare answers",
];
pub const LABEL_COUNT: &str = "Pairs";
pub const BY: &str = "Labelled by";
pub const BY_WHOMEVER: &str = "whomever";
/// Hand, judge, set, file.
pub const LABELLERS: [&str; 4] = [
    "the learner, by hand",
    "the judge",
    "a practice set",
    "a file",
];
pub const PRINCIPLE: &str = "Principle";
pub const PROMPTS: &str = "Prompts";

pub fn act_up(number: usize) -> String {
    format!("Do {number} earlier")
}

pub fn remove_act(number: usize) -> String {
    format!("Remove what to do {number}")
}

// Words of the learner.
pub const ADD_EXPLAIN: &str = "Ask for an explanation";
pub const REMOVE_EXPLAIN: &str = "Ask for none";
pub const MODEL_ANSWER: &str = "One way to put it, shown afterwards";
pub const POINTS: &str = "Points to tick off, one a line";
pub const ADD_QUIZ: &str = "Ask a question";
pub const REMOVE_QUIZ: &str = "Ask none";
pub const QUESTION: &str = "Question";
pub const QUIZ_OPTIONS: &str = "Options, one a line; none for an open answer";
pub const RIGHT: &str = "The right one";
pub const WORKED_ANSWER: &str = "Worked answer";
pub const SHOWS_THE_POINT: &str = "A button sets the Lab up so that it shows the point.";
pub const MAY_SHOW_THE_POINT: &str = "A button can set the Lab up so that it shows the point:";
pub const SHOW_NOTHING: &str = "Show nothing";

// How a learner sees it.
pub const PREVIEW: &str = "As learners see it";
pub const NO_TITLE: &str = "(no title yet)";
pub const THIS_ONE: &str = "(this one)";

pub fn left_out(names: &[String]) -> String {
    format!("Not shown until it is mended: {}.", names.join(", "))
}

pub fn beside(quantity: &str) -> String {
    format!("Shown beside what is measured: {quantity}.")
}

pub fn a_number(with_unit: &str) -> String {
    format!("A number: {with_unit}")
}

pub fn a_slider(from: f64, to: f64, with_unit: &str) -> String {
    format!("A slider from {from} to {to}: {with_unit}")
}
