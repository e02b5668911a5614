//! A row of a file, by its columns.

use super::json::{items, kind_of, members, with_python_numbers};
use super::read_turn::read_turn;
use super::{Content, TemplateData, Turn};
use crate::error::{Error, Result, without_line};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a column of a JSON row is called in which nothing stands.
pub(super) const NULL: &str = "null";

/// One row of a file.
pub(crate) struct Row {
    pub columns: Map<String, Value>,
    /// Columns that hold conversations or what templates are given, as they stand in the
    /// file: JSON, whose fields keep their order.
    pub texts: BTreeMap<String, String>,
    /// Where the row starts, counted from 1.
    pub line: usize,
    /// What a column is called in which nothing stands: `null`, or in a table an empty cell.
    pub empty: &'static str,
}

/// Columns of [`Row::texts`].
pub(crate) fn keeps_text(name: &str) -> bool {
    matches!(
        name,
        "prompt" | "chosen" | "rejected" | "completion" | "messages"
    ) || [TemplateData::TOOLS, TemplateData::KWARGS].contains(&name)
}

impl Row {
    /// The row of a JSON object.
    ///
    /// # Errors
    /// [`Error::BadRow`] for anything else.
    pub fn parse(text: &str, line: usize) -> Result<Row> {
        let refused = |found: String| Error::BadRow {
            line,
            field: "row".to_owned(),
            found,
            expected: "a JSON object".to_owned(),
        };
        let text = with_python_numbers(text);
        match serde_json::from_str(&text) {
            Ok(Value::Object(columns)) => {
                let holds_lists = columns.iter().any(|(name, value)| {
                    keeps_text(name) && (value.is_array() || value.is_object())
                });
                let members = if holds_lists {
                    members(&text)
                } else {
                    Vec::new()
                };
                let texts = members
                    .into_iter()
                    .filter(|(name, _)| keeps_text(name))
                    // Line ends stand between the parts alone.
                    .map(|(name, value)| (name, value.replace(['\n', '\r'], " ")))
                    .collect();
                Ok(Row {
                    columns,
                    texts,
                    line,
                    empty: NULL,
                })
            }
            Ok(other) => Err(refused(kind_of(&other).to_owned())),
            Err(error) => Err(refused(format!(
                "not valid JSON ({})",
                without_line(&error)
            ))),
        }
    }

    /// A column's value as a member of this object, which `of` says: the same row, and
    /// what stands in the file of it.
    ///
    /// # Errors
    /// [`Error::BadRow`] for a value that is no object.
    pub fn inside(&self, name: &str, text: &str) -> Result<Row> {
        let value = members(text)
            .into_iter()
            .find_map(|(member, value)| (member == name).then_some(value));
        match value {
            Some(value) => Row::parse(value, self.line),
            None => Err(self.bad(name, "missing", "an object of columns")),
        }
    }

    /// Whether there is something in a column: null stands for nothing, as tables have it
    /// in every row that lacks a column.
    pub fn has(&self, name: &str) -> bool {
        self.columns.get(name).is_some_and(|value| !value.is_null())
    }

    /// Whether a column is there, if with nothing in it.
    pub fn names_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.columns.contains_key(*name))
    }

    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    /// # Errors
    /// [`Error::BadRow`] where the column is missing, empty or of another kind.
    pub fn text_or_turns(&self, name: &str) -> Result<Content> {
        let expected = format!("a string, or {TURNS}");
        match self.columns.get(name) {
            Some(Value::String(text)) => Ok(Content::Plain(text.clone())),
            Some(Value::Array(items)) if items.is_empty() => {
                Err(self.bad(name, "an empty list", &expected))
            }
            Some(Value::Array(turns)) => self.turns(name, turns).map(Content::Turns),
            Some(Value::Null) => Err(self.bad(name, self.empty, &expected)),
            Some(other) => Err(self.bad(name, kind_of(other), &expected)),
            None => Err(self.bad(name, "missing", &expected)),
        }
    }

    fn turns(&self, name: &str, turns: &[Value]) -> Result<Vec<Turn>> {
        let texts = self.texts.get(name).map(|text| items(text));
        let turn = |(index, value): (usize, &Value)| {
            let whole = || match &texts {
                Some(texts) if texts.len() == turns.len() => texts[index].to_owned(),
                _ => value.to_string(),
            };
            read_turn(value, whole).map_err(|(found, expected)| {
                self.bad(name, format!("turn {}: {found}", index + 1), expected)
            })
        };
        turns.iter().enumerate().map(turn).collect()
    }

    pub(super) fn ids(&self, name: &str) -> Result<Vec<u32>> {
        let expected = "a list of token ids (integers from 0)";
        self.list(name, expected)?
            .iter()
            .map(|item| item.as_u64().and_then(|id| u32::try_from(id).ok()))
            .collect::<Option<Vec<u32>>>()
            .ok_or_else(|| self.bad(name, "an item that is no token id", expected))
    }

    /// # Errors
    /// [`Error::BadRow`] with `expected` where the column is missing or no list.
    pub fn list(&self, name: &str, expected: &str) -> Result<&[Value]> {
        match self.columns.get(name) {
            Some(Value::Array(items)) => Ok(items),
            Some(other) => Err(self.bad(name, kind_of(other), expected)),
            None => Err(self.bad(name, "missing", expected)),
        }
    }

    /// The refusal of this row. What comes from the file is shortened.
    pub fn bad(&self, field: &str, found: impl ToString, expected: &str) -> Error {
        Error::BadRow {
            line: self.line,
            field: shortened(field),
            found: shortened(&found.to_string()),
            expected: expected.to_owned(),
        }
    }
}

/// Characters of a file that a message quotes at most.
const QUOTED: usize = 200;

fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

pub(crate) const TURNS: &str = "a list of {\"role\", \"content\"}";
