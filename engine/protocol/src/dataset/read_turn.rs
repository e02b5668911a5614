//! A turn of a conversation, as a file has it.

use super::json::kind_of;
use super::{Role, Turn};
use serde_json::Value;

const TURN: &str = "an object with role (a string) and content (a string or a list of parts)";

/// A turn of a conversation. A field that is null is none: so transformers takes it too.
///
/// # Errors
/// What was found in place of it, and what was expected.
pub fn read_turn(
    value: &Value,
    whole: impl Fn() -> String,
) -> Result<Turn, (String, &'static str)> {
    let Value::Object(fields) = value else {
        return Err((kind_of(value).to_owned(), TURN));
    };
    let role = match fields.get("role") {
        Some(Value::String(role)) => role,
        Some(other) => return Err((format!("a role that is {}", kind_of(other)), TURN)),
        None => return Err(("no role".to_owned(), TURN)),
    };
    let role = match role.as_str() {
        "system" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" => Role::Tool,
        _ => Role::Other,
    };
    let more = fields
        .iter()
        .filter(|(name, value)| !["role", "content"].contains(&name.as_str()) && !value.is_null());
    let has_more = more.count() > 0;
    let (content, is_text) = match fields.get("content") {
        Some(Value::String(text)) => (text.clone(), true),
        Some(Value::Array(parts)) => (text_of_parts(parts), false),
        // A call of a tool needs no words.
        None | Some(Value::Null) if has_more => (String::new(), false),
        Some(Value::Null) => return Err(("null for content".to_owned(), TURN)),
        Some(other) => return Err((format!("a content that is {}", kind_of(other)), TURN)),
        None => return Err(("no content".to_owned(), TURN)),
    };
    let is_more = has_more || !is_text || role == Role::Other;
    Ok(Turn {
        role,
        content,
        whole: is_more.then(whole),
    })
}

/// The texts in a list of parts, `{"type": "text", "text": "..."}`.
fn text_of_parts(parts: &[Value]) -> String {
    let texts = parts.iter().filter_map(|part| match part {
        Value::String(text) => Some(text.as_str()),
        part => part.get("text")?.as_str(),
    });
    texts.collect()
}
