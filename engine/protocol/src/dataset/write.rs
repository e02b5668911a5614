//! Rows as JSON lines.

use super::{Content, Example};
use serde_json::{Map, Value};

/// Writes rows as JSON lines in TRL's column names.
pub fn write_jsonl(examples: &[Example]) -> String {
    let mut text = String::new();
    for example in examples {
        text.push_str(&Value::Object(columns(example)).to_string());
        text.push('\n');
    }
    text
}

/// The row's columns, in TRL's names.
pub(super) fn columns(example: &Example) -> Map<String, Value> {
    let mut row = Map::new();
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
                row.insert("margin".to_owned(), Value::from(*margin));
            }
        }
        Example::Unpaired {
            prompt,
            completion,
            label,
        } => {
            put(&mut row, "prompt", prompt);
            put(&mut row, "completion", completion);
            row.insert("label".to_owned(), Value::Bool(*label));
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
            row.insert(name.to_owned(), value(text));
        }
    }
    row
}

/// The column `name`, or `name_ids` for ids.
fn put(row: &mut Map<String, Value>, name: &str, content: &Content) {
    let name = match content {
        Content::Ids(_) => format!("{name}_ids"),
        Content::Plain(_) | Content::Turns(_) => name.to_owned(),
    };
    row.insert(name, value(content));
}

fn value(content: &Content) -> Value {
    serde_json::to_value(content).unwrap_or(Value::Null)
}
