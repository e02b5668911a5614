//! A pair of one's own.

pub const WRITE_A_PAIR: &str = "Write a pair of your own";
pub const PROMPT: &str = "prompt";
pub const ANSWER_A: &str = "answer A";
pub const ANSWER_B: &str = "answer B";

pub const NO_PROMPT: &str = "The prompt is empty: write what is asked.";
pub const NO_ANSWER_A: &str = "Answer A is empty: write one.";
pub const NO_ANSWER_B: &str = "Answer B is empty: write one.";
pub const SAME_ANSWERS: &str = "The two answers are the same: change one of them.";

pub const ADD: &str = "Add to judge";
pub const SAMPLE: &str = "Sample answers";
pub const WHAT_FOLLOWS: &str = "Your pair comes up for a verdict next. Or leave the answers empty and have the model write some for your prompt.";
pub const ADDED: &str = "Your pair is up for a verdict.";
