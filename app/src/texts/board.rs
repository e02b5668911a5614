//! The teacher's board: learners' reports side by side.

use super::counts::counted;
use super::numbers::{bytes, fixed, percent};
use tilt_protocol::classroom::{Asked, WhyAside};

// In the list of lessons.
pub const OPEN: &str = "For teachers: review reports";
pub const OPEN_NOTE: &str =
    "Learners save a report at the end of a lesson. Here they stand side by side.";

// How reports come onto it.
pub const TITLE: &str = "Review reports";
pub const CLOSE: &str = "Close the board";
pub const CHOOSE: &str = "Choose reports\u{2026}";
pub const DROP_HERE: &str = "or drop them here, a whole class at once.";
pub const CLEAR: &str = "Clear the board";
pub const STAYS_HERE: &str = "Reports are read in this tab alone: nothing is sent anywhere, and nothing of them is stored. They are gone when the page is reloaded.";
pub const REFUSED: &str = "Not read, and the others are here all the same:";

pub fn too_large(size: u64) -> String {
    format!("{}, expected at most 16 MB", bytes(size))
}

pub fn taken(good: usize, refused: usize) -> String {
    let read = format!("{} on the board.", counted(good, "new report"));
    match refused {
        0 => read,
        refused => format!("{read} {} could not be read.", counted(refused, "file")),
    }
}

pub fn aside_count(count: usize) -> String {
    match count {
        1 => "1 report does not count: there is a later one, or the same twice".to_owned(),
        count => format!("{count} reports do not count: there are later ones, or the same twice"),
    }
}

pub fn aside(file: &str, counts: &str, why: WhyAside) -> String {
    match why {
        WhyAside::Same => format!("{file} says the same as {counts}."),
        WhyAside::Earlier => {
            format!("{file} was written earlier by the same learner; {counts} counts.")
        }
    }
}

// The head.
pub const LESSON: &str = "Lesson";
pub const HIDE_NAMES: &str = "Hide names";
pub const HIDE_NAMES_FOR: &str = "for showing the board to the class";

pub fn lesson_option(title: &str, hash: &str, reports: usize) -> String {
    let version: String = hash.chars().take(6).collect();
    format!("{title} ({version}): {}", counted(reports, "report"))
}

pub fn summary(
    learners: usize,
    finished: usize,
    minutes: Option<f64>,
    points: Option<f64>,
) -> String {
    let all = match finished {
        0 => "none has finished yet".to_owned(),
        all if all == learners && all > 1 => "all have finished".to_owned(),
        1 => "1 has finished".to_owned(),
        some => format!("{some} have finished"),
    };
    let mut text = format!("{}; {all}.", counted(learners, "learner"));
    if let Some((minutes, points)) = minutes.zip(points) {
        text.push_str(&format!(
            " Median: {}% of the points, {} minutes.",
            fixed(points * 100.0, 0),
            fixed(minutes, 0)
        ));
    }
    text
}

// The table.
pub const LEARNERS: &str = "Who got where";
pub const TABLE: &str = "Table of the learners";
pub const OWN_NUMBERS: &str = "Own numbers";
pub const TABLE_NOTE: &str = "Points are checks that hold and questions answered right, of all that the lesson has; predictions give none, since being wrong about what will come is what they are for. Minutes leave out pauses of over half an hour. \u{201c}Own numbers\u{201d} says whether each verdict follows from the numbers beside it in the same report.";

/// Of what the table can be sorted by, in this order.
pub const COLUMNS: [&str; 7] = [
    "Learner",
    "Steps",
    "Checks held",
    "Predicted right",
    "Questions right",
    "Points",
    "Minutes",
];

pub fn sort_by(column: &str) -> String {
    format!("Sort by {}", column.to_lowercase())
}

pub fn count_of(count: usize, of: usize) -> String {
    format!("{count} of {of}")
}

/// Of a report's verdicts; `None` where its lesson is not known.
pub fn doubts(count: Option<usize>) -> String {
    match count {
        None => "lesson not known".to_owned(),
        Some(0) => "fit".to_owned(),
        Some(1) => "1 verdict does not fit".to_owned(),
        Some(count) => format!("{count} verdicts do not fit"),
    }
}

// What most got wrong.
pub const MOST_WRONG: &str = "What most got wrong";
pub const NOTHING_WRONG: &str = "Nothing so far: all checks hold, and no answer is wrong.";

pub fn wrong_at(step: usize, asked: Asked, about: &str) -> String {
    let what = match asked {
        Asked::Check => "check",
        Asked::Quiz => "question",
        Asked::Prediction => "prediction",
    };
    match about.is_empty() {
        true => format!("Step {}, {what}", step + 1),
        false => format!("Step {}, {what}: {about}", step + 1),
    }
}

pub fn wrong_count(wrong: usize, of: usize) -> String {
    format!(
        "{wrong} of {of} ({})",
        percent(wrong as f64 / of.max(1) as f64)
    )
}

// Step by step.
pub const STEP_BY_STEP: &str = "Step by step";
pub const NO_LESSON: &str =
    "These reports do not carry their lesson, so what it asked cannot be shown.";
pub const PREDICTED: &str = "Predicted";
pub const CHECK: &str = "Check";
pub const HOLDS: &str = "holds";
pub const NOT_YET: &str = "not known yet";
pub const DOES_NOT_HOLD: &str = "does not hold";
pub const QUESTION: &str = "Question";
pub const LEARNERS_AXIS: &str = "0";
pub const WAS_SAID: &str = "predicted";
pub const WAS_MEASURED: &str = "measured in their own runs";

pub fn step(index: usize, heading: &str) -> String {
    format!("Step {}: {heading}", index + 1)
}

pub fn learners(count: usize) -> String {
    counted(count, "learner")
}

pub fn option(text: &str, is_right: bool) -> String {
    match is_right {
        true => format!("\u{2713} {text}"),
        false => text.to_owned(),
    }
}

pub fn in_order(items: &[String]) -> String {
    items.join(", then ")
}

pub fn predicted(count: usize, of: usize, right: usize, known: usize) -> String {
    let said = format!("{count} of {} predicted", counted(of, "learner"));
    match known {
        0 => format!("{said}."),
        known => format!("{said}; it came about for {right} of {known}."),
    }
}

pub fn spread(said: Option<f64>, came: Option<f64>, unit: Option<&str>) -> String {
    let with_unit = |value: f64| match unit {
        Some(unit) => format!("{} {unit}", fixed(value, 2)),
        None => fixed(value, 2),
    };
    match (said, came) {
        (Some(said), Some(came)) => format!(
            "Median: {} predicted, {} measured.",
            with_unit(said),
            with_unit(came)
        ),
        (Some(said), None) => format!("Median: {} predicted.", with_unit(said)),
        (None, Some(came)) => format!("Median: {} measured.", with_unit(came)),
        (None, None) => "Nobody has predicted a number.".to_owned(),
    }
}

pub const EXPLANATIONS: &str = "In their own words";
pub const OPEN_ANSWERS: &str = "Their answers";
pub const LESSONS_ANSWER: &str = "The lesson\u{2019}s own answer";

pub fn written(title: &str, count: usize) -> String {
    format!("{title}: {}", counted(count, "text"))
}

pub fn ticked(count: usize) -> String {
    format!(
        "Found {} of the lesson\u{2019}s in it.",
        counted(count, "point")
    )
}

// Curves.
pub const CURVES: &str = "Curves over each other";
pub const CURVES_FILE: &str = "curves of a class";
pub const WHICH_RUN: &str = "Which run";
pub const WHICH_METRIC: &str = "Which number";
pub const NO_RUNS: &str = "No run has been trained for this lesson.";

pub fn asked_run(step: usize, act: usize, objective: &str) -> String {
    let which = match act {
        0 => String::new(),
        act => format!(", run {}", act + 1),
    };
    format!("Step {}{which}: {objective}", step + 1)
}

pub fn drawn(count: usize, metric: &str) -> String {
    match count {
        0 => format!("No report has {metric} of this run."),
        count => format!(
            "{metric} of {} over the steps of the same run.",
            counted(count, "learner")
        ),
    }
}

// Labels.
pub const LABELS: &str = "Their labels together";
pub const NO_LABELS: &str = "No labels were given by hand in these reports.";
pub const SAME_SAID: &str = "The same verdict";
pub const KAPPA: &str = "Cohen\u{2019}s kappa";
pub const ALPHA: &str = "Krippendorff\u{2019}s alpha";
pub const AGREEMENT_NOTE: &str = "The first is the share of equal verdicts among all two learners who labelled the same pair. Kappa and alpha take off what chance alone would give: 1 is full agreement, 0 is what chance gives; from 0.8 labels count as reliable, below 0.67 little can be concluded from them (Krippendorff 2011). Where nearly all verdicts are the same one, chance explains that they are equal, and both are low.";
pub const NEITHER: &str = "no preference";
pub const SAVE_MAJORITY: &str = "Save what most say as a data set";

pub fn pooled(pairs: usize, raters: usize, shared: usize) -> String {
    let by = counted(raters, "learner");
    let several = match shared {
        0 => "no pair by more than one".to_owned(),
        shared => format!("{shared} by two or more"),
    };
    format!("{} labelled by {by}, {several}.", counted(pairs, "pair"))
}

pub fn disputed(count: usize, most: usize) -> String {
    match count > most {
        true => format!("Most disputed ({most} of {count})"),
        false => "Disputed".to_owned(),
    }
}

pub fn majority_note(rows: usize, left_out: usize) -> String {
    let rows = counted(rows, "row");
    match left_out {
        0 => format!("{rows} of prompt, chosen and rejected."),
        1 => {
            format!("{rows} of prompt, chosen and rejected; 1 pair without a majority is left out.")
        }
        more => format!(
            "{rows} of prompt, chosen and rejected; {more} that have no majority are left out."
        ),
    }
}

pub fn majority_saved(rows: usize, left_out: usize) -> String {
    format!("Saved: {}", majority_note(rows, left_out))
}

// What is taken from the board.
pub const TAKE_WITH_YOU: &str = "Save";
pub const ANONYMOUS: &str = "Without names and dates";
pub const KEEP_TEXTS: &str = "keep what they wrote";
pub const SAVE_CSV: &str = "Gradebook (CSV)";
pub const SAVE_XAPI: &str = "xAPI statements (JSON)";
pub const SAVE_REPORTS: &str = "Reports in one file";
pub const SAVE_NOTE: &str = "The CSV has a row for each learner and is what Moodle, Canvas and Blackboard import; the statements are for a learning record store. Reports in one file can be dropped here again.";

pub fn file_name(lesson: &str, ending: &str) -> String {
    format!("tilt-class-{lesson}.{ending}")
}
