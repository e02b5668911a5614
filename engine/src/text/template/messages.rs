//! Turns as the messages that a template sees.

use super::ordered::{from_json, object};
use minijinja::value::{Value, ValueKind};
use tilt_protocol::{Error, Result, Role, Turn};

/// Names of a message's reasoning, in the order of their weight. Templates read the first,
/// or the second.
const REASONING: [&str; 3] = ["reasoning_content", "thinking", "reasoning"];

/// The messages of turns, `continued` added to the last one's text.
///
/// As transformers 5 prepares them: a field that is null is left out, and reasoning stands
/// under each of its names that templates read.
pub fn messages(turns: &[&Turn], continued: &str) -> Result<Value> {
    let last = turns.len().saturating_sub(1);
    let message = |(index, turn): (usize, &&Turn)| {
        let mut fields = fields(turn)?;
        if index == last && !continued.is_empty() {
            let content = fields.iter_mut().find(|(name, _)| name == "content");
            match content.map(|(_, value)| (continued_content(value, continued), value)) {
                Some((Some(longer), value)) => *value = longer,
                _ => {
                    return Err(Error::invalid(
                        "prompt",
                        "a last turn without text",
                        "text that an answer continues",
                    ));
                }
            }
        }
        Ok(object(fields))
    };
    let messages: Vec<Value> = turns
        .iter()
        .enumerate()
        .map(message)
        .collect::<Result<_>>()?;
    Ok(messages.into())
}

fn fields(turn: &Turn) -> Result<Vec<(String, Value)>> {
    let Some(whole) = &turn.whole else {
        let role = match turn.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
            Role::Other | Role::Template => {
                return Err(Error::internal("a turn whose role is not known"));
            }
        };
        return Ok([("role", role), ("content", &turn.content)]
            .map(|(name, text)| (name.to_owned(), Value::from(text)))
            .into());
    };
    let whole: Value = from_json(whole).map_err(|error| Error::invalid("turns", error, "JSON"))?;
    let mut fields = Vec::new();
    for name in whole.try_iter().map_err(Error::internal)? {
        let value = whole.get_item(&name).map_err(Error::internal)?;
        if !value.is_none() {
            fields.push((name.to_string(), value));
        }
    }
    let find = |name: &&str| fields.iter().find(|(field, _)| field == *name);
    if let Some((_, reasoning)) = REASONING.iter().find_map(find).cloned() {
        let [content, thinking, _] = REASONING;
        if !fields.iter().any(|(field, _)| field == thinking) {
            fields.insert(0, (thinking.to_owned(), reasoning.clone()));
        }
        match fields.iter_mut().find(|(field, _)| field == content) {
            Some((_, value)) => *value = reasoning,
            None => fields.push((content.to_owned(), reasoning)),
        }
    }
    Ok(fields)
}

/// A text, or the last text of a list of parts, with more at its end.
fn continued_content(content: &Value, more: &str) -> Option<Value> {
    if let Some(text) = content.as_str() {
        return Some(Value::from(format!("{text}{more}")));
    }
    if content.kind() != ValueKind::Seq {
        return None;
    }
    let mut parts: Vec<Value> = content.try_iter().ok()?.collect();
    let text_of = |part: &Value| part.get_attr("text").ok()?.as_str().map(str::to_owned);
    let (index, text) = parts
        .iter()
        .enumerate()
        .rev()
        .find_map(|(index, part)| Some((index, text_of(part)?)))?;
    let fields = parts[index].try_iter().ok()?.map(|name| {
        let value = match name.as_str() {
            Some("text") => Value::from(format!("{text}{more}")),
            _ => parts[index].get_item(&name).unwrap_or_default(),
        };
        (name.to_string(), value)
    });
    let longer = object(fields.collect::<Vec<_>>());
    parts[index] = longer;
    Some(parts.into())
}
