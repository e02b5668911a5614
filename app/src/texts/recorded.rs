//! The recorded run that plays until the engine is ready.

use super::counts::counted;

pub const TITLE: &str = "Meanwhile, a recorded run";
pub const MARK: &str = "recorded";
pub const CHOSEN: &str = "chosen";
pub const REJECTED: &str = "rejected";

pub fn step_and_loss(step: usize, loss: f64) -> String {
    format!("step {step}, loss {loss:.3}")
}

pub fn summary(steps: usize, pairs: usize) -> String {
    format!(
        "Recorded: {} of DPO on {}. The chosen answers stay likely, the rejected ones become unlikely.",
        counted(steps, "step"),
        counted(pairs, "pair")
    )
}

pub fn caption(pairs: usize, model: &str) -> String {
    let pairs = counted(pairs, "pair");
    format!(
        "Log-probs of {pairs} while the model \u{201c}{model}\u{201d} learnt to prefer short answers; dashed: its reference. Yours can start when the engine is ready; label in the meantime."
    )
}
