//! What is typed into a lesson's form, and the JSON that it stands for.

use crate::texts::numbers::typed_number;
use serde_json::Value;

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    Text,
    Number,
    /// A list of texts, one a line.
    Lines,
    /// A number, true, false, a list, or a word. It is there as long as it has a name.
    Setting,
}

impl Typed {
    /// `None` of what is blank: the field is not there then. What is no number stays as it
    /// was typed, for the reader of lessons to say so.
    pub fn read(self, text: &str) -> Option<Value> {
        if text.trim().is_empty() {
            return (self == Typed::Setting).then(|| "".into());
        }
        Some(match self {
            Typed::Text => text.into(),
            Typed::Number => number(text).unwrap_or_else(|| text.into()),
            Typed::Lines => text
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect(),
            Typed::Setting => number(text)
                .or_else(|| serde_json::from_str(text).ok())
                .unwrap_or_else(|| text.trim().into()),
        })
    }

    pub fn show(self, value: Option<&Value>) -> String {
        match (self, value) {
            (_, None | Some(Value::Null)) => String::new(),
            (_, Some(Value::String(text))) => text.clone(),
            (Typed::Lines, Some(Value::Array(items))) => {
                let lines: Vec<String> = items
                    .iter()
                    .map(|item| Typed::Setting.show(Some(item)))
                    .collect();
                lines.join("\n")
            }
            (_, Some(other)) => other.to_string(),
        }
    }

    /// What stands in the field: what was typed, as long as that is what the lesson has.
    pub fn shown(self, typed: &str, value: Option<&Value>) -> String {
        if self.read(typed).as_ref() == value.filter(|value| !value.is_null()) {
            typed.to_owned()
        } else {
            self.show(value)
        }
    }
}

/// 1 for 1.0, as the reader of lessons writes it.
fn number(text: &str) -> Option<Value> {
    if let Ok(whole) = text.trim().parse::<u64>() {
        return Some(whole.into());
    }
    let number = typed_number(text)?;
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Some(Value::from(number as i64))
    } else {
        Some(Value::from(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_typed_becomes_json_and_comes_back() {
        for (typed, text, value) in [
            (Typed::Text, " A text ", json!(" A text ")),
            (Typed::Number, "0.5", json!(0.5)),
            (Typed::Number, "12", json!(12)),
            (Typed::Number, "-1", json!(-1)),
            (Typed::Number, "18446744073709551615", json!(u64::MAX)),
            (Typed::Number, "high", json!("high")),
            (Typed::Lines, "one\ntwo", json!(["one", "two"])),
            (Typed::Setting, "true", json!(true)),
            (Typed::Setting, "[1,2]", json!([1, 2])),
            (Typed::Setting, "cosine", json!("cosine")),
        ] {
            assert_eq!(typed.read(text), Some(value.clone()), "{text}");
            assert_eq!(typed.show(Some(&value)), text);
        }
        assert_eq!(Typed::Text.read("  "), None);
        assert_eq!(Typed::Setting.read(" "), Some(json!("")));
        assert_eq!(Typed::Lines.read("\n \n"), None);
    }

    #[test]
    fn a_field_keeps_what_is_half_typed() {
        let half = Some(json!(0));
        assert_eq!(Typed::Number.shown("0.", half.as_ref()), "0.");
        let lines = Some(json!(["one"]));
        assert_eq!(Typed::Lines.shown("one\n", lines.as_ref()), "one\n");
        // Changed elsewhere.
        assert_eq!(Typed::Number.shown("0.", Some(&json!(2))), "2");
        assert_eq!(Typed::Text.shown("old", None), "");
    }
}
