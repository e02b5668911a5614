//! Rows of HH-RLHF: `chosen` and `rejected` are transcripts of whole conversations.
//!
//! Source: <https://huggingface.co/datasets/Anthropic/hh-rlhf>.

use super::transcript::turns_of_transcript;
use crate::dataset::json::kind_of;
use crate::dataset::row::Row;
use crate::dataset::{Content, Example, Role, Turn, extract_prompt};
use crate::error::Result;
use serde_json::Value;

const TRANSCRIPT: &str = "a transcript: Human: ..., Assistant: ..., and so on";

/// The turns in common are the prompt, and what follows are the completions: of most
/// rows one assistant's turn each. Where the two conversations part earlier, their other
/// turns stay with the completions.
///
/// # Errors
/// [`crate::Error::BadRow`] for another text, for a conversation that a person ends, and
/// for two that have no first turn in common.
pub fn example(row: &Row) -> Result<Example> {
    let chosen = turns(row, "chosen")?;
    let rejected = turns(row, "rejected")?;
    let parts = extract_prompt(&Content::Turns(chosen), &Content::Turns(rejected));
    match parts {
        Some([Content::Turns(prompt), chosen, rejected]) if !prompt.is_empty() => {
            for (name, completion) in [("chosen", &chosen), ("rejected", &rejected)] {
                if begins_with_person(completion) {
                    return Err(row.bad(
                        name,
                        "a person's turn where the two conversations part",
                        "an assistant's",
                    ));
                }
            }
            Ok(Example::Pair {
                prompt: Content::Turns(prompt),
                chosen,
                rejected,
                margin: None,
            })
        }
        _ => Err(row.bad(
            "chosen",
            "no first turn in common with rejected",
            "two conversations that begin alike",
        )),
    }
}

fn begins_with_person(completion: &Content) -> bool {
    matches!(completion, Content::Turns(turns) if turns.first().is_none_or(is_person))
}

fn is_person(turn: &Turn) -> bool {
    turn.role == Role::User
}

fn turns(row: &Row, name: &str) -> Result<Vec<Turn>> {
    let text = match row.columns.get(name) {
        Some(Value::String(text)) => text,
        Some(other) => return Err(row.bad(name, kind_of(other), TRANSCRIPT)),
        None => return Err(row.bad(name, "missing", TRANSCRIPT)),
    };
    let turns = turns_of_transcript(text)
        .ok_or_else(|| row.bad(name, "a string that is no transcript", TRANSCRIPT))?;
    if turns.last().is_none_or(is_person) {
        let found = "a conversation whose last turn is a person's";
        return Err(row.bad(name, found, "one that ends with the assistant's"));
    }
    Ok(turns)
}
