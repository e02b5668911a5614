//! Which run the live numbers belong to.

use super::counts::counted;

/// The run's name, what it was trained by beside that, and what was changed meanwhile,
/// those of [`change`].
pub fn run(name: &str, told: &[String], model: &str, changes: &[String]) -> String {
    let told: String = told.iter().map(|told| format!("{told}, ")).collect();
    let changes: String = changes.iter().map(|change| format!("; {change}")).collect();
    format!("{name}: {told}{model}{changes}.")
}

pub fn change(step: usize, what: &str) -> String {
    format!("{what} after {}", counted(step, "step"))
}

/// The KL with its interval.
pub fn kl(kl: &str, answers: usize, step: usize) -> String {
    let answers = counted(answers, "answer");
    format!("KL {kl} (95% interval; mean of {answers} at step {step}).")
}

/// What differs in the form.
pub fn form_apart(differences: &[String]) -> String {
    format!(
        "The form has {}: that is for the next run; these numbers are not from it.",
        differences.join(", ")
    )
}

pub fn beta(beta: f64) -> String {
    format!("\u{3b2} {beta}")
}

pub fn learning_rate(rate: f64) -> String {
    format!("learning rate {rate}")
}

pub fn steps(steps: usize) -> String {
    counted(steps, "step")
}

pub fn seed(seed: u64) -> String {
    format!("seed {seed}")
}
