//! Training: what to train, the controls of the run, its pace and its live numbers.

use super::counts::counted;
use tilt_protocol::report::TrainingView;
use tilt_protocol::{Replacement, RowKind};

pub const HAS_NO_BETA: &str = " has no beta: no reference holds it back.";

pub const TRAIN: &str = "Train";
pub const TRAINING: &str = "Training\u{2026}";
pub const RESUME: &str = "Resume";
pub const PAUSE: &str = "Pause";
pub const STEP: &str = "Step";
pub const STOP: &str = "Stop";
pub const RESET: &str = "Reset";
pub const STEPS_OF_THE_RUN: &str = "Steps of the run";

pub fn steps_taken(step: usize, steps: usize) -> String {
    format!("{step} of {}", counted(steps, "step"))
}

/// Told to screen readers.
pub fn paused(step: usize, steps: usize) -> String {
    format!("Paused at step {step} of {steps}.")
}

pub const GOES_ON: &str = "Training goes on.";

pub fn trained_on(rows: usize) -> String {
    format!("trained on {}", counted(rows, "row"))
}

/// `bytes` is what a checkpoint would take.
pub fn not_saved(bytes: usize) -> String {
    format!(
        "Runs of a model this large are not saved while they train: a save would take {} MB. A reload, or an engine that stops, ends the run; its settings and its curve stay, but what it has learnt is lost. Export the model when the run has ended.",
        bytes / 1_000_000
    )
}

pub const ONE_EPOCH: &str = "One epoch";
pub const ONE_PAIR: &str = "One pair";
pub const SPEED: &str = "Speed";
pub const FULL_SPEED: &str = "full speed";
pub const TEN_STEPS_A_SECOND: &str = "10 steps/s";
pub const TWO_STEPS_A_SECOND: &str = "2 steps/s";
pub const ONE_STEP_A_SECOND: &str = "1 step/s";

/// Why a step cannot be a single row.
pub fn rows_together(rows: usize, needs_mismatched: bool) -> String {
    let advice = if needs_mismatched {
        "This objective needs at least two answers at a time."
    } else {
        "To go one by one, set batch size and accumulation to 1 under Optimiser (key F), and start a new run."
    };
    format!("A step takes {} together. {advice}", counted(rows, "row"))
}

pub const DECISIVE_PAIRS: &str = "decisive pairs";

pub fn rows_wanted(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Unpaired => "labelled answers",
        RowKind::Pairs | RowKind::Texts => DECISIVE_PAIRS,
        RowKind::Prompts => "prompts",
    }
}

pub fn to_train_on(objective: &str) -> String {
    format!("train {objective} on")
}

pub const LABEL_FIRST: &str =
    "say which answer is better (keys 1 and 2), or open \u{201c}Let the judge label\u{201d}";

pub const LABEL_OR_HOLD_OUT_LESS: &str =
    "label pairs, or hold out fewer prompts under \u{201c}What the data is like\u{201d}";

/// What training with an objective of this title sees of the labels; empty where that is
/// all of them.
pub fn training_sees(view: &TrainingView, kind: RowKind, title: &str) -> String {
    let TrainingView { labels, seen, .. } = *view;
    if labels == 0 || kind == RowKind::Prompts {
        return String::new();
    }
    let out = [
        (view.held_out, format!("{} held out", view.held_out)),
        (view.ties, counted(view.ties, "tie")),
        (view.both, format!("{} both good or both bad", view.both)),
        (view.single, counted(view.single, "single answer")),
        (
            view.undecidable,
            format!(
                "{} with the same answer twice or an empty one",
                view.undecidable
            ),
        ),
    ];
    let out = out.into_iter().filter(|(count, _)| *count > 0);
    let out: Vec<String> = out.map(|(_, said)| said).collect();
    let labels = counted(labels, "label");
    let mut said = match (seen, out.is_empty()) {
        (0, _) => format!("{title} would see none of {labels}: {}.", out.join(", ")),
        (_, true) => String::new(),
        (_, false) => format!(
            "{title} sees {seen} of {labels}; left out: {}.",
            out.join(", ")
        ),
    };
    if kind != RowKind::Unpaired && seen == 0 && view.both + view.single > 0 {
        said.push_str(" KTO also learns from answers that are good or bad by themselves.");
    }
    if view.has_one_class() {
        let (there, missing) = if view.undesirable == 0 {
            (counted(view.desirable, "desirable answer"), "undesirable")
        } else {
            (counted(view.undesirable, "undesirable answer"), "desirable")
        };
        if !said.is_empty() {
            said.push(' ');
        }
        said.push_str(&format!(
            "There are {there} and no {missing} one: {title} learns from the difference."
        ));
    }
    said
}

pub fn settings_adopted(run: &str) -> String {
    format!("The settings of {run} are in the form.")
}

/// Its model is `of`; `there` is what that is called among the models at hand.
pub fn of_another_model(run: &str, of: &str, at_hand: &str, there: Option<&str>) -> String {
    let advice = match there {
        Some(name) => format!("Choose {name} to train as it did."),
        None => format!("That {of} is no longer at hand."),
    };
    let of = if of == at_hand {
        format!("another model called {of}")
    } else {
        of.to_owned()
    };
    format!(
        "{run} was trained on {of}. Its settings are in the form; the model stays {at_hand}. {advice}"
    )
}

pub fn defaults_again(objective: &str) -> String {
    format!("{objective} has its default parameters again.")
}

pub fn beta_change(old: f64, new: f64) -> String {
    format!("\u{3b2} {old} \u{2192} {new}")
}

pub fn learning_rate_change(old: f64, new: f64) -> String {
    format!("learning rate {old} \u{2192} {new}")
}

pub fn changes(changes: &[String]) -> String {
    changes.join(", ")
}

pub fn from_next_step(changes: &str) -> String {
    format!("From the next step on: {changes}.")
}

/// What took a run's place.
pub fn replacement(by: Replacement) -> &'static str {
    match by {
        Replacement::Train => "a new run",
        Replacement::Restore => "a run that came back",
        Replacement::Model => "another model",
    }
}

pub fn replaced(run: &str, step: usize, by: Replacement) -> String {
    format!(
        "{run} ended after {}: {} took its place.",
        counted(step, "step"),
        replacement(by)
    )
}

pub fn other_model_ends(run: &str, step: usize, steps: usize) -> String {
    format!(
        "{run} is at step {step} of {steps}. Choosing another model ends it; its curves stay in the list of runs."
    )
}

pub const ANOTHER_MODEL: &str = "Another model";
pub const CHANGE_MODEL: &str = "End it and change";
pub const KEEP_MODEL: &str = "Go on with it";

pub const LIVE_NUMBERS: &str = "Live numbers of the run";
pub const KTO_ESTIMATE: &str = "KTO\u{2019}s batch estimate (TRL: kl): ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_training_passes_over_is_said_and_nothing_else() {
        let all = TrainingView {
            labels: 7,
            seen: 7,
            ..TrainingView::default()
        };
        assert_eq!(training_sees(&all, RowKind::Pairs, "DPO"), "");
        let some = TrainingView {
            labels: 3,
            seen: 1,
            ties: 1,
            undecidable: 1,
            ..TrainingView::default()
        };
        assert_eq!(
            training_sees(&some, RowKind::Pairs, "DPO"),
            "DPO sees 1 of 3 labels; left out: 1 tie, 1 with the same answer twice or an empty one."
        );
        let none = TrainingView {
            labels: 1,
            both: 1,
            ..TrainingView::default()
        };
        let said = training_sees(&none, RowKind::Pairs, "DPO");
        assert!(said.starts_with("DPO would see none of 1 label: 1 both good or both bad."));
        assert!(said.contains("KTO"));
        let one_class = TrainingView {
            labels: 1,
            seen: 1,
            undesirable: 2,
            ..TrainingView::default()
        };
        assert_eq!(
            training_sees(&one_class, RowKind::Unpaired, "KTO"),
            "There are 2 undesirable answers and no desirable one: KTO learns from the difference."
        );
    }
}
