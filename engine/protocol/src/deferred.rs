//! A value inside a message that is read later than the message: by the part of the page that
//! shows it, so that what a page loads at first need not know how.

use crate::error::{Error, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// A value as its JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Deferred<T> {
    json: String,
    #[serde(skip)]
    value: PhantomData<T>,
}

impl<T> Deferred<T> {
    /// What the value is read from.
    pub fn json(&self) -> &str {
        &self.json
    }
}

impl<T: Serialize> Deferred<T> {
    /// # Errors
    /// [`Error::Internal`] for a value that JSON cannot say.
    pub fn of(value: &T) -> Result<Deferred<T>> {
        Ok(Deferred {
            json: serde_json::to_string(value).map_err(Error::internal)?,
            value: PhantomData,
        })
    }
}

impl<T: DeserializeOwned> Deferred<T> {
    /// # Errors
    /// [`Error::MalformedFile`] for JSON of something else.
    pub fn read(&self) -> Result<T> {
        serde_json::from_str(&self.json).map_err(|error| Error::malformed("a message", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_travels_as_a_text() {
        let deferred = Deferred::of(&vec![1.5, 2.0]).unwrap();
        let text = serde_json::to_string(&deferred).unwrap();
        assert_eq!(text, "\"[1.5,2.0]\"");
        let back: Deferred<Vec<f64>> = serde_json::from_str(&text).unwrap();
        assert_eq!(back.read().unwrap(), [1.5, 2.0]);
        let other: Deferred<Vec<String>> = serde_json::from_str(&text).unwrap();
        assert!(other.read().is_err());
    }
}
