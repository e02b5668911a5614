//! Reading a config's fields: types, defaults, and which fields were of use.

use super::foreign::refusal;
use crate::error::{Error, Result};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Up to here every whole number is an f64: 2^53.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// The fields of a config file, with a note of those that were asked for.
pub struct Fields {
    fields: Map<String, Value>,
    used: RefCell<BTreeSet<String>>,
}

impl Fields {
    /// # Errors
    /// [`Error::UnknownField`] or [`Error::ForeignFields`] for names that are not `known`.
    pub fn new(fields: Map<String, Value>, known: &[&str]) -> Result<Fields> {
        if let Some(refusal) = refusal(fields.keys(), known) {
            return Err(refusal);
        }
        Ok(Fields {
            fields,
            used: RefCell::default(),
        })
    }

    /// A field's value; null is the same as left out.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.used.borrow_mut().insert(name.to_owned());
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// Whether there is something in a field. Says nothing of its use.
    pub fn is_given(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|value| !value.is_null())
    }

    /// True for a field that stands there as null.
    pub fn is_null(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(Value::is_null)
    }

    /// Fields that were given, and that nothing asked for.
    pub fn unused(&self) -> Vec<String> {
        let used = self.used.borrow();
        let names = self.fields.keys();
        names
            .filter(|name| !used.contains(*name))
            .cloned()
            .collect()
    }

    /// # Errors
    /// [`Error::InvalidConfig`] for anything but a number.
    pub fn optional_number(&self, name: &str) -> Result<Option<f64>> {
        self.get(name)
            .map(|value| {
                value
                    .as_f64()
                    .ok_or_else(|| Error::invalid(name, value, "a number"))
            })
            .transpose()
    }

    /// # Errors
    /// As [`Fields::optional_number`].
    pub fn number(&self, name: &str, default: f64) -> Result<f64> {
        Ok(self.optional_number(name)?.unwrap_or(default))
    }

    /// A whole number that counts something, as far as this machine counts.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for a fraction, a negative number or one that is too large.
    pub fn count(&self, name: &str, default: usize) -> Result<usize> {
        let most = u64::try_from(usize::MAX).unwrap_or(u64::MAX);
        let number = self.whole(name, most)?;
        Ok(number.map_or(default, |number| number as usize))
    }

    /// A seed: the same 64 bits on every machine.
    ///
    /// # Errors
    /// As [`Fields::count`].
    pub fn seed(&self, name: &str, default: u64) -> Result<u64> {
        Ok(self.whole(name, u64::MAX)?.unwrap_or(default))
    }

    /// A whole number from 0 to `most`. Python writes them as 8 or as 8.0.
    fn whole(&self, name: &str, most: u64) -> Result<Option<u64>> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let from_float = || {
            let number = value.as_f64()?;
            let is_whole = number.fract() == 0.0 && (0.0..=MOST_EXACT).contains(&number);
            is_whole.then_some(number as u64)
        };
        match value.as_u64().or_else(from_float) {
            Some(number) if number <= most => Ok(Some(number)),
            Some(_) => Err(Error::invalid(name, value, format!("at most {most}"))),
            None => Err(Error::invalid(name, value, "a whole number from 0")),
        }
    }

    /// # Errors
    /// [`Error::InvalidConfig`] for anything but true or false.
    pub fn optional_flag(&self, name: &str) -> Result<Option<bool>> {
        self.get(name)
            .map(|value| {
                value
                    .as_bool()
                    .ok_or_else(|| Error::invalid(name, value, "true or false"))
            })
            .transpose()
    }

    /// # Errors
    /// As [`Fields::optional_flag`].
    pub fn flag(&self, name: &str) -> Result<bool> {
        Ok(self.optional_flag(name)?.unwrap_or(false))
    }

    /// One name, or a list of names.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for anything else.
    pub fn names(&self, name: &str, default: &str) -> Result<Vec<String>> {
        let Some(value) = self.get(name) else {
            return Ok(vec![default.to_owned()]);
        };
        let wrong = || Error::invalid(name, value, "a name, or a list of names");
        let name_of = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(wrong);
        match value {
            Value::Array(items) => items.iter().map(name_of).collect(),
            other => Ok(vec![name_of(other)?]),
        }
    }

    /// Exactly one name.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for none, several or anything else.
    pub fn name(&self, name: &str, default: &str) -> Result<String> {
        let mut names = self.names(name, default)?;
        match (names.pop(), names.is_empty()) {
            (Some(one), true) => Ok(one),
            _ => Err(Error::invalid(
                name,
                self.get(name).unwrap_or(&Value::Null),
                "one name",
            )),
        }
    }

    /// The value that goes by `name`, of all that a field may have.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] with the names that there are.
    pub fn named<V: Copy>(
        &self,
        field: &str,
        name: &str,
        all: &[V],
        name_of: fn(&V) -> &'static str,
    ) -> Result<V> {
        let found = all.iter().copied().find(|value| name_of(value) == name);
        found.ok_or_else(|| Error::invalid(field, name, listed(all.iter().map(name_of))))
    }

    /// # Errors
    /// [`Error::InvalidConfig`] for anything but a list of numbers.
    pub fn numbers(&self, name: &str) -> Result<Option<Vec<f64>>> {
        self.get(name)
            .map(|value| {
                value
                    .as_array()
                    .and_then(|items| items.iter().map(Value::as_f64).collect())
                    .ok_or_else(|| Error::invalid(name, value, "a list of numbers"))
            })
            .transpose()
    }
}

/// `a, b or c`.
pub fn listed(names: impl Iterator<Item = &'static str>) -> String {
    let mut names: Vec<&str> = names.collect();
    let last = names.pop().unwrap_or_default();
    match names.is_empty() {
        true => last.to_owned(),
        false => format!("{} or {last}", names.join(", ")),
    }
}
