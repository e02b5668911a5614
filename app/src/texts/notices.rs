//! The banner, and what it and the screen reader's line tell of engine and actions.

use super::counts::counted;
use tilt_protocol::Error;

pub const ERROR_MARK: &str = "!";
pub const INFO_MARK: &str = "i";
pub const DISMISS: &str = "Dismiss this message";
pub const DISMISS_MARK: &str = "\u{00d7}";
pub const MESSAGES: &str = "Messages";
pub const FEWER: &str = "Show fewer";

/// How many notices there are beside those that are shown.
pub fn and_more(count: usize) -> String {
    format!("and {count} more")
}

/// How often a notice came in a row.
pub fn times(times: usize) -> String {
    format!("({})", counted(times, "time"))
}

pub fn undone(summary: &str) -> String {
    format!("Undone: {summary}.")
}

pub fn redone(summary: &str) -> String {
    format!("Done again: {summary}.")
}

// An empty prompt: what is asked for, what came, what was expected.
pub const PROMPT: &str = "prompt";
pub const NOTHING: &str = "nothing";
pub const QUESTION_FOR_BOTH: &str = "a question for both models";
pub const CHOOSE_PRINCIPLE: &str =
    "Choose the principle to judge by first: labels given by hand do not say what they prefer.";
pub const ERASED: &str = "Everything stored was erased.";

pub fn not_erased(reason: &str) -> String {
    format!("Nothing was erased: the storage cannot be written to now ({reason}). Try again.")
}

pub fn erased_here(reason: &str) -> String {
    format!(
        "What this tab held was erased. What an earlier visit may have stored could not be reached ({reason})."
    )
}

pub fn model_ready(name: &str) -> String {
    format!("The model \u{201c}{name}\u{201d} is ready.")
}

pub fn rows_dropped(count: usize) -> String {
    let are = if count == 1 { "is" } else { "are" };
    let rows = counted(count, "row");
    format!("{rows} {are} too long for the model and {are} left out.")
}

pub fn training_started(steps: usize, rows: usize) -> String {
    format!(
        "Training started: {} on {}.",
        counted(steps, "step"),
        counted(rows, "row")
    )
}

pub fn training_ended(is_stopped: bool, step: usize) -> String {
    let verb = if is_stopped { "stopped" } else { "finished" };
    format!("Training {verb} after {}.", counted(step, "step"))
}

pub const WAS_RESET: &str = "The policy equals its reference again.";
pub const WIN_RATE_MEASURED: &str = "The win rate is measured.";

pub fn judge_labelled(count: usize) -> String {
    format!("The judge labelled {}.", counted(count, "pair"))
}

/// `reason` is the engine's.
pub const NO_RELAXED_SIMD: &str = "The URL asks for simd=relaxed, which this browser, or this copy of Tilt, does not have. Plain SIMD is used.";

pub fn webgpu_refused(reason: Option<&str>) -> String {
    let reason = reason.unwrap_or("the engine gave no reason");
    format!(
        "The URL asks for WebGPU, which cannot be used here ({reason}). The CPU is used instead: everything works, only more slowly."
    )
}

pub fn webgpu_failed(error: &Error) -> String {
    format!(
        "WebGPU failed ({error}). The engine starts again on the CPU; your labels are kept, and a run that was under way can be started again."
    )
}

pub fn engine_down(error: &Error) -> String {
    format!(
        "The engine is not running: {error}. Labelling still works and is saved; reload the page to start the engine again."
    )
}

pub fn starter_pairs_missing(error: &Error) -> String {
    format!(
        "The pairs that come with the page are missing: {error}. New ones are sampled once the engine is ready."
    )
}

/// A request that failed; `what` is one of what follows.
pub fn failed(what: &str, error: &Error) -> String {
    format!("{what}: {error}")
}

pub const DEVICE_NOT_STARTED: &str = "The device could not be started";
pub const NOT_SAMPLED_PAIRS: &str = "No new answers could be sampled";
pub const NOT_LABELLED: &str = "The judge could not label";
pub const NOT_COMPARED: &str = "The roads were not compared to the end";
pub const NO_REWARD_MODEL: &str = "The reward model was not trained";
pub const RUN_STOPPED: &str = "The run stopped";
pub const NOT_SAVED: &str = "The run was not saved";
pub const NOT_FOLLOWED: &str = "The run did not do what was asked";
pub const NOT_SHOWN_BY_TOKEN: &str = "The pair cannot be shown token by token";
pub const NOT_SCORED: &str = "The answers could not be scored";
pub const NOT_SAMPLED: &str = "Nothing was sampled";
pub const NOT_MEASURED: &str = "The win rate was not measured";
pub const NOT_EXPORTED: &str = "The model was not exported";
pub const NOT_REPORTED: &str = "The labels could not be looked at";

pub fn not_loaded(model: &str) -> String {
    format!("The model \u{201c}{model}\u{201d} was not loaded")
}

// Why something did not arrive, inside the errors' own words.
pub const SCRIPT_NOT_LOADED: &str = "the script could not be loaded";
pub const NOT_DECODED: &str = "the browser could not decode it";
pub const NO_JSON: &str = "it has no field json";
pub const CLOSED_BY_POLICY: &str = "this site's Content-Security-Policy closes the addresses of other hosts: save the file on your machine, and choose it there";
pub fn led_elsewhere(host: &str) -> String {
    format!("it leads on to another host, {host}: open that address yourself if you trust it")
}

pub fn too_many_bytes(size: u64, most: u64) -> String {
    format!("it has {size} bytes, expected at most {most}")
}

pub const WORKER_ENDED: &str = "the worker is gone";
pub const NO_WINDOW: &str = "there is no window";
pub const NO_TEXT: &str = "it is not text";

pub fn server_answered(status: u16) -> String {
    format!("the server answered {status}")
}
