//! Rows as JSON lines.

use super::{Content, Example, Role, TemplateData, Turn};
use serde_json::Value;
use std::collections::BTreeMap;

/// The columns of a row, each as JSON.
pub(crate) type Columns = BTreeMap<String, String>;

/// Writes rows as JSON lines in TRL's column names.
pub fn write_jsonl(examples: &[Example]) -> String {
    let mut text = String::new();
    for example in examples {
        text.push_str(&line(&columns(example)));
        text.push('\n');
    }
    text
}

/// A row as one JSON object.
pub(crate) fn line(columns: &Columns) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|(name, json)| format!("{}:{json}", Value::from(name.as_str())))
        .collect();
    format!("{{{}}}", columns.join(","))
}

/// The row's columns, in TRL's names.
pub(crate) fn columns(example: &Example) -> Columns {
    let mut row = Columns::new();
    match example {
        Example::Pair {
            prompt,
            chosen,
            rejected,
            margin,
        } => {
            put(&mut row, "prompt", prompt);
            put(&mut row, "chosen", chosen);
            put(&mut row, "rejected", rejected);
            if let Some(margin) = margin {
                row.insert("margin".to_owned(), Value::from(*margin).to_string());
            }
        }
        Example::Unpaired {
            prompt,
            completion,
            label,
        } => {
            put(&mut row, "prompt", prompt);
            put(&mut row, "completion", completion);
            row.insert("label".to_owned(), label.to_string());
        }
        Example::Completion { prompt, completion } => {
            put(&mut row, "prompt", prompt);
            put(&mut row, "completion", completion);
        }
        Example::Text { text } => {
            let name = match text {
                Content::Plain(_) => "text",
                Content::Turns(_) => "messages",
                Content::Ids(_) => "input_ids",
            };
            insert(&mut row, name, text);
        }
        Example::Prompt { prompt } => put(&mut row, "prompt", prompt),
    }
    row
}

/// The column `name`, or `name_ids` for ids.
fn put(row: &mut Columns, name: &str, content: &Content) {
    let name = match content {
        Content::Ids(_) => format!("{name}_ids"),
        Content::Plain(_) | Content::Turns(_) => name.to_owned(),
    };
    insert(row, &name, content);
}

/// A content, and in columns of their own what stands before its turns for the template.
fn insert(row: &mut Columns, name: &str, content: &Content) {
    let json = match content {
        Content::Plain(text) => Value::from(text.as_str()).to_string(),
        Content::Ids(ids) => Value::from(ids.as_slice()).to_string(),
        Content::Turns(turns) => {
            let (data, turns) = match turns.split_first() {
                Some((data, turns)) if data.role == Role::Template => (Some(data), turns),
                _ => (None, turns.as_slice()),
            };
            let data = data.map(TemplateData::of_turn).unwrap_or_default();
            for (name, json) in data.columns() {
                row.insert(name.to_owned(), json.to_owned());
            }
            let turns: Vec<String> = turns.iter().map(turn).collect();
            format!("[{}]", turns.join(","))
        }
    };
    row.insert(name.to_owned(), json);
}

fn turn(turn: &Turn) -> String {
    match &turn.whole {
        Some(whole) => whole.clone(),
        None => serde_json::json!({
            "role": turn.role,
            "content": turn.content,
        })
        .to_string(),
    }
}
