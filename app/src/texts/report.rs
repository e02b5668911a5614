//! A learner's report as a page of its own.

use super::counts::counted;
use tilt_protocol::lesson::Standing;

pub const HEADING: &str = "A lesson's report";
pub const STEPS: &str = "Step by step";
pub const RUNS: &str = "The runs";
pub const NO_RUNS: &str = "No run was trained.";
pub const LABELS: &str = "The labels";
pub const NAME: &str = "Name";
pub const NO_NAME: &str = "none given";
pub const BEGUN: &str = "Begun";
pub const WRITTEN: &str = "This report written";
pub const TRAINED_WITH: &str = "Trained with";
pub const VERSION: &str = "Versions";
pub const EXPECTED: &str = "Expected";
pub const CAME: &str = "Came about";
pub const CLAIM: &str = "Claim";
pub const SEEN: &str = "Seen";
pub const WRITTEN_ANSWER: &str = "In own words";
pub const POINTS: &str = "Points that the learner ticked";
pub const QUESTION: &str = "Question";
pub const ANSWER: &str = "Answer";
pub const OBJECTIVE: &str = "Objective";
pub const SETTINGS: &str = "Settings";
pub const TAKEN: &str = "Steps";
pub const KL: &str = "KL (nats an answer)";
pub const WIN_RATES: &str = "Win rates";
pub const NOTHING: &str = "\u{2013}";
pub const FOOT: &str = "Saved by Tilt. Everything on this page also lies in it as data: drop the file on the teacher's board in Tilt, or have it trained again with \u{201c}tilt lesson replay\u{201d}. What a browser says of itself can be changed by whoever owns it; a replay finds that out.";

pub fn title(lesson: &str, name: &str) -> String {
    match name {
        "" => format!("{lesson} \u{2013} report"),
        name => format!("{lesson} \u{2013} report of {name}"),
    }
}

pub fn step(number: usize) -> String {
    format!("Step {number}")
}

pub fn summary(held: usize, of: usize) -> String {
    format!("Checks that hold: {held} of {of}.")
}

pub fn acts(done: usize, of: usize) -> String {
    format!("What was to be done: {done} of {of}")
}

pub fn device(device: &str, model: &str) -> String {
    format!("{model} on {device}")
}

pub fn versions(tilt: &str, lesson: &str) -> String {
    format!("Tilt {tilt}, lesson {lesson}")
}

pub fn standing(standing: Standing) -> &'static str {
    super::lesson::verdict(standing)
}

pub fn settings(beta: Option<f64>, rate: f64, seed: u64) -> String {
    let beta = beta.map(|beta| format!("\u{3b2} {beta}, "));
    format!(
        "{}learning rate {rate}, seed {seed}",
        beta.unwrap_or_default()
    )
}

pub fn steps(taken: usize, of: usize) -> String {
    format!("{taken} of {of}")
}

pub fn win_rate(principle: &str, wins: usize, of: usize) -> String {
    format!("{principle}: won {wins} of {of}")
}

pub fn labels(own: usize) -> String {
    format!("{} by the learner.", counted(own, "label"))
}

pub fn curve(first: f64, last: f64) -> String {
    format!("Loss from {first:.3} to {last:.3}")
}
