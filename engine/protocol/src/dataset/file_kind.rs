//! All rows of a file are of one kind.

use super::Example;
use super::row::Row;
use crate::error::Result;

/// The kind of a file's first good row, which all its rows must have.
#[derive(Default)]
pub(crate) struct FileKind {
    /// The kind in words, and the line.
    first: Option<(&'static str, usize)>,
}

impl FileKind {
    /// Refuses a row that is not what the file's first good row is. The first one that
    /// is checked is that row.
    ///
    /// # Errors
    /// [`crate::Error::BadRow`] for the column that tells.
    pub fn check(&mut self, row: &Row, example: &Example) -> Result<()> {
        let (first, line) = *self.first.get_or_insert((example.kind(), row.line));
        if first == example.kind() {
            return Ok(());
        }
        match (example.kind(), first) {
            (Example::COMPLETION, Example::UNPAIRED) => {
                let expected = format!("true or false, as line {line} has it");
                Err(row.bad("label", "missing", &expected))
            }
            (Example::UNPAIRED, Example::COMPLETION) => {
                let expected = format!("no label, as line {line} has none");
                Err(row.bad("label", "a label", &expected))
            }
            _ => {
                let expected = format!("{first}, as line {line} is");
                Err(row.bad(row.telling_column(), example.kind(), &expected))
            }
        }
    }
}
