//! A file split into rows, by whatever it is made of.

use super::array::Array;
use super::container::{RawRow, Sink};
use super::csv::Csv;
use super::lines::LineSplitter;
use super::objects::Objects;
use crate::error::Error;

/// A file that is being split into rows.
pub enum Splitter {
    Lines(LineSplitter),
    Objects(Objects),
    Array(Array),
    Csv(Box<Csv>),
    /// What the file is instead, until that has been said.
    Foreign(Option<&'static str>),
}

impl Splitter {
    pub fn push(&mut self, bytes: &[u8], out: &mut Sink) {
        match self {
            Splitter::Lines(lines) => lines.push(bytes, out),
            Splitter::Objects(objects) => objects.push(bytes, out),
            Splitter::Array(array) => array.push(bytes, out),
            Splitter::Csv(csv) => csv.push(bytes, out),
            Splitter::Foreign(_) => {}
        }
    }

    pub fn finish(&mut self, out: &mut Sink) {
        match self {
            Splitter::Lines(lines) => lines.finish(out),
            Splitter::Objects(objects) => objects.finish(out),
            Splitter::Array(array) => array.finish(out),
            Splitter::Csv(csv) => csv.finish(out),
            Splitter::Foreign(found) => {
                if let Some(found) = found.take() {
                    refuse_file(found, out);
                }
            }
        }
    }
}

/// Says of a whole file why it is not read.
pub fn refuse_file(found: &str, out: &mut Sink) {
    out(RawRow {
        line: 1,
        raw: &[],
        row: Err(Error::BadRow {
            line: 1,
            field: "file".to_owned(),
            found: found.to_owned(),
            expected: "JSON lines, a JSON array or CSV".to_owned(),
        }),
    });
}
