//! The blind test: which answer is the tuned model's?

pub const WHICH_IS_TUNED: &str = "Which is the tuned model?";

pub const TEST_ME: &str = "Test me blind";
pub const ANOTHER: &str = "Another two";
pub const SAMPLING: &str = "Sampling…";

pub const TRAIN_FIRST: &str = "Train first: until then both models are the same.";
pub const CAN_YOU_TELL: &str = "Can you tell the tuned model from the model before training?";

/// The prompt, and the question while it is open.
pub fn question(prompt: &str, is_open: bool) -> String {
    if is_open {
        format!("“{prompt}” Which answer is the tuned model’s?")
    } else {
        format!("“{prompt}”")
    }
}

pub const LEFT: &str = "Left";
pub const RIGHT: &str = "Right";
pub const TUNED: &str = "the tuned model";
pub const BEFORE: &str = "the model before training";

/// The last guess, where there is one, and all of them; `chance` in percent.
pub fn result(is_right: Option<bool>, right: usize, total: usize, chance: &str) -> String {
    let word = match is_right {
        Some(true) => "Right. ",
        Some(false) => "Wrong. ",
        None => "",
    };
    format!(
        "{word}{right} of {total} right; guessing would do as well or better {chance} of the time."
    )
}

pub const NO_PROMPT: &str = "There is nothing to ask: write a prompt for both models first.";
pub const ALWAYS_SAME: &str =
    "Both models gave the same answers each time: train further to tell them apart.";
pub const ANSWERS_THERE: &str = "Two answers are there. Which is the tuned model’s?";
