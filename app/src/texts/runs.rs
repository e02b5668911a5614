//! The runs of this visit: their list, their names, what was changed in them.

use super::counts::counted;

pub const RUNS: &str = "Runs";
pub const PINNED_STAY: &str = "Pinned runs stay in the charts.";
pub const NO_RUNS: &str = "Each run is listed here.";

pub const NAME_OF_THE_RUN: &str = "Name of the run";
pub const LOSS: &str = "loss";
pub const KL: &str = "KL";
pub const WINS: &str = "wins";

/// `counts` is that of [`compared`], where it is known.
pub fn win_rate(
    rate: &str,
    principle: &str,
    interval: &str,
    counts: Option<&str>,
    step: usize,
) -> String {
    let counts = counts.map_or_else(String::new, |counts| format!("; {counts}"));
    format!("{rate} {principle} ({interval}{counts}; step {step})")
}

pub fn interval(low: &str, high: &str) -> String {
    format!("{low} to {high}")
}

pub fn compared(decisive: usize, ties: usize) -> String {
    format!("{decisive} decisive, {}", counted(ties, "tie"))
}

pub fn change(step: usize, what: &str) -> String {
    format!("after step {step}: {what}")
}

/// A run's name beside a curve, and what was changed since it was given.
pub fn changed_name(name: &str, changes: &[&str]) -> String {
    format!("{name} ({})", changes.join("; "))
}

/// `by` is what took the run's place.
pub fn replaced(step: usize, by: &str) -> String {
    format!("ended after step {step}: {by} took its place")
}

pub const ORDER: &str = "Order";
pub const SAVE_ALL: &str = "Save all:";
pub const CSV_FILE: &str = "tilt-runs.csv";
pub const JSON_FILE: &str = "tilt-runs.json";
pub const TENSORBOARD: &str = "TensorBoard";
pub const TENSORBOARD_FILE: &str = "tilt-runs-tensorboard.zip";
pub const NOTE: &str = "Note";

pub fn order(slug: &str) -> &'static str {
    match slug {
        "name" => "by name",
        "loss" => "smallest loss first",
        "kl" => "smallest KL first",
        "win-rate" => "largest win rate first",
        _ => "latest first",
    }
}

pub const PIN: &str = "Pin";
pub const USE_SETTINGS: &str = "Use these settings";
pub const DELETE: &str = "Delete";
pub const TAKE_UP: &str = "Take up again";

pub fn go_on(more: usize) -> String {
    format!("Go on ({})", counted(more, "more step"))
}

pub fn more_steps(old: usize, new: usize) -> String {
    format!("steps {old} \u{2192} {new}")
}

pub fn taken_up(name: &str) -> String {
    format!("The policy is that of \u{201c}{name}\u{201d} again.")
}

pub fn of_other_model(name: &str, model: &str) -> String {
    format!(
        "\u{201c}{name}\u{201d} was trained from the model \u{201c}{model}\u{201d}. Choose that model, then take the run up again."
    )
}

pub fn policy_not_kept(name: &str) -> String {
    format!(
        "The policy of \u{201c}{name}\u{201d} is no longer stored: only the latest runs\u{2019} are, and those of large models only for a few runs. Its settings and curve are still there; train it once more with \u{201c}{USE_SETTINGS}\u{201d}."
    )
}

pub fn policy_not_read(name: &str) -> String {
    format!(
        "What is stored of \u{201c}{name}\u{201d} cannot be read just now. Try it again in a moment."
    )
}

pub const IS_REMOVED: &str = " is removed.";
pub const UNDO: &str = "Undo";
pub const RUN_IS_BACK: &str = "The run is back.";

pub fn removed(name: &str) -> String {
    format!("{name} is removed. Undo brings it back.")
}

pub fn not_removed(name: &str) -> String {
    format!("{name} is training in another tab. Stop it there before you delete it.")
}

/// Where the browser has no way to ask the other tab first.
pub fn stays(name: &str) -> String {
    format!("{name} was deleted in another tab. It is training here, so it stays.")
}

/// `oldest` is the oldest run that is not pinned.
pub fn many_bytes(bytes: usize, oldest: Option<&str>) -> String {
    let oldest = oldest.map_or_else(String::new, |name| format!(" The oldest is {name}."));
    format!(
        "The curves of the runs take {} MB in this browser. Under Runs, delete those that you no longer need.{oldest}",
        bytes / 1_000_000
    )
}

// A run's name begins with its objective; these follow it.

pub fn named_beta(beta: f64) -> String {
    format!(" \u{3b2} {beta}")
}

pub fn named_learning_rate(rate: f64) -> String {
    format!(" lr {rate}")
}

pub fn named_steps(steps: usize) -> String {
    format!(" {}", counted(steps, "step"))
}

pub fn named_seed(seed: u64) -> String {
    format!(" seed {seed}")
}

pub fn named_parameter(label: &str, text: &str) -> String {
    format!(", {label} {text}")
}

pub fn numbered_name(name: &str, number: usize) -> String {
    format!("{name} ({number})")
}
