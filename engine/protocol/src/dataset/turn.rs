//! The turns of a conversation, and what a chat template is given beside them.

use super::json::members;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    System,
    User,
    Assistant,
    Tool,
    /// Any other; its name stands in [`Turn::whole`].
    Other,
    /// Nobody: the [`TemplateData`] of the row, before the turns of its prompt.
    Template,
}

/// One message of a conversation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Turn {
    pub role: Role,
    /// The text, also that of a list of parts; empty where there is none.
    pub content: String,
    /// The turn as its file has it, a JSON object, where it is more than a role and a text:
    /// calls of tools, a name, a list of parts. A chat template is given this. It is text
    /// because the order of its fields matters to templates that print them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<String>,
}

impl Turn {
    pub fn new(role: Role, content: impl Into<String>) -> Turn {
        Turn {
            role,
            content: content.into(),
            whole: None,
        }
    }

    /// For reading: the text, or where there is none the calls of tools as JSON.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        if !self.content.is_empty() {
            return Cow::Borrowed(&self.content);
        }
        let calls = self.field("tool_calls");
        calls.map_or(Cow::Borrowed(""), |calls| Cow::Owned(calls.to_owned()))
    }

    /// The role with a capital: `User`.
    pub(super) fn role_shown(&self) -> String {
        match self.role {
            Role::System => "System".to_owned(),
            Role::User => "User".to_owned(),
            Role::Assistant => "Assistant".to_owned(),
            Role::Tool => "Tool".to_owned(),
            Role::Template => String::new(),
            Role::Other => {
                let name = self.field("role").unwrap_or_default().trim_matches('"');
                let mut letters = name.chars();
                let first = letters.next().map(|first| first.to_uppercase().to_string());
                first.unwrap_or_default() + letters.as_str()
            }
        }
    }

    /// A field of the whole turn, as JSON.
    fn field(&self, name: &str) -> Option<&str> {
        let fields = members(self.whole.as_deref()?);
        fields
            .into_iter()
            .find_map(|(field, value)| (field == name).then_some(value))
    }
}

/// Blanks between the parts of `whole`, and the order of its fields, make no other turn.
impl PartialEq for Turn {
    fn eq(&self, other: &Turn) -> bool {
        let tree = |turn: &Turn| -> Option<Value> {
            let whole = turn.whole.as_deref()?;
            Some(serde_json::from_str(whole).unwrap_or_else(|_| Value::from(whole)))
        };
        (self.role, &self.content) == (other.role, &other.content)
            && (self.whole == other.whole || tree(self) == tree(other))
    }
}

/// What a row gives the chat template beside its turns: TRL's columns `tools` and
/// `chat_template_kwargs`, each as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateData {
    pub tools: Option<String>,
    pub chat_template_kwargs: Option<String>,
}

impl TemplateData {
    pub const TOOLS: &str = "tools";
    pub const KWARGS: &str = "chat_template_kwargs";

    /// The columns that there are, with their JSON.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let columns = [
            (TemplateData::TOOLS, &self.tools),
            (TemplateData::KWARGS, &self.chat_template_kwargs),
        ];
        columns
            .into_iter()
            .filter_map(|(name, json)| Some((name, json.as_deref()?)))
    }

    /// As it travels: before the turns of a row's first content. `None` if there is
    /// nothing in it.
    pub(super) fn into_turn(self) -> Option<Turn> {
        let columns: Vec<String> = self
            .columns()
            .map(|(name, json)| format!("\"{name}\":{json}"))
            .collect();
        if columns.is_empty() {
            return None;
        }
        Some(Turn {
            role: Role::Template,
            content: String::new(),
            whole: Some(format!("{{{}}}", columns.join(","))),
        })
    }

    /// Of a turn with [`Role::Template`].
    pub fn of_turn(turn: &Turn) -> TemplateData {
        let mut data = TemplateData::default();
        for (name, json) in members(turn.whole.as_deref().unwrap_or_default()) {
            match name.as_str() {
                TemplateData::TOOLS => data.tools = Some(json.to_owned()),
                TemplateData::KWARGS => data.chat_template_kwargs = Some(json.to_owned()),
                _ => {}
            }
        }
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(json: &str) -> Turn {
        Turn {
            whole: Some(json.to_owned()),
            ..Turn::new(Role::Other, "")
        }
    }

    #[test]
    fn turns_are_the_same_whatever_the_order_of_their_fields() {
        let a = whole(r#"{"role": "critic", "name": "x"}"#);
        assert_eq!(a, whole(r#"{"name":"x","role":"critic"}"#));
        assert_ne!(a, whole(r#"{"name":"y","role":"critic"}"#));
        assert_ne!(a, Turn::new(Role::Other, ""));
        assert_eq!(a.role_shown(), "Critic");
    }

    #[test]
    fn a_turn_without_text_shows_its_calls() {
        let turn = whole(r#"{"role": "assistant", "tool_calls": [{"name": "f"}]}"#);
        assert_eq!(turn.shown(), r#"[{"name": "f"}]"#);
        assert_eq!(Turn::new(Role::User, "").shown(), "");
    }

    #[test]
    fn template_data_travel_as_a_turn() {
        let data = TemplateData {
            tools: Some(r#"[{"b": 1, "a": 2}]"#.to_owned()),
            chat_template_kwargs: Some("{}".to_owned()),
        };
        let turn = data.clone().into_turn().expect("a turn");
        assert_eq!(TemplateData::of_turn(&turn), data);
        assert_eq!(TemplateData::default().into_turn(), None);
    }
}
