//! Sweeps: many runs from one press.

use super::counts::counted;

pub const TITLE: &str = "Sweep";
pub const WHAT: &str = "Several runs from one press, on the labels there are: each value with each seed, one after the other.";

pub const VARY: &str = "vary";
pub const VALUES: &str = "values";
pub const SEEDS: &str = "seeds";
pub const THEN_MEASURE: &str = "then measure";
pub const NOTHING: &str = "nothing";

pub fn axis(slug: &str) -> &'static str {
    match slug {
        "seed" => "the seed alone",
        "beta" => "beta",
        "lr" => "the learning rate",
        _ => "the objective",
    }
}

pub fn run(count: usize) -> String {
    format!("Do {}", counted(count, "run"))
}

pub const STOP: &str = "Stop the sweep";
pub const GO_ON: &str = "Go on with the sweep";

pub fn progress(done: usize, of: usize) -> String {
    format!("{done} of {} done", counted(of, "run"))
}

pub fn over(done: usize) -> String {
    format!("The sweep is over: {} done.", counted(done, "run"))
}

pub const STOPPED: &str = "The sweep has stopped: the run could not begin.";
pub const ENDED_EARLY: &str =
    "The sweep has stopped: its run ended before its last step. Go on begins that run anew.";
pub const NOT_THE_SAME: &str = "The sweep has stopped: the labels or the model are not those that it began with, and such runs cannot be told together. Undo the change to go on, or begin another sweep.";

// What is wrong with the form.
pub const BETAS: &str = "numbers above 0, such as 0.1, 0.5, 2";
pub const RATES: &str = "numbers above 0, such as 0.0003, 0.001";
pub const OBJECTIVES: &str = "objectives as the address names them, such as dpo, ipo, simpo";

pub fn wrong_values(got: &str, expected: &str) -> String {
    format!(
        "The values are \u{201c}{}\u{201d}, expected {expected}.",
        got.trim()
    )
}

pub fn wrong_seeds(got: &str) -> String {
    format!(
        "The seeds are \u{201c}{}\u{201d}, expected at least one whole number from 0, such as 1, 2, 3.",
        got.trim()
    )
}

pub fn too_many(count: usize, most: usize) -> String {
    format!(
        "That makes {}, and a sweep has at most {most}: take fewer values or seeds.",
        counted(count, "run")
    )
}

pub fn no_beta(objective: &str) -> String {
    format!("{objective} has no beta to vary: vary something else, or choose another objective.")
}

pub fn beta(beta: f64) -> String {
    format!("\u{3b2} {beta}")
}

pub fn learning_rate(rate: f64) -> String {
    format!("lr {rate}")
}

// The chart and the table.
pub const CHART: &str = "sweep";
pub const CHART_HEADING: &str = "Over the seeds";
pub const METRIC: &str = "What is drawn";
pub const NO_RUNS: &str = "Bands come when runs have ended.";
pub const MEAN: &str = "mean";
pub const LOW: &str = "low";
pub const HIGH: &str = "high";
pub const SETTING: &str = "setting";
pub const LOSS: &str = "loss";
pub const KL: &str = "KL";
pub const MARGIN: &str = "margin";
pub const WIN_RATE: &str = "win rate";
pub const DONE: &str = "seeds done";
pub const SAVE: &str = "Save as CSV";
pub const NOTE: &str = "Mean over the seeds, with Student\u{2019}s 95% interval; loss and margin are means of the last ten steps.";

pub fn sort_by(column: &str) -> String {
    format!("Sort by {column}")
}

pub fn drawn(settings: usize, metric: &str) -> String {
    format!(
        "The mean of {metric} over the seeds, with its 95% interval, for {}.",
        counted(settings, "setting")
    )
}

pub fn seeds(done: usize, asked: usize) -> String {
    format!("{done} of {asked}")
}
