//! The bars of what comes next at the selected token, and the way back through training.

pub const HEADING: &str = "What comes next";
pub const NO_TOKEN: &str = "Point at a token above.";

/// `before` is the end of the text before the token.
pub fn context(side: &str, before: &str) -> String {
    if before.is_empty() {
        format!("First token of the {side} answer")
    } else {
        format!("{side}: {before}\u{2009}\u{258f}")
    }
}

pub const OWN_TOKEN: &str = "The token that is in the answer";
pub const CHANGE: &str = "change";
pub const CHANGE_IS: &str = "Policy minus reference, in percentage points";

pub const STEP: &str = "step";
pub const NO_STEP: &str = "none yet";

/// `chosen` is the step that is looked back at, if any.
pub fn step_shown(chosen: Option<usize>, latest: usize) -> String {
    match (chosen, latest) {
        (Some(step), _) => format!("step {step} of {latest}"),
        (None, 0) => "before training".to_owned(),
        (None, _) => format!("step {latest}, the latest"),
    }
}
