//! Values after a line of column names: separated by commas (RFC 4180), by semicolons as
//! Excel does it where the comma is for decimals, or by tabs.

use super::cells::{column_name, row_of_cells};
use super::container::{RawRow, Sink};
use super::row_buffer::{RowBuffer, too_long, utf8};
use crate::error::{Error, Result};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Splits bytes into records. Empty lines are no rows.
pub struct Csv {
    /// The first line, until it is whole and says what separates the values.
    first_line: Option<FirstLine>,
    reader: Reader,
    /// The column names, once their line is read.
    header: Option<CsvHeader>,
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

/// The first line as far as it has been read.
#[derive(Default)]
struct FirstLine {
    bytes: Vec<u8>,
    is_quoted: bool,
}

impl FirstLine {
    /// What separates the values: what stands most often between the names.
    fn delimiter(&self) -> u8 {
        let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
        let mut is_quoted = false;
        for byte in &self.bytes {
            is_quoted ^= *byte == b'"';
            if let Some((_, count)) = counts.iter_mut().find(|(d, _)| d == byte && !is_quoted) {
                *count += 1;
            }
        }
        // Of equal counts the first is taken.
        let most = counts.iter().rev().max_by_key(|(_, count)| *count);
        most.map_or(b',', |(delimiter, _)| *delimiter)
    }

    /// The separator of a line that says nothing else: `sep=;`, as Excel writes it.
    fn named_delimiter(&self) -> Option<u8> {
        match without_line_end(&self.bytes) {
            [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] => Some(*delimiter),
            _ => None,
        }
    }
}

/// The line of column names.
pub struct CsvHeader {
    pub names: Vec<String>,
    /// As it stands in the file.
    pub text: String,
}

impl Csv {
    pub fn new(line: usize, limit: usize) -> Csv {
        Csv {
            first_line: Some(FirstLine::default()),
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

    pub fn header(&self) -> Option<&CsvHeader> {
        self.header.as_ref()
    }

    pub fn push(&mut self, mut bytes: &[u8], out: &mut Sink) {
        while let Some(first_line) = &mut self.first_line {
            let Some((&byte, rest)) = bytes.split_first() else {
                return;
            };
            bytes = rest;
            first_line.bytes.push(byte);
            first_line.is_quoted ^= byte == b'"';
            let is_whole = byte == b'\n' && !first_line.is_quoted;
            if is_whole || first_line.bytes.len() > self.raw.limit() {
                self.end_first_line(out);
            }
        }
        self.push_records(bytes, out);
    }

    /// Sets the separator, and reads the line unless it was there for that alone.
    fn end_first_line(&mut self, out: &mut Sink) {
        let Some(first_line) = self.first_line.take() else {
            return;
        };
        let named = first_line.named_delimiter();
        let delimiter = named.unwrap_or_else(|| first_line.delimiter());
        self.reader = ReaderBuilder::new().delimiter(delimiter).build();
        if named.is_some() {
            self.line += 1;
        } else {
            self.push_records(&first_line.bytes, out);
        }
    }

    fn push_records(&mut self, mut bytes: &[u8], out: &mut Sink) {
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
        self.end_first_line(out);
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
            row: Err(error),
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
                self.header = Some(CsvHeader {
                    names: names.iter().map(|name| column_name(name)).collect(),
                    text: String::from_utf8_lossy(raw).into_owned(),
                });
            }
            // Without names no row can be read; this one says why.
            (None, Err(error)) => {
                self.header = Some(CsvHeader {
                    names: Vec::new(),
                    text: String::new(),
                });
                out(RawRow {
                    line,
                    raw,
                    row: Err(error),
                });
            }
            (Some(header), record) => out(RawRow {
                line,
                raw,
                row: record.and_then(|cells| row_of_cells(&header.names, &cells, line)),
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
