//! JSON lines to rows.

use super::Example;
use super::file_kind::FileKind;
use super::row::Row;
use crate::error::Error;

/// The rows of a file, good ones apart from refused ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParsedRows {
    pub examples: Vec<Example>,
    /// The line (from 1) that each example stands on.
    pub lines: Vec<usize>,
    /// [`Error::BadRow`], one a refused row.
    pub errors: Vec<Error>,
}

/// Reads JSON lines; empty lines are skipped. What a row is follows from its columns:
///
/// - pair: `chosen`, `rejected`, with or without `prompt` (or `chosen_ids`,
///   `rejected_ids`, `prompt_ids`), and `margin` where there is one;
/// - labelled completion: `prompt`, `completion`, `label` (or `prompt_ids`,
///   `completion_ids`, `label`);
/// - for supervised fine-tuning: `prompt` and `completion` (or their ids), `messages`,
///   `text`, or `input_ids` with `labels` or `completion_mask` where there are any.
///
/// A pair without `prompt` has it extracted (see [`super::extract_prompt`]), as has one whose
/// prompt is a string beside conversations: there TRL's `maybe_extract_prompt` takes the
/// prompt from the conversations too. Further columns do not matter. All rows must be of
/// the first good row's kind.
pub fn parse_jsonl(text: &str) -> ParsedRows {
    let mut parsed = ParsedRows::default();
    let mut kind = FileKind::default();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let row = Row::parse(line, index + 1).and_then(|row| {
            let example = row.example()?;
            kind.check(&row, &example)?;
            Ok(example)
        });
        match row {
            Ok(example) => {
                parsed.examples.push(example);
                parsed.lines.push(index + 1);
            }
            Err(error) => parsed.errors.push(error),
        }
    }
    parsed
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
