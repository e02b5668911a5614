//! What becomes of a row.

use crate::dataset::Example;
use crate::error::{Error, Result};
use crate::label::{Label, PairSource, Verdict};
use serde::{Deserialize, Serialize};

/// What a row gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Imported {
    Row(Example),
    /// A pair whose answers were judged equally good, in the order of the file.
    Tie(Example),
    /// A label of Tilt's own export, whole.
    Label(Box<Label>),
}

impl Imported {
    /// As a label. One of Tilt's own export is what it was; another one gets this source,
    /// id and time (milliseconds since the Unix epoch).
    ///
    /// # Errors
    /// As [`Label::from_row`], for rows that were read without
    /// [`labels_only`](super::ImportOptions::labels_only).
    pub fn into_label(
        self,
        line: usize,
        source: PairSource,
        id: String,
        at_ms: f64,
    ) -> Result<Label> {
        match self {
            Imported::Row(example) => Label::from_row(&example, line, source, id, at_ms),
            Imported::Tie(example) => {
                let mut label = Label::from_row(&example, line, source, id, at_ms)?;
                label.verdict = Verdict::Tie;
                Ok(label)
            }
            Imported::Label(label) => Ok(*label),
        }
    }
}

/// What became of one row of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum RowOutcome {
    Good {
        /// Among the file's rows, good and refused, from 1.
        number: usize,
        /// Where the row starts, from 1.
        line: usize,
        /// One, or of a ranking several; never none.
        examples: Vec<Imported>,
    },
    Refused {
        number: usize,
        line: usize,
        /// [`Error::BadRow`].
        error: Error,
        /// The row as it stands in the file, without line ends at its edges; bytes that
        /// are no UTF-8 replaced. Of a row beyond the limit, the beginning.
        raw: String,
    },
}
