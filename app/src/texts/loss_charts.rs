//! The charts of one number a step: loss, gradient norm and learning rate.

pub const LOSS: &str = "loss";
pub const LOSS_HEADING: &str = "Loss";

/// `untrained` is "ln 2 = 0.693".
pub fn loss_at(step: f64, loss: &str, untrained: Option<&str>) -> String {
    format!("Step {step}: {loss}{}.", starts(untrained))
}

/// Before there is a step.
pub fn loss_of_no_step(untrained: Option<&str>) -> String {
    format!("Mean over each batch{}.", starts(untrained))
}

fn starts(untrained: Option<&str>) -> String {
    untrained.map_or_else(String::new, |loss| format!("; untrained {loss}"))
}

pub const GRAD_NORM: &str = "gradient norm";
pub const GRAD_NORM_HEADING: &str = "Gradient norm";
pub const GRAD_NORM_OF_NO_STEP: &str = "Length of the gradient of each step, before clipping.";

pub fn grad_norm_at(step: f64, norm: &str) -> String {
    format!("Step {step}: {norm} before clipping.")
}

pub const LEARNING_RATE: &str = "learning rate";
pub const LEARNING_RATE_HEADING: &str = "Learning rate";
pub const LEARNING_RATE_OF_NO_STEP: &str = "What each step was multiplied by.";

pub fn learning_rate_at(step: f64, rate: &str) -> String {
    format!("Step {step}: {rate}.")
}
