//! Places within a lesson's JSON, written as the lesson's reader writes them:
//! `steps[2].check.at_least`.

use serde_json::{Map, Value};

/// One part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Field(String),
    Item(usize),
}

fn parts(path: &str) -> Vec<Part> {
    let mut found = Vec::new();
    for piece in path.split('.') {
        let mut pieces = piece.split('[');
        if let Some(name) = pieces.next().filter(|name| !name.is_empty()) {
            found.push(Part::Field(name.to_owned()));
        }
        let items = pieces.filter_map(|item| item.strip_suffix(']')?.parse().ok());
        found.extend(items.map(Part::Item));
    }
    found
}

/// What stands there.
pub fn get<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    parts(path)
        .iter()
        .try_fold(value, |value, part| match part {
            Part::Field(name) => value.get(name),
            Part::Item(index) => value.get(index),
        })
}

/// Puts a value there, and makes what it stands in; `None` takes it away.
pub fn set(value: &mut Value, path: &str, new: Option<Value>) {
    let parts = parts(path);
    let Some((last, way)) = parts.split_last() else {
        *value = new.unwrap_or(Value::Null);
        return;
    };
    let mut place = value;
    for part in way {
        // Nothing is made for what is taken away.
        if new.is_none() && part.of(place).is_none() {
            return;
        }
        place = part.made(place);
    }
    match (last, new) {
        (_, Some(new)) => *last.made(place) = new,
        (Part::Field(name), None) => {
            place.as_object_mut().and_then(|map| map.remove(name));
        }
        (Part::Item(index), None) => {
            if let Some(items) = place.as_array_mut().filter(|items| *index < items.len()) {
                items.remove(*index);
            }
        }
    }
}

impl Part {
    fn of<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match self {
            Part::Field(name) => value.get(name),
            Part::Item(index) => value.get(index),
        }
    }

    /// The place itself, made where it is not there yet.
    fn made<'a>(&self, value: &'a mut Value) -> &'a mut Value {
        match self {
            Part::Field(name) => {
                if !value.is_object() {
                    *value = Value::Object(Map::new());
                }
                &mut value[name.as_str()]
            }
            Part::Item(index) => {
                if !value.is_array() {
                    *value = Value::Array(Vec::new());
                }
                if let Some(items) = value.as_array_mut()
                    && items.len() <= *index
                {
                    items.resize(index + 1, Value::Null);
                }
                &mut value[*index]
            }
        }
    }
}

/// A field of what stands at `path`.
pub fn field(path: &str, name: &str) -> String {
    match (path.is_empty(), name.is_empty()) {
        (true, _) => name.to_owned(),
        (_, true) => path.to_owned(),
        _ if name.starts_with('[') => format!("{path}{name}"),
        _ => format!("{path}.{name}"),
    }
}

/// An item of the list at `path`.
pub fn item(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

/// Whether `path` leads to `place` or to something in it.
pub fn is_within(path: &str, place: &str) -> bool {
    path.strip_prefix(place)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_put_somewhere_stands_there() {
        let mut value = json!({});
        set(&mut value, "steps[1].check.at_least", Some(json!(0.8)));
        set(&mut value, "title", Some(json!("A")));
        let expected = json!({"title": "A", "steps": [null, {"check": {"at_least": 0.8}}]});
        assert_eq!(value, expected);
        let found = get(&value, "steps[1].check.at_least");
        assert_eq!(found, Some(&json!(0.8)));
        assert_eq!(get(&value, "steps[2]"), None);
        assert_eq!(get(&value, "title.of"), None);
        assert_eq!(get(&value, ""), Some(&value));
    }

    #[test]
    fn what_is_taken_away_is_gone_and_nothing_is_made_for_it() {
        let mut value = json!({"steps": [1, 2, 3], "verify": {"labels": {}}});
        for path in [
            "steps[1]",
            "steps[7]",
            "verify.labels",
            "setup.labels.judge",
        ] {
            set(&mut value, path, None);
        }
        assert_eq!(value, json!({"steps": [1, 3], "verify": {}}));
    }

    #[test]
    fn what_is_of_another_kind_gives_way() {
        let mut value = json!({"setup": "x"});
        set(&mut value, "setup.labels.set", Some(json!("polite")));
        assert_eq!(value, json!({"setup": {"labels": {"set": "polite"}}}));
    }

    #[test]
    fn a_place_is_told_from_one_that_only_begins_alike() {
        assert!(is_within("steps[1].text", "steps[1]"));
        assert!(is_within("steps[1]", "steps[1]"));
        assert!(is_within("goals[0]", "goals"));
        assert!(!is_within("steps[10].text", "steps[1]"));
        assert!(!is_within("setup.labels", "setup.label"));
        assert_eq!(field("steps[0]", "act"), "steps[0].act");
        assert_eq!(field("", "title"), "title");
        assert_eq!(field(&item("of", 2), "[1]"), "of[2][1]");
    }
}
