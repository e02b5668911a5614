//! TRL's dataset formats as JSON lines: paired and unpaired, plain text,
//! conversational, or already tokenised under TRL's column names.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    System,
    User,
    Assistant,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    pub role: Role,
    pub content: String,
}

/// A prompt or a completion: plain text, a conversation, or token ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    Plain(String),
    Turns(Vec<Turn>),
    Ids(Vec<u32>),
}

impl Content {
    pub fn user(text: &str) -> Content {
        Content::Turns(vec![Turn {
            role: Role::User,
            content: text.to_owned(),
        }])
    }

    pub fn assistant(text: &str) -> Content {
        Content::Turns(vec![Turn {
            role: Role::Assistant,
            content: text.to_owned(),
        }])
    }

    /// The text of a plain content or of the last turn; `None` for ids.
    pub fn last_text(&self) -> Option<&str> {
        match self {
            Content::Plain(text) => Some(text),
            Content::Turns(turns) => turns.last().map(|turn| turn.content.as_str()),
            Content::Ids(_) => None,
        }
    }
}

/// One training row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "row", rename_all = "snake_case")]
pub enum Example {
    Pair {
        prompt: Content,
        chosen: Content,
        rejected: Content,
    },
    Unpaired {
        prompt: Content,
        completion: Content,
        label: bool,
    },
}

impl Example {
    pub fn is_unpaired(&self) -> bool {
        matches!(self, Example::Unpaired { .. })
    }
}

/// The rows of a file, good ones apart from refused ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParsedRows {
    pub examples: Vec<Example>,
    /// The line (from 1) that each example stands on.
    pub lines: Vec<usize>,
    /// [`Error::BadRow`], one a defect.
    pub errors: Vec<Error>,
}

/// Reads JSON lines; empty lines are skipped. Each row is paired or unpaired by
/// its columns: `chosen` and `rejected` (or `chosen_ids`, `rejected_ids`), or
/// `completion` and `label` (or `completion_ids`, `label`), each with `prompt`
/// (or `prompt_ids`). All rows must be of the first good row's kind.
pub fn parse_jsonl(text: &str) -> ParsedRows {
    let mut parsed = ParsedRows::default();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let number = index + 1;
        match parse_row(line, number) {
            Ok(example) => {
                let first_unpaired = parsed.examples.first().map(Example::is_unpaired);
                if first_unpaired.is_some_and(|unpaired| unpaired != example.is_unpaired()) {
                    parsed.errors.push(bad(
                        number,
                        "chosen",
                        "a row of the other kind",
                        "all rows paired (chosen, rejected) or all unpaired (completion, label)",
                    ));
                } else {
                    parsed.examples.push(example);
                    parsed.lines.push(number);
                }
            }
            Err(error) => parsed.errors.push(error),
        }
    }
    parsed
}

/// Writes rows as JSON lines in TRL's column names.
pub fn write_jsonl(examples: &[Example]) -> String {
    let mut text = String::new();
    for example in examples {
        let mut row = Map::new();
        let mut put = |name: &str, content: &Content| {
            let name = if matches!(content, Content::Ids(_)) {
                format!("{name}_ids")
            } else {
                name.to_owned()
            };
            row.insert(name, serde_json::to_value(content).unwrap_or(Value::Null));
        };
        match example {
            Example::Pair {
                prompt,
                chosen,
                rejected,
            } => {
                put("prompt", prompt);
                put("chosen", chosen);
                put("rejected", rejected);
            }
            Example::Unpaired {
                prompt,
                completion,
                label,
            } => {
                put("prompt", prompt);
                put("completion", completion);
                row.insert("label".to_owned(), Value::Bool(*label));
            }
        }
        text.push_str(&Value::Object(row).to_string());
        text.push('\n');
    }
    text
}

fn bad(line: usize, field: &str, found: impl ToString, expected: &str) -> Error {
    Error::BadRow {
        line,
        field: field.to_owned(),
        found: found.to_string(),
        expected: expected.to_owned(),
    }
}

fn parse_row(line: &str, number: usize) -> Result<Example> {
    let value: Value = serde_json::from_str(line).map_err(|error| {
        bad(
            number,
            "row",
            format!("not valid JSON ({error})"),
            "one JSON object a line",
        )
    })?;
    let Value::Object(row) = value else {
        return Err(bad(
            number,
            "row",
            kind_of(&value),
            "one JSON object a line",
        ));
    };
    let prompt = content(&row, "prompt", number)?;
    if row.contains_key("chosen") || row.contains_key("chosen_ids") {
        return Ok(Example::Pair {
            prompt,
            chosen: content(&row, "chosen", number)?,
            rejected: content(&row, "rejected", number)?,
        });
    }
    if row.contains_key("completion") || row.contains_key("completion_ids") {
        let completion = content(&row, "completion", number)?;
        let expected = "true or false (1 or 0)";
        let label = match row.get("label") {
            Some(Value::Bool(label)) => *label,
            Some(Value::Number(label)) if label.as_f64() == Some(1.0) => true,
            Some(Value::Number(label)) if label.as_f64() == Some(0.0) => false,
            Some(other) => return Err(bad(number, "label", kind_of(other), expected)),
            None => return Err(bad(number, "label", "missing", expected)),
        };
        return Ok(Example::Unpaired {
            prompt,
            completion,
            label,
        });
    }
    Err(bad(
        number,
        "chosen",
        "missing",
        "the columns chosen and rejected, or completion and label",
    ))
}

/// The column `name`, or its tokenised form `name_ids`.
fn content(row: &Map<String, Value>, name: &str, line: usize) -> Result<Content> {
    let ids_name = format!("{name}_ids");
    if let Some(value) = row.get(&ids_name) {
        let expected = "a list of token ids (integers from 0)";
        let Value::Array(items) = value else {
            return Err(bad(line, &ids_name, kind_of(value), expected));
        };
        return items
            .iter()
            .map(|item| item.as_u64().and_then(|id| u32::try_from(id).ok()))
            .collect::<Option<Vec<u32>>>()
            .map(Content::Ids)
            .ok_or_else(|| bad(line, &ids_name, "an item that is no token id", expected));
    }
    let expected = "a string, or a list of {\"role\", \"content\"}";
    match row.get(name) {
        Some(Value::String(text)) => Ok(Content::Plain(text.clone())),
        Some(value @ Value::Array(items)) if !items.is_empty() => {
            serde_json::from_value(value.clone())
                .map(Content::Turns)
                .map_err(|error| bad(line, name, error, expected))
        }
        Some(other) => Err(bad(line, name, kind_of(other), expected)),
        None => Err(bad(line, name, "missing", expected)),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_round_trips() {
        let text = concat!(
            r#"{"prompt":"p","chosen":"c","rejected":"r"}"#,
            "\n\n",
            r#"{"prompt":[{"role":"user","content":"p"}],"chosen":[{"role":"assistant","content":"c"}],"rejected":[{"role":"assistant","content":"r"}]}"#,
            "\n",
            r#"{"prompt_ids":[1,2],"chosen_ids":[3],"rejected_ids":[]}"#,
            "\n",
        );
        let parsed = parse_jsonl(text);
        assert_eq!(parsed.errors, vec![]);
        assert_eq!(parsed.lines, vec![1, 3, 4]);
        assert_eq!(
            parse_jsonl(&write_jsonl(&parsed.examples)).examples,
            parsed.examples
        );
    }

    #[test]
    fn a_bad_row_names_line_and_field_and_spoils_no_other() {
        let text = concat!(
            r#"{"prompt":"p","completion":"c","label":1}"#,
            "\n",
            r#"{"prompt":"p","completion":"c","label":"yes"}"#,
            "\nnot json\n",
            r#"{"prompt":5,"completion":"c","label":true}"#,
            "\n",
            r#"{"prompt":"p","chosen":"c","rejected":"r"}"#,
            "\n",
            r#"{"prompt":"p","completion":"c","label":false}"#,
        );
        let parsed = parse_jsonl(text);
        assert_eq!(parsed.lines, vec![1, 6]);
        let places: Vec<(usize, &str)> = parsed
            .errors
            .iter()
            .map(|error| match error {
                Error::BadRow { line, field, .. } => (*line, field.as_str()),
                other => panic!("{other}"),
            })
            .collect();
        assert_eq!(
            places,
            vec![(2, "label"), (3, "row"), (4, "prompt"), (5, "chosen")]
        );
    }
}
