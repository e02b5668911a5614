//! The bytes of the row that is being read, bounded.

use crate::dataset::row::Row;
use crate::error::Error;

/// Bytes that are kept of a row beyond the limit, to show where it began.
const KEPT_OF_LONG: usize = 1000;

/// Collects a row's bytes up to a limit; of a longer row the beginning stays.
pub struct RowBuffer {
    bytes: Vec<u8>,
    limit: usize,
    is_over: bool,
}

impl RowBuffer {
    pub fn new(limit: usize) -> RowBuffer {
        RowBuffer {
            bytes: Vec::new(),
            limit,
            is_over: false,
        }
    }

    pub fn limit(&self) -> usize {
        self.limit
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether the row went over the limit.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// The row, or the beginning of one that went over the limit.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The row as JSON, or what is wrong with it; `None` where there are blanks alone.
    pub fn json(&self, line: usize) -> Option<Result<Row, Error>> {
        if self.is_over {
            return Some(Err(too_long(line, self.limit)));
        }
        let raw = self.bytes.trim_ascii();
        (!raw.is_empty()).then(|| json(raw, line))
    }

    pub fn extend(&mut self, bytes: &[u8]) {
        if !self.is_over && self.bytes.len() + bytes.len() <= self.limit {
            self.bytes.extend_from_slice(bytes);
            return;
        }
        self.is_over = true;
        let missing = KEPT_OF_LONG.saturating_sub(self.bytes.len());
        self.bytes.truncate(KEPT_OF_LONG);
        self.bytes
            .extend_from_slice(&bytes[..missing.min(bytes.len())]);
    }

    /// Empty again, for the next row.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.is_over = false;
    }
}

/// The refusal of a row that is longer than `limit` bytes.
pub fn too_long(line: usize, limit: usize) -> Error {
    Error::BadRow {
        line,
        field: "row".to_owned(),
        found: "more bytes than a row may have".to_owned(),
        expected: format!("at most {limit} bytes"),
    }
}

/// A row's bytes as text.
///
/// # Errors
/// [`Error::BadRow`] where they are not UTF-8.
pub fn utf8(bytes: &[u8], line: usize) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|error| Error::BadRow {
        line,
        field: "row".to_owned(),
        found: format!(
            "bytes that are not UTF-8 (from byte {})",
            error.valid_up_to() + 1
        ),
        expected: "text in UTF-8".to_owned(),
    })
}

/// A row's bytes as JSON.
///
/// # Errors
/// [`Error::BadRow`] where they are not UTF-8, no JSON or no object.
pub fn json(bytes: &[u8], line: usize) -> Result<Row, Error> {
    utf8(bytes, line).and_then(|text| Row::parse(text, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_row_keeps_the_same_beginning_however_it_comes() {
        let bytes: Vec<u8> = (0..5000u32).map(|index| index as u8).collect();
        for cut in [0, 1, 500, 999, 1000, 1001, 1999, 2000, 2001, 4999, 5000] {
            let mut row = RowBuffer::new(2000);
            row.extend(&bytes[..cut]);
            row.extend(&bytes[cut..]);
            assert!(row.is_over());
            assert_eq!(row.bytes(), &bytes[..KEPT_OF_LONG], "{cut}");
            row.clear();
            row.extend(&bytes[..2000]);
            assert_eq!((row.is_over(), row.bytes().len()), (false, 2000));
        }
    }
}
