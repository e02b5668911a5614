//! The cells of a CSV record to the columns that a JSON row would have.

use crate::dataset::row::{Row, keeps_text};
use crate::error::{Error, Result};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// How the cells of a column are read.
enum Column {
    /// A string, or a conversation as JSON.
    Text,
    /// JSON: a list of ids, of turns or of answers.
    Json,
    Number,
    Flag,
}

/// The columns that rows are made of; others are not read.
fn column(name: &str) -> Option<Column> {
    match name {
        "prompt" | "chosen" | "rejected" | "completion" | "text" => Some(Column::Text),
        "prompt_ids"
        | "chosen_ids"
        | "rejected_ids"
        | "completion_ids"
        | "input_ids"
        | "completion_mask"
        | "labels"
        | "messages"
        | "answers"
        | "tools"
        | "chat_template_kwargs" => Some(Column::Json),
        "margin" | "score_chosen" | "score_rejected" => Some(Column::Number),
        "label" => Some(Column::Flag),
        _ => None,
    }
}

/// A column's name: of those that rows are made of, whatever its letters' case.
pub fn column_name(cell: &str) -> String {
    let name = cell.trim();
    let lower = name.to_ascii_lowercase();
    match column(&lower) {
        Some(_) => lower,
        None => name.to_owned(),
    }
}

/// Whether nothing stands in a cell: it is empty, or holds what pandas writes for nothing
/// and reads as such.
fn is_empty(cell: &str) -> bool {
    matches!(
        cell.trim(),
        "" | "nan"
            | "NaN"
            | "-nan"
            | "-NaN"
            | "<NA>"
            | "N/A"
            | "NA"
            | "NULL"
            | "null"
            | "None"
            | "n/a"
            | "#N/A"
            | "#NA"
    )
}

/// The row of a record's cells. An empty cell is none at all.
///
/// # Errors
/// [`Error::BadRow`] for another number of cells than names, for a name that stands
/// twice, and for conversations in Python's notation.
pub fn row_of_cells(names: &[String], cells: &[&str], line: usize) -> Result<Row> {
    let refused = |field: &str, found: &str, expected: &str| Error::BadRow {
        line,
        field: field.to_owned(),
        found: found.to_owned(),
        expected: expected.to_owned(),
    };
    if names.len() != cells.len() {
        return Err(refused(
            "row",
            &format!("{} cells", cells.len()),
            &format!("{}, one a column name in the first line", names.len()),
        ));
    }
    let (mut columns, mut texts) = (Map::new(), BTreeMap::new());
    for (name, cell) in names.iter().zip(cells) {
        let Some(column) = column(name) else {
            // Named all the same, for the message about a row without known columns.
            columns.insert(name.clone(), Value::Null);
            continue;
        };
        if columns.contains_key(name) {
            return Err(refused(name, "a column of this name twice", "one"));
        }
        if is_python(cell) && matches!(column, Column::Text | Column::Json) {
            return Err(refused(
                name,
                "a list in Python's or numpy's notation",
                "JSON, as json.dumps writes it",
            ));
        }
        let value = match column {
            _ if is_empty(cell) => Value::Null,
            Column::Text => turns(cell).unwrap_or_else(|| Value::from(*cell)),
            Column::Flag => flag(cell).unwrap_or_else(|| Value::from(*cell)),
            Column::Json => serde_json::from_str(cell)
                .ok()
                .filter(|value: &Value| value.is_array() || value.is_object())
                .unwrap_or_else(|| Value::from(*cell)),
            Column::Number => number(cell).unwrap_or_else(|| Value::from(*cell)),
        };
        if keeps_text(name) && (value.is_array() || value.is_object()) {
            texts.insert(name.clone(), cell.replace(['\n', '\r'], " "));
        }
        columns.insert(name.clone(), value);
    }
    Ok(Row {
        columns,
        texts,
        line,
        empty: "an empty cell",
    })
}

/// A conversation. Other lists and objects are text that happens to be JSON: a
/// completion may well be `[1, 2]`.
fn turns(cell: &str) -> Option<Value> {
    if !cell.trim_start().starts_with('[') {
        return None;
    }
    let value: Value = serde_json::from_str(cell).ok()?;
    let is_turn = |item: &Value| {
        item.get("role").is_some_and(Value::is_string) && item.get("content").is_some()
    };
    let items = value.as_array()?;
    (!items.is_empty() && items.iter().all(is_turn)).then_some(value)
}

/// Whether the cell is a list of dictionaries as Python or numpy prints it, which is what
/// pandas writes for conversations.
fn is_python(cell: &str) -> bool {
    let cell = cell.trim_start();
    let cell = cell.strip_prefix("array(").unwrap_or(cell);
    let inside = cell.trim_start().strip_prefix('[').map(str::trim_start);
    let inside = inside.and_then(|rest| rest.strip_prefix('{'));
    inside.is_some_and(|rest| {
        let rest = rest.trim_start();
        ["role", "content", "answer", "name", "type"]
            .iter()
            .any(|name| {
                rest.strip_prefix('\'')
                    .is_some_and(|rest| rest.starts_with(name))
            })
    })
}

fn number(cell: &str) -> Option<Value> {
    let number: f64 = cell.trim().parse().ok()?;
    number.is_finite().then(|| Value::from(number))
}

fn flag(cell: &str) -> Option<Value> {
    match cell.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" => Some(Value::Bool(true)),
        "false" | "no" => Some(Value::Bool(false)),
        other => number(other),
    }
}
