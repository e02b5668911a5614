//! Views into the model: linked to the one selected pair and token.

pub mod closed_answer;
pub mod closed_candidates;
pub mod closed_form;
pub mod heatmap;
pub mod next_tokens;
pub mod scrubber;
pub mod token;
pub mod token_table;
