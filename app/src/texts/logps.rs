//! The chart of chosen and rejected log-probs.

pub const NAME: &str = "log-probs";
pub const HEADING: &str = "Log-probs";

pub const DESIRABLE: &str = "desirable";
pub const UNDESIRABLE: &str = "undesirable";

pub fn policy_of(side: &str) -> String {
    format!("{side} policy")
}

pub fn reference_of(side: &str) -> String {
    format!("{side} reference")
}

pub fn of_other_run(run: &str, side: &str) -> String {
    format!("{run} {side}")
}

pub const NO_STEP: &str = "Mean over each batch, in nats.";
pub const TOKENS_ONLY: &str = "This objective looks at tokens, not at whole answers: see its loss.";

pub fn of_side(side: &str, value: &str) -> String {
    format!("{side} {value}")
}

/// Those of [`of_side`].
pub fn from_reference(sides: &[String]) -> String {
    format!("From reference: {}.", sides.join(", "))
}

/// Those of [`of_side`].
pub fn without_reference(sides: &[String]) -> String {
    format!("Without a reference: {}.", sides.join(", "))
}
