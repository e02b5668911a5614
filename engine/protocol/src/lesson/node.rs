//! Reading JSON by path: each function notes what is wrong and goes on, so that all
//! defects of a file are found at once.

use super::defect::{Defect, kind_of, one_of};
use crate::config::nearest;
use serde_json::{Map, Value};
use std::cell::RefCell;

/// Up to here every whole number is an f64: 2^53.
pub(super) const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// What was found to be wrong so far.
#[derive(Default)]
pub(super) struct Defects(RefCell<Vec<Defect>>);

impl Defects {
    pub fn into_list(self) -> Vec<Defect> {
        self.0.into_inner()
    }

    fn note(&self, path: &str, found: impl Into<String>, expected: impl Into<String>) {
        let (found, expected) = (found.into(), expected.into());
        let path = match path.is_empty() {
            true => "the lesson".to_owned(),
            false => path.to_owned(),
        };
        self.0.borrow_mut().push(Defect {
            path,
            found,
            expected,
        });
    }
}

/// A value of the file, with its place.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub value: &'a Value,
    path: String,
    defects: &'a Defects,
}

/// An object of the file, its fields known by name.
pub(super) struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: String,
    defects: &'a Defects,
}

/// A range of numbers, ends included, and how it is called.
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub least: f64,
    pub most: f64,
}

impl Range {
    /// Every finite number.
    pub const ANY: Range = Range {
        least: f64::NEG_INFINITY,
        most: f64::INFINITY,
    };
    pub const FROM_0: Range = Range {
        least: 0.0,
        most: f64::INFINITY,
    };
    pub const SHARE: Range = Range {
        least: 0.0,
        most: 1.0,
    };

    pub fn to(least: f64, most: f64) -> Range {
        Range { least, most }
    }

    fn name(self, what: &str) -> String {
        match (self.least.is_finite(), self.most.is_finite()) {
            (true, true) => format!("{what} from {} to {}", self.least, self.most),
            (true, false) => format!("{what} from {}", self.least),
            (false, true) => format!("{what} up to {}", self.most),
            (false, false) => what.to_owned(),
        }
    }
}

impl<'a> Node<'a> {
    pub fn root(value: &'a Value, defects: &'a Defects) -> Node<'a> {
        Node {
            value,
            path: String::new(),
            defects,
        }
    }

    /// Notes a defect of this value.
    pub fn fail<T>(&self, found: impl Into<String>, expected: impl Into<String>) -> Option<T> {
        self.defects.note(&self.path, found, expected);
        None
    }

    /// Notes that this value is of another type.
    pub fn wrong<T>(&self, expected: impl Into<String>) -> Option<T> {
        self.fail(kind_of(self.value), expected)
    }

    /// An object whose fields are all `known`; others are noted.
    pub fn object(&self, known: &[&str]) -> Option<Fields<'a>> {
        let fields = self.any_object(&one_of(known.iter().copied()))?;
        for name in fields.map.keys() {
            if !known.contains(&name.as_str()) {
                fields.unknown(name, known);
            }
        }
        Some(fields)
    }

    /// An object with whatever fields.
    pub fn any_object(&self, known: &str) -> Option<Fields<'a>> {
        match self.value {
            Value::Object(map) => Some(Fields {
                map,
                path: self.path.clone(),
                defects: self.defects,
            }),
            _ => self.wrong(format!("an object with {known}")),
        }
    }

    /// A text that is not blank.
    pub fn text(&self) -> Option<String> {
        match self.value {
            Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
            _ => self.wrong("a text"),
        }
    }

    /// A finite number within the range.
    pub fn number(&self, range: Range) -> Option<f64> {
        let expected = range.name("a number");
        let Some(number) = self.value.as_f64() else {
            return self.wrong(expected);
        };
        if number.is_finite() && (range.least..=range.most).contains(&number) {
            Some(number)
        } else {
            self.fail(self.value.to_string(), expected)
        }
    }

    /// A whole number within the range, which lies below 2^53.
    pub fn whole(&self, least: u32, most: u32) -> Option<usize> {
        let range = Range::to(f64::from(least), f64::from(most));
        let expected = range.name("a whole number");
        match self.value.as_f64() {
            None => self.wrong(expected),
            Some(number)
                if number.fract() == 0.0 && (range.least..=range.most).contains(&number) =>
            {
                Some(number as usize)
            }
            Some(_) => self.fail(self.value.to_string(), expected),
        }
    }

    /// The items of a list with at least so many of them.
    pub fn list(&self, least: usize, what: &str) -> Option<Vec<Node<'a>>> {
        let expected = match least {
            0 | 1 => format!("a list of {what}"),
            _ => format!("a list of {least} or more {what}"),
        };
        let Value::Array(items) = self.value else {
            return self.wrong(expected);
        };
        match items.len() {
            0 => self.fail("an empty list", expected),
            1 if least > 1 => self.fail("one item", expected),
            found if found < least => self.fail(format!("{found} items"), expected),
            _ => Some(self.items(items)),
        }
    }

    fn items(&self, items: &'a [Value]) -> Vec<Node<'a>> {
        let numbered = items.iter().enumerate();
        let node = |(index, value)| Node {
            value,
            path: format!("{}[{index}]", self.path),
            defects: self.defects,
        };
        numbered.map(node).collect()
    }

    /// This value, or each of the list that it is.
    pub fn one_or_list(&self, what: &str) -> Option<Vec<Node<'a>>> {
        match self.value {
            Value::Array(_) => self.list(1, what),
            _ => Some(vec![self.clone()]),
        }
    }

    /// Texts, none of them blank.
    pub fn texts(&self, least: usize, what: &str) -> Option<Vec<String>> {
        let items = self.list(least, what)?;
        let texts: Vec<Option<String>> = items.iter().map(Node::text).collect();
        texts.into_iter().collect()
    }

    /// One of the names, as what it stands for.
    pub fn name<T>(&self, names: &[(&str, T)]) -> Option<T>
    where
        T: Copy,
    {
        let known: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        let expected = one_of(known.iter().copied());
        let Value::String(text) = self.value else {
            return self.wrong(expected);
        };
        match names.iter().find(|(name, _)| name == text) {
            Some((_, found)) => Some(*found),
            None => self.fail(format!("{text:?}"), meant(text, &known, expected)),
        }
    }

    /// The index of an item of another list.
    pub fn index_below(&self, count: usize) -> Option<usize> {
        self.whole(
            0,
            u32::try_from(count).unwrap_or(u32::MAX).saturating_sub(1),
        )
    }
}

/// The expected names, the nearest one first where it is near.
fn meant(text: &str, known: &[&str], expected: String) -> String {
    match nearest(text, known) {
        Some(nearest) if known.len() > 1 => format!("{expected} (did you mean {nearest:?}?)"),
        _ => expected,
    }
}

impl<'a> Fields<'a> {
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.map.keys().map(String::as_str)
    }

    pub fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    pub fn optional(&self, name: &str) -> Option<Node<'a>> {
        self.map.get(name).map(|value| Node {
            value,
            path: self.path_of(name),
            defects: self.defects,
        })
    }

    pub fn required(&self, name: &str, expected: &str) -> Option<Node<'a>> {
        let found = self.optional(name);
        if found.is_none() {
            self.defects.note(&self.path_of(name), "missing", expected);
        }
        found
    }

    /// Notes a field that is not read.
    pub fn unknown(&self, name: &str, known: &[&str]) {
        let expected = one_of(known.iter().copied());
        let expected = meant(name, known, expected);
        let path = self.path_of(name);
        self.defects.note(&path, "an unknown field", expected);
    }

    /// Notes a defect of the object.
    pub fn fail<T>(&self, found: impl Into<String>, expected: impl Into<String>) -> Option<T> {
        self.defects.note(&self.path, found, expected);
        None
    }

    /// Notes a defect of a field.
    pub fn fail_at(&self, name: &str, found: impl Into<String>, expected: impl Into<String>) {
        self.defects.note(&self.path_of(name), found, expected);
    }

    pub fn number(&self, name: &str, range: Range, default: f64) -> f64 {
        let given = self.optional(name).and_then(|node| node.number(range));
        given.unwrap_or(default)
    }

    fn path_of(&self, name: &str) -> String {
        match self.path.is_empty() {
            true => name.to_owned(),
            false => format!("{}.{name}", self.path),
        }
    }
}

/// A number as the canonical form writes it: 1, not 1.0.
pub(super) fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= MOST_EXACT {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

/// An object of what is there.
pub(super) fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Option<Value>)>) -> Value {
    let given = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(given.collect())
}
