//! JSON as files of rows have it: the parts of an object or a list as they stand in the
//! text, and numbers that Python writes although JSON has none.

use serde_json::Value;
use std::borrow::Cow;

/// The members of an object that is known to be well formed: each name, and its value as
/// it stands in the text. Of anything else none.
pub fn members(text: &str) -> Vec<(String, &str)> {
    let parts = parts(text, '{');
    parts
        .into_iter()
        .filter_map(|part| {
            let name_end = 1 + string_end(part.strip_prefix('"')?)?;
            let name = serde_json::from_str(&part[..=name_end]).ok()?;
            let value = part[name_end + 1..].trim_start().strip_prefix(':')?;
            Some((name, value.trim()))
        })
        .collect()
}

/// The items of a list that is known to be well formed, as they stand in the text. Of
/// anything else none.
pub fn items(text: &str) -> Vec<&str> {
    parts(text, '[')
}

/// What stands between the commas of the outermost object or list.
fn parts(text: &str, open: char) -> Vec<&str> {
    let Some(inside) = text.trim_start().strip_prefix(open) else {
        return Vec::new();
    };
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let mut at = 0;
    let bytes = inside.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => match string_end(&inside[at + 1..]) {
                Some(end) => at += 1 + end,
                None => return parts,
            },
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 0 => depth -= 1,
            b',' | b'}' | b']' if depth == 0 => {
                let part = inside[start..at].trim();
                if !part.is_empty() {
                    parts.push(part);
                }
                if byte != b',' {
                    return parts;
                }
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts
}

/// Where the quotation mark stands that ends a string, counted from behind the first one.
fn string_end(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })
}

/// What stands for a number that is infinite: of no type that a column may have, so that a
/// column that is read refuses it, and one that is not does not matter.
pub const INFINITE: &str = "an infinite number";

/// The text with what Python's `json.dumps` writes for numbers that are none, where JSON
/// has nothing: `NaN` as null, which is what it stands for in pandas, and `Infinity` as
/// [`INFINITE`].
pub fn with_python_numbers(text: &str) -> Cow<'_, str> {
    if !text.contains("NaN") && !text.contains("Infinity") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = ["NaN", "-Infinity", "Infinity"]
            .into_iter()
            .find(|word| rest.starts_with(word));
        let length = match (first, word) {
            ('"', _) => string_end(&rest[1..]).map_or(rest.len(), |end| end + 2),
            (_, Some(word)) => {
                if word == "NaN" {
                    out.push_str("null");
                } else {
                    out.push_str(&format!("{{\"{INFINITE}\":null}}"));
                }
                rest = &rest[word.len()..];
                continue;
            }
            _ => first.len_utf8(),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    Cow::Owned(out)
}

/// What a value is, in words.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(fields) if fields.contains_key(INFINITE) => INFINITE,
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_as_in_the_text() {
        let text = r#" {"b" : [1, {"x": "],"}], "a\"": {"z": 1, "y":2} , "c":"\\"} "#;
        let expected = [
            ("b", r#"[1, {"x": "],"}]"#),
            ("a\"", r#"{"z": 1, "y":2}"#),
            ("c", r#""\\""#),
        ];
        let found = members(text);
        let found: Vec<(&str, &str)> = found.iter().map(|(n, v)| (n.as_str(), *v)).collect();
        assert_eq!(found, expected);
        assert_eq!(
            items(r#"[ 1,"a,]", [2, 3] ,{}]"#),
            ["1", "\"a,]\"", "[2, 3]", "{}"]
        );
        for other in ["", "[]", "{}", "\"x\"", "[", "{\"a", "5"] {
            assert_eq!(
                (members(other).len(), items(other).len()),
                (0, 0),
                "{other}"
            );
        }
    }

    #[test]
    fn numbers_that_python_alone_writes_are_read() {
        assert_eq!(
            with_python_numbers(r#"{"a": NaN, "NaN \" Infinity": "NaN", "b": [-Infinity]}"#),
            format!(r#"{{"a": null, "NaN \" Infinity": "NaN", "b": [{{"{INFINITE}":null}}]}}"#)
        );
        assert!(matches!(with_python_numbers("{}"), Cow::Borrowed(_)));
        for cut in ["\"NaN", "NaN\"", "\"\\", "N\u{e9}Infinity"] {
            with_python_numbers(cut);
        }
    }
}
