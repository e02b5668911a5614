//! Comma-separated values (RFC 4180) after a line of column names.

use super::cells::columns_of_cells;
use super::container::{RawRow, Sink};
use super::row_buffer::{RowBuffer, too_long, utf8};
use crate::error::{Error, Result};
use csv_core::{ReadRecordResult, Reader};

/// Splits bytes into records. Empty lines are no rows.
pub struct Csv {
    reader: Reader,
    /// The column names, once their line is read.
    header: Option<Header>,
    /// The record's cells behind each other, unquoted.
    cells: Vec<u8>,
    cells_len: usize,
    /// Where each cell ends in `cells`.
    ends: Vec<usize>,
    ends_len: usize,
    /// The record as it stands in the file.
    raw: RowBuffer,
    /// The line on which `raw` begins, from 1, and the line ends since.
    line: usize,
    line_ends: usize,
}

/// The line of column names.
pub struct Header {
    pub names: Vec<String>,
    /// As it stands in the file.
    pub text: String,
}

impl Csv {
    pub fn new(line: usize, limit: usize) -> Csv {
        Csv {
            reader: Reader::new(),
            header: None,
            cells: vec![0; 1024],
            cells_len: 0,
            ends: vec![0; 16],
            ends_len: 0,
            raw: RowBuffer::new(limit),
            line,
            line_ends: 0,
        }
    }

    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    pub fn push(&mut self, mut bytes: &[u8], out: &mut Sink) {
        // To the reader, an empty input would be the end of the file.
        while !bytes.is_empty() {
            let (result, read) = self.read(bytes);
            self.keep(&bytes[..read]);
            bytes = &bytes[read..];
            if result == ReadRecordResult::Record {
                self.end_record(out);
            }
        }
    }

    pub fn finish(&mut self, out: &mut Sink) {
        if self.raw.is_empty() {
            return;
        }
        // A line end ends the last record, unless it stands within quotes.
        loop {
            match self.read(b"\n") {
                (ReadRecordResult::Record, _) => return self.end_record(out),
                (_, 0) => {}
                _ => break,
            }
        }
        let error = if self.raw.is_over() {
            too_long(self.line, self.raw.limit())
        } else {
            bad_row(
                self.line,
                "a quotation mark that is never closed",
                "a closed one",
            )
        };
        out(RawRow {
            line: self.line,
            raw: self.raw.bytes(),
            columns: Err(error),
        });
        self.raw.clear();
    }

    /// Reads on; also says how many bytes have been read. There is always room for the
    /// result: of a record beyond the limit the cells are given up.
    fn read(&mut self, bytes: &[u8]) -> (ReadRecordResult, usize) {
        if self.raw.is_over() {
            self.cells_len = 0;
            self.ends_len = 0;
        }
        if self.cells_len == self.cells.len() {
            self.cells.resize(2 * self.cells.len(), 0);
        }
        if self.ends_len == self.ends.len() {
            self.ends.resize(2 * self.ends.len(), 0);
        }
        let (result, read, written, ended) = self.reader.read_record(
            bytes,
            &mut self.cells[self.cells_len..],
            &mut self.ends[self.ends_len..],
        );
        self.cells_len += written;
        self.ends_len += ended;
        (result, read)
    }

    /// Keeps the record's text, without the line ends before it.
    fn keep(&mut self, mut bytes: &[u8]) {
        if self.raw.is_empty() {
            let is_text = |byte: &u8| !matches!(byte, b'\r' | b'\n');
            let blank = bytes.iter().position(is_text).unwrap_or(bytes.len());
            self.line += line_ends(&bytes[..blank]);
            bytes = &bytes[blank..];
        }
        self.line_ends += line_ends(bytes);
        self.raw.extend(bytes);
    }

    fn end_record(&mut self, out: &mut Sink) {
        let line = self.line;
        let raw = without_line_end(self.raw.bytes());
        let record = if self.raw.is_over() {
            Err(too_long(line, self.raw.limit()))
        } else {
            cells_of(&self.cells, &self.ends[..self.ends_len], line)
        };
        let is_blank = !self.raw.is_over() && raw.trim_ascii().is_empty();
        match (&self.header, record) {
            _ if is_blank => {}
            (None, Ok(names)) => {
                self.header = Some(Header {
                    names: names.iter().map(|name| name.trim().to_owned()).collect(),
                    text: String::from_utf8_lossy(raw).into_owned(),
                });
            }
            // Without names no row can be read; this one says why.
            (None, Err(error)) => {
                self.header = Some(Header {
                    names: Vec::new(),
                    text: String::new(),
                });
                out(RawRow {
                    line,
                    raw,
                    columns: Err(error),
                });
            }
            (Some(header), record) => out(RawRow {
                line,
                raw,
                columns: record.and_then(|cells| columns_of_cells(&header.names, &cells, line)),
            }),
        }
        self.line += self.line_ends;
        self.line_ends = 0;
        self.raw.clear();
        self.cells_len = 0;
        self.ends_len = 0;
    }
}

fn without_line_end(mut raw: &[u8]) -> &[u8] {
    while let [start @ .., b'\r' | b'\n'] = raw {
        raw = start;
    }
    raw
}

fn line_ends(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

fn cells_of<'a>(bytes: &'a [u8], ends: &[usize], line: usize) -> Result<Vec<&'a str>> {
    let mut start = 0;
    let mut cells = Vec::with_capacity(ends.len());
    for &end in ends {
        cells.push(utf8(bytes.get(start..end).unwrap_or_default(), line)?);
        start = end;
    }
    Ok(cells)
}

fn bad_row(line: usize, found: &str, expected: &str) -> Error {
    Error::BadRow {
        line,
        field: "row".to_owned(),
        found: found.to_owned(),
        expected: expected.to_owned(),
    }
}
