//! What a file is made of: recognised from its first bytes and its name.

use crate::dataset::row::Row;
use crate::error::Result;
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
