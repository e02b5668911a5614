//! Before and after: one question to policy and reference.

pub const BEFORE_AND_AFTER: &str = "Before and after";
pub const PROMPT: &str = "Prompt for both models";
pub const PROMPT_EXAMPLE: &str = "Ask both models something";
pub const SAMPLE_BOTH: &str = "Sample both";
pub const SAMPLING: &str = "Sampling\u{2026}";
pub const BEFORE: &str = "before";
