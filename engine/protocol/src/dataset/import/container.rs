//! What a file is made of: recognised from its first bytes and its name.

use super::array::Array;
use super::csv::Csv;
use super::lines::Lines;
use super::objects::Objects;
use crate::dataset::row::Row;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// How a file holds its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Container {
    /// An object a line.
    JsonLines,
    /// Objects behind each other, each over several lines.
    JsonObjects,
    /// One array of objects.
    JsonArray,
    /// One object with an array `rows` of `{"row": {...}}`, as datasets-server answers.
    JsonRows,
    /// One object with an array of objects, `data` or another common name.
    JsonData,
    /// Values after a line of column names, separated by commas, semicolons or tabs.
    Csv,
    /// Something that is not read at all.
    Foreign,
}

impl Container {
    /// The name to show.
    pub fn name(self) -> &'static str {
        match self {
            Container::JsonLines => "JSON lines",
            Container::JsonObjects => "JSON objects",
            Container::JsonArray => "JSON array",
            Container::JsonRows => "JSON of datasets-server",
            Container::JsonData => "JSON array within an object",
            Container::Csv => "CSV",
            Container::Foreign => "not readable",
        }
    }
}

/// A row as its container gives it: the text, and what is read of it or wrong with it.
pub struct RawRow<'a> {
    /// Where the row starts, from 1.
    pub line: usize,
    pub raw: &'a [u8],
    pub row: Result<Row>,
}

/// Where containers put their rows.
pub type Sink<'a> = dyn FnMut(RawRow<'_>) + 'a;

/// A file that is being split into rows.
pub enum Splitter {
    Lines(Lines),
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
