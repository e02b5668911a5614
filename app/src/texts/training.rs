//! Training: what to train, the controls of the run, its pace and its live numbers.

use super::counts::counted;
use tilt_protocol::RowKind;

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

pub fn trained_on(rows: usize) -> String {
    format!("trained on {}", counted(rows, "row"))
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
    }
}

pub fn to_train_on(objective: &str) -> String {
    format!("train {objective} on")
}

pub const LABEL_FIRST: &str =
    "say which answer is better (keys 1 and 2), or open \u{201c}Let the judge label\u{201d}";

pub const LABEL_OR_HOLD_OUT_LESS: &str =
    "label pairs, or hold out fewer prompts under \u{201c}What the data is like\u{201d}";

pub fn settings_adopted(run: &str) -> String {
    format!("The settings of {run} are in the form.")
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

pub const LIVE_NUMBERS: &str = "Live numbers of the run";
pub const KTO_ESTIMATE: &str = "KTO\u{2019}s batch estimate (TRL: kl): ";
