//! Everything that can go wrong, with the fields needed to say what, where and
//! what was expected. The page and the terminal print the `Display` text.

use crate::identity::ModelIdentity;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// Lines that a message lists at most for one cause.
const MOST_LINES: usize = 8;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure that crosses the worker boundary as data.
#[derive(Clone, Debug, PartialEq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Error {
    #[error("{field}: got {value}, expected {expected}")]
    InvalidConfig {
        field: String,
        value: String,
        expected: String,
    },
    #[error("unknown field \"{field}\"{}", nearest.as_ref().map(|n| format!(", did you mean \"{n}\"?")).unwrap_or_default())]
    UnknownField {
        field: String,
        nearest: Option<String>,
    },
    /// Several fields of a config that are not read.
    #[error("{}", foreign_fields(without_effect, not_here, unknown))]
    ForeignFields {
        /// Arguments of TRL's trainers that change no number here.
        without_effect: Vec<String>,
        /// Arguments of TRL's trainers that would change a run.
        not_here: Vec<String>,
        /// Others, each with the nearest name that is known.
        unknown: Vec<(String, Option<String>)>,
    },
    /// One row of a dataset; `line` counts from 1.
    #[error("line {line}, field \"{field}\": {found}, expected {expected}")]
    BadRow {
        line: usize,
        field: String,
        found: String,
        expected: String,
    },
    #[error("{} of the rows cannot be used:\n{}", .0.len(), Error::by_cause(.0).join("\n"))]
    BadRows(Vec<Error>),
    #[error("no {what} to {purpose}: {advice}")]
    NothingToUse {
        what: String,
        purpose: String,
        advice: String,
    },
    #[error(
        "{what}: {found} tokens, but the model's context holds only {limit}, the answer included"
    )]
    SequenceTooLong {
        what: String,
        found: usize,
        limit: usize,
    },
    /// The criterion stands in `engine/src/session/diverged.rs`. `step` counts from 1.
    #[error(
        "the run diverged: {quantity} became {value} at step {step}; nothing of that step was applied. Try a lower learning rate, more warm-up steps or a smaller max_grad_norm"
    )]
    Diverged {
        quantity: String,
        value: String,
        step: usize,
    },
    /// Of rows that are scored without training.
    #[error("{quantity} is {value}; the model's numbers or the rows are out of range")]
    NonFinite { quantity: String, value: String },
    /// A saved run belongs to another model than the loaded one.
    #[error(
        "the saved run belongs to another model: it was trained on the one with identity {expected}, and {found} is loaded; load the model that it was trained on"
    )]
    OtherModel {
        expected: ModelIdentity,
        found: ModelIdentity,
    },
    #[error("{file}: {reason}")]
    MalformedFile { file: String, reason: String },
    #[error("{file}: tensor \"{tensor}\" is missing, expected shape {expected:?}")]
    TensorMissing {
        file: String,
        tensor: String,
        expected: Vec<usize>,
    },
    #[error("{file}: tensor \"{tensor}\" has shape {found:?}, expected {expected:?}")]
    CheckpointShape {
        file: String,
        tensor: String,
        found: Vec<usize>,
        expected: Vec<usize>,
    },
    #[error("token id {id} is outside the model's vocabulary of {vocab}")]
    TokenOutOfRange { id: u32, vocab: usize },
    #[error(
        "{what} needs a tokenizer, and this model has none; pass token ids, or add tokenizer.json (or vocab.json and merges.txt) to its folder"
    )]
    NoTokenizer { what: String },
    #[error("the chat template failed: {reason}")]
    ChatTemplate { reason: String },
    #[error("no model is loaded yet; wait until the engine is ready")]
    NoModel,
    #[error("no run is in progress; press Train first")]
    NoRun,
    #[error("the {device} device failed: {reason}")]
    Device { device: String, reason: String },
    #[error("could not fetch {url}: {reason}")]
    Fetch { url: String, reason: String },
    #[error("{path}: {reason}")]
    Io { path: String, reason: String },
    #[error(
        "the page speaks protocol {page}, the engine {engine}: reload the page to get matching files"
    )]
    ProtocolVersion { page: u32, engine: u32 },
    #[error("a message between page and engine could not be read: {reason}")]
    Protocol { reason: String },
    #[error("cancelled")]
    Cancelled,
    /// A defect of Tilt itself.
    #[error("internal error: {reason}. This is a defect in Tilt; please report it")]
    Internal { reason: String },
}

impl Error {
    /// The line of a bad row; 0 of anything else.
    pub fn line(&self) -> usize {
        match self {
            Error::BadRow { line, .. } => *line,
            _ => 0,
        }
    }

    pub fn invalid(field: &str, value: impl ToString, expected: impl ToString) -> Error {
        Error::InvalidConfig {
            field: field.to_owned(),
            value: value.to_string(),
            expected: expected.to_string(),
        }
    }

    pub fn malformed(file: impl ToString, reason: impl ToString) -> Error {
        Error::MalformedFile {
            file: file.to_string(),
            reason: reason.to_string(),
        }
    }

    /// Messages for rows that were refused: one for each cause, with the first line that it
    /// stands on and how many more there are. A file of one kind has one message, not one
    /// a row.
    pub fn by_cause(rows: &[Error]) -> Vec<String> {
        let mut causes: Vec<(&Error, Vec<usize>)> = Vec::new();
        let mut places: BTreeMap<[&str; 3], usize> = BTreeMap::new();
        for row in rows {
            let Error::BadRow {
                line,
                field,
                found,
                expected,
            } = row
            else {
                causes.push((row, Vec::new()));
                continue;
            };
            let place = *places
                .entry([field, found, expected])
                .or_insert(causes.len());
            match causes.get_mut(place) {
                Some((_, more)) => more.push(*line),
                None => causes.push((row, Vec::new())),
            }
        }
        causes
            .into_iter()
            .map(|(first, more)| match &more[..] {
                [] => first.to_string(),
                [line] => format!("{first}; line {line} too"),
                lines => {
                    let shown: Vec<String> = lines
                        .iter()
                        .take(MOST_LINES)
                        .map(usize::to_string)
                        .collect();
                    let rest = match lines.len().saturating_sub(MOST_LINES) {
                        0 => String::new(),
                        rest => format!(" and {rest} more"),
                    };
                    format!("{first}; lines {}{rest} too", shown.join(", "))
                }
            })
            .collect()
    }

    pub fn internal(reason: impl ToString) -> Error {
        Error::Internal {
            reason: reason.to_string(),
        }
    }
}

fn foreign_fields(
    without_effect: &[String],
    not_here: &[String],
    unknown: &[(String, Option<String>)],
) -> String {
    let of = |names: &[String], what: &str| {
        let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let (an, them) = match names.len() {
            1 => ("an argument", "changes"),
            _ => ("arguments", "change"),
        };
        let what = what.replace("changes", them);
        (!names.is_empty())
            .then(|| format!("{} ({an} of TRL's trainers {what})", quoted.join(", ")))
    };
    let unknown: Vec<String> = unknown
        .iter()
        .map(|(name, nearest)| match nearest {
            Some(nearest) => format!("\"{name}\" (unknown, did you mean \"{nearest}\"?)"),
            None => format!("\"{name}\" (unknown)"),
        })
        .collect();
    let parts: Vec<String> = [
        (!unknown.is_empty()).then(|| unknown.join(", ")),
        of(not_here, "that changes a run, and that Tilt does not have"),
        of(without_effect, "without effect here"),
    ]
    .into_iter()
    .flatten()
    .collect();
    format!(
        "fields that are not read: {}; take them out",
        parts.join("; ")
    )
}

/// serde_json's message without the line that it counts in the text it was given: of a row
/// that is another than the line of the file.
pub(crate) fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let reason = match text.rsplit_once(" at line ") {
        Some((reason, _)) => reason,
        None => &text,
    };
    match error.line() {
        1 => format!("{reason} at byte {}", error.column()),
        _ => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cause_is_one_message() {
        let row = |line: usize, found: &str| Error::BadRow {
            line,
            field: "chosen".to_owned(),
            found: found.to_owned(),
            expected: "a string".to_owned(),
        };
        let rows: Vec<Error> = (1..=20)
            .map(|line| row(line, if line == 3 { "null" } else { "a number" }))
            .collect();
        assert_eq!(
            Error::by_cause(&rows),
            [
                "line 1, field \"chosen\": a number, expected a string; lines 2, 4, 5, 6, 7, 8, 9, 10 and 10 more too",
                "line 3, field \"chosen\": null, expected a string",
            ]
        );
        assert_eq!(
            Error::by_cause(&rows[..2]),
            ["line 1, field \"chosen\": a number, expected a string; line 2 too"]
        );
    }
}
