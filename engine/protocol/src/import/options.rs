//! How files are read.

use super::nectar::NectarPairs;
use serde::{Deserialize, Serialize};

/// The longest row that is read unless told otherwise, in bytes.
pub const ROW_LIMIT_BYTES: usize = 4 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportOptions {
    /// A longer row is refused and passed over.
    pub row_limit_bytes: usize,
    /// The pairs that a ranking gives.
    pub nectar: NectarPairs,
    /// Refuses rows that make no label: token ids, and rows of supervised fine-tuning.
    pub labels_only: bool,
    /// Reads rows as TRL does wherever it can read them: transcripts are strings there, and
    /// scores do not count.
    pub as_trl: bool,
}

impl Default for ImportOptions {
    fn default() -> ImportOptions {
        ImportOptions {
            row_limit_bytes: ROW_LIMIT_BYTES,
            nectar: NectarPairs::default(),
            labels_only: true,
            as_trl: false,
        }
    }
}
