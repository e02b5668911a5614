//! What is wrong with a lesson, and where.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// One thing that a lesson file says and that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{path}: {found}, expected {expected}")]
pub struct Defect {
    /// Where it stands: `steps[3].check.at_least`, counted from 0.
    pub path: String,
    /// What stands there, in words.
    pub found: String,
    pub expected: String,
}

/// A value by its type, for messages.
pub(super) fn kind_of(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(text) if text.trim().is_empty() => "an empty text".to_owned(),
        Value::String(text) if text.contains(char::is_whitespace) => "a text".to_owned(),
        Value::String(_) => "a word".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// "a", "a or b", "a, b or c".
pub(super) fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.into_iter().collect();
    match (names.pop(), names.is_empty()) {
        (None, _) => "nothing".to_owned(),
        (Some(only), true) => only.to_owned(),
        (Some(last), false) => format!("{} or {last}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_says_where_what_and_what_instead() {
        let defect = Defect {
            path: "steps[3].check.at_least".to_owned(),
            found: kind_of(&Value::from("high")),
            expected: "a number".to_owned(),
        };
        let told = "steps[3].check.at_least: a word, expected a number";
        assert_eq!(defect.to_string(), told);
    }

    #[test]
    fn names_are_listed_as_people_list_them() {
        assert_eq!(one_of([]), "nothing");
        assert_eq!(one_of(["a"]), "a");
        assert_eq!(one_of(["a", "b", "c"]), "a, b or c");
    }
}
