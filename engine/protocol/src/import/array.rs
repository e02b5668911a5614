//! One JSON array of rows, element by element.

use super::container::{RawRow, Sink};
use super::row_buffer::{RowBuffer, utf8};
use crate::dataset::json::kind_of;
use crate::dataset::row::Row;
use crate::error::{Error, Result};
use serde_json::Value;

/// Splits the elements of an array, from behind its `[`. Commas between which nothing
/// stands are passed over, as empty lines are.
pub struct Array {
    /// The line that is being read, from 1.
    line: usize,
    /// Where the element in `row` begins.
    start_line: usize,
    row: RowBuffer,
    /// Brackets and braces open inside the element.
    depth: usize,
    text: StringState,
    is_closed: bool,
    place: ArrayPlace,
}

/// Where the array stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrayPlace {
    Alone,
    /// In an object. What follows the array does not matter.
    Inside,
    /// The `rows` in an answer of datasets-server, of which each has its columns inside.
    Answer,
}

/// Whether the last byte is within a JSON string.
#[derive(Clone, Copy, PartialEq)]
enum StringState {
    Outside,
    Inside,
    /// Behind a backslash.
    Escaped,
}

impl Array {
    pub fn new(line: usize, limit: usize, place: ArrayPlace) -> Array {
        Array {
            line,
            start_line: line,
            row: RowBuffer::new(limit),
            depth: 0,
            text: StringState::Outside,
            is_closed: false,
            place,
        }
    }

    pub fn push(&mut self, bytes: &[u8], out: &mut Sink) {
        // Where what is not yet in the buffer begins.
        let mut from = 0;
        for (index, &byte) in bytes.iter().enumerate() {
            let is_element = self.is_closed || !self.step(byte);
            if is_element {
                if self.row.is_empty() && from == index {
                    if byte.is_ascii_whitespace() {
                        from = index + 1;
                    } else {
                        self.start_line = self.line;
                    }
                }
            } else {
                self.row.extend(&bytes[from..index]);
                self.end_element(out);
                from = index + 1;
                self.is_closed = byte == b']';
            }
            self.line += usize::from(byte == b'\n');
        }
        self.row.extend(&bytes[from..]);
        if self.is_closed && self.place != ArrayPlace::Alone {
            self.row.clear();
        }
    }

    /// Takes in a byte; true where it ends the element.
    fn step(&mut self, byte: u8) -> bool {
        match (self.text, byte) {
            (StringState::Escaped, _) => self.text = StringState::Inside,
            (StringState::Inside, b'\\') => self.text = StringState::Escaped,
            (StringState::Inside, b'"') => self.text = StringState::Outside,
            (StringState::Inside, _) => {}
            (StringState::Outside, b'"') => self.text = StringState::Inside,
            (StringState::Outside, b'{' | b'[') => self.depth += 1,
            (StringState::Outside, b',' | b']') if self.depth == 0 => return true,
            (StringState::Outside, b'}' | b']') => self.depth = self.depth.saturating_sub(1),
            (StringState::Outside, _) => {}
        }
        false
    }

    /// An array without its end, or with something behind it, ends with a refused row:
    /// such a file is not whole.
    pub fn finish(&mut self, out: &mut Sink) {
        if self.is_closed {
            let raw = self.row.bytes().trim_ascii();
            if !raw.is_empty() {
                let found = "text behind the array's end";
                refuse(raw, self.start_line, found, "nothing behind it", out);
            }
            return;
        }
        let is_cut_off = self.depth > 0 || self.text != StringState::Outside;
        self.end_element(out);
        if !is_cut_off {
            refuse(
                &[],
                self.line,
                "the end of the file",
                "the array's end, ]",
                out,
            );
        }
    }

    fn end_element(&mut self, out: &mut Sink) {
        let line = self.start_line;
        if let Some(row) = self.row.json(line) {
            let raw = self.row.bytes().trim_ascii();
            let row = match row {
                Ok(row) if self.place == ArrayPlace::Answer => row_of_answer(row, raw),
                row => row,
            };
            out(RawRow { line, raw, row });
        }
        self.row.clear();
        self.depth = 0;
        self.text = StringState::Outside;
    }
}

fn refuse(raw: &[u8], line: usize, found: &str, expected: &str, out: &mut Sink) {
    out(RawRow {
        line,
        raw,
        row: Err(Error::BadRow {
            line,
            field: "row".to_owned(),
            found: found.to_owned(),
            expected: expected.to_owned(),
        }),
    });
}

/// The row in an element of datasets-server's `rows`:
/// `{"row_idx", "row": {...}, "truncated_cells": []}`. An element without `row` is taken
/// for the row itself.
///
/// # Errors
/// [`Error::BadRow`] where the server has cut a cell short.
fn row_of_answer(row: Row, raw: &[u8]) -> Result<Row> {
    if let Some(Value::Array(cells)) = row.columns.get("truncated_cells")
        && let Some(cell) = cells.first()
    {
        let name = cell.as_str().unwrap_or("truncated_cells");
        return Err(row.bad(name, "a cell that the server has cut short", "a whole cell"));
    }
    match row.columns.get("row") {
        None => Ok(row),
        Some(Value::Object(_)) => row.inside("row", utf8(raw, row.line)?),
        Some(other) => Err(row.bad("row", kind_of(other), "an object of columns")),
    }
}
