//! Views into the model: linked to the one selected pair and token.

pub mod closed_answer;
pub mod closed_candidates;
pub mod closed_form;
pub mod heatmap;
pub mod next_tokens;
pub mod scrubber;
pub mod token_table;

use crate::texts::heatmap as texts;

/// A token as people read it: the end marker by name, line breaks visible.
pub fn readable_token(token: &str) -> String {
    if token.starts_with("<|") && token.ends_with("|>") {
        texts::END_TOKEN.to_owned()
    } else {
        token.replace('\n', "\u{21b5}")
    }
}
