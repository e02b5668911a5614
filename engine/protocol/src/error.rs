//! Everything that can go wrong, with the fields needed to say what, where and
//! what was expected. The page and the terminal print the `Display` text.

use crate::identity::ModelIdentity;
use serde::{Deserialize, Serialize};
use thiserror::Error;

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
    /// One row of a dataset; `line` counts from 1.
    #[error("line {line}, field \"{field}\": {found}, expected {expected}")]
    BadRow {
        line: usize,
        field: String,
        found: String,
        expected: String,
    },
    #[error("{} of the rows cannot be used:\n{}", .0.len(), .0.iter().map(|e| e.to_string()).collect::<Vec<_>>().join("\n"))]
    BadRows(Vec<Error>),
    #[error("no {what} to {purpose}: {advice}")]
    NothingToUse {
        what: String,
        purpose: String,
        advice: String,
    },
    #[error("{what} has {found} tokens, and the model's context holds {limit} with the answer")]
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
    #[error("{quantity} is {value}; the model's numbers or the rows are out of all range")]
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
    #[error("no run is in progress; press train first")]
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
    #[error("internal error: {reason}. This is a defect of Tilt; please report it")]
    Internal { reason: String },
}

impl Error {
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

    pub fn internal(reason: impl ToString) -> Error {
        Error::Internal {
            reason: reason.to_string(),
        }
    }
}
