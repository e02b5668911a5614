//! Why a run ended.

use crate::error::Error;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    /// All its steps are taken.
    Finished,
    /// By `Stop`, `Reset` or `Cancel`.
    Stopped,
    /// Something else took its place.
    Replaced { by: Replacement },
    /// A step could not be taken: most often the run diverged ([`Error::Diverged`]). Nothing
    /// of that step was applied.
    Failed { error: Error },
}

/// What a run gave way to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// A new run.
    Train,
    /// A run that came back.
    Restore,
    /// Another model.
    Model,
}
