//! The chart of chosen and rejected log-probs.

pub const NAME: &str = "log-probs";
pub const HEADING: &str = "Log-probs";

pub const DESIRABLE: &str = "desirable";
pub const UNDESIRABLE: &str = "undesirable";

/// `run` where there are several.
pub fn policy_of(run: Option<&str>, side: &str) -> String {
    format!("{}{side} policy", before(run))
}

pub fn reference_of(run: Option<&str>, side: &str) -> String {
    format!("{}{side} reference", before(run))
}

fn before(run: Option<&str>) -> String {
    run.map_or_else(String::new, |run| format!("{run} "))
}

/// Where some runs were trained on pairs and others on single answers.
pub fn either(of_pairs: &str, of_answers: &str) -> String {
    format!("{of_pairs} or {of_answers}")
}

/// Before TRL's names.
pub const CSV_HEAD: [&str; 3] = ["run", "objective", "step"];

pub const NO_STEP: &str = "Mean over each batch, in nats.";
pub const TOKENS_ONLY: &str = "This objective looks at tokens, not at whole answers: see its loss.";

pub fn of_side(side: &str, value: &str) -> String {
    format!("{side} {value}")
}

/// Those of [`of_side`].
pub fn from_reference(sides: &[String]) -> String {
    format!("Against the reference: {}.", sides.join(", "))
}

/// Those of [`of_side`].
pub fn without_reference(sides: &[String]) -> String {
    format!("Without a reference: {}.", sides.join(", "))
}
