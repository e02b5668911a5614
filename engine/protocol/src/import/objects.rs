//! JSON objects behind each other, each over several lines: what `jq .` prints.

use super::container::{RawRow, Sink};
use super::row_buffer::RowBuffer;

/// Splits bytes into objects. A brace at the beginning of a line begins an object, even
/// where the one before is not whole, unless one may stand there within that one.
pub struct Objects {
    /// The line that is being read, from 1.
    line: usize,
    /// Where the object in `row` begins.
    start_line: usize,
    is_line_start: bool,
    row: RowBuffer,
    /// Brackets and braces that are open, the object's own first.
    open: Vec<u8>,
    /// The last byte that is no blank.
    last: u8,
    is_text: bool,
    is_escaped: bool,
}

impl Objects {
    pub fn new(line: usize, limit: usize) -> Objects {
        Objects {
            line,
            start_line: line,
            is_line_start: true,
            row: RowBuffer::new(limit),
            open: Vec::new(),
            last: 0,
            is_text: false,
            is_escaped: false,
        }
    }

    pub fn push(&mut self, bytes: &[u8], out: &mut Sink) {
        // Where what is not yet in the buffer begins.
        let mut from = 0;
        for (index, &byte) in bytes.iter().enumerate() {
            let has_begun = !self.row.is_empty() || from < index;
            if self.is_line_start && byte == b'{' && has_begun && !self.may_be_inside() {
                self.row.extend(&bytes[from..index]);
                self.end_object(out);
                from = index;
            }
            if self.row.is_empty() && from == index {
                if byte.is_ascii_whitespace() {
                    from = index + 1;
                } else {
                    self.start_line = self.line;
                }
            }
            self.is_line_start = byte == b'\n';
            self.line += usize::from(byte == b'\n');
            if self.step(byte) {
                self.row.extend(&bytes[from..=index]);
                self.end_object(out);
                from = index + 1;
            }
        }
        self.row.extend(&bytes[from..]);
    }

    /// Whether an object may begin within this one.
    fn may_be_inside(&self) -> bool {
        match self.open.last() {
            Some(b'[') => matches!(self.last, b'[' | b','),
            Some(_) => self.last == b':',
            None => false,
        }
    }

    /// Takes in a byte; true where it ends the object.
    fn step(&mut self, byte: u8) -> bool {
        match byte {
            // JSON has no line ends in strings.
            b'\n' => (self.is_text, self.is_escaped) = (false, false),
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' => self.is_escaped = self.is_text,
            b'"' => self.is_text = !self.is_text,
            _ if self.is_text => {}
            b'{' | b'[' => self.open.push(byte),
            b'}' | b']' => {
                self.open.pop();
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            self.last = byte;
        }
        matches!(byte, b'}' | b']') && !self.is_text && self.open.is_empty()
    }

    pub fn finish(&mut self, out: &mut Sink) {
        self.end_object(out);
    }

    fn end_object(&mut self, out: &mut Sink) {
        let line = self.start_line;
        if let Some(row) = self.row.json(line) {
            let raw = self.row.bytes().trim_ascii();
            out(RawRow { line, raw, row });
        }
        self.row.clear();
        self.open.clear();
        self.last = 0;
        (self.is_text, self.is_escaped) = (false, false);
    }
}
