//! JSON lines: a row a line.

use super::container::{RawRow, Sink};
use super::row_buffer::{RowBuffer, json, too_long};

/// Splits bytes into lines; empty lines are no rows.
pub struct LineSplitter {
    /// The line that is being read, from 1.
    line: usize,
    row: RowBuffer,
}

impl LineSplitter {
    pub fn new(line: usize, limit: usize) -> LineSplitter {
        LineSplitter {
            line,
            row: RowBuffer::new(limit),
        }
    }

    pub fn push(&mut self, mut bytes: &[u8], out: &mut Sink) {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            let line = &bytes[..end];
            if self.row.is_empty() && line.len() <= self.row.limit() {
                emit(line, self.line, out);
            } else {
                self.row.extend(line);
                self.end_row(out);
            }
            self.line += 1;
            bytes = &bytes[end + 1..];
        }
        self.row.extend(bytes);
    }

    pub fn finish(&mut self, out: &mut Sink) {
        self.end_row(out);
    }

    fn end_row(&mut self, out: &mut Sink) {
        if self.row.is_over() {
            out(RawRow {
                line: self.line,
                raw: self.row.bytes(),
                row: Err(too_long(self.line, self.row.limit())),
            });
        } else {
            emit(self.row.bytes(), self.line, out);
        }
        self.row.clear();
    }
}

fn emit(line: &[u8], number: usize, out: &mut Sink) {
    let raw = line.trim_ascii();
    if raw.is_empty() {
        return;
    }
    out(RawRow {
        line: number,
        raw,
        row: json(raw, number),
    });
}
