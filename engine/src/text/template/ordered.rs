//! Objects whose fields keep their order: Python's dictionaries do, and `tojson` and
//! `items` show it. minijinja's own do not.

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::sync::Arc;

#[derive(Debug)]
struct Ordered(Vec<(Value, Value)>);

impl Object for Ordered {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let found = self.0.iter().find(|(field, _)| field == key);
        found.map(|(_, value)| value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.iter().map(|(field, _)| field.clone()).collect())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.0.len())
    }
}

/// An object of these fields; of two with one name the later one counts, in the place of
/// the first.
pub fn object<K: Into<Value>>(fields: impl IntoIterator<Item = (K, Value)>) -> Value {
    let mut ordered: Vec<(Value, Value)> = Vec::new();
    for (field, value) in fields {
        let field = field.into();
        match ordered.iter_mut().find(|(other, _)| *other == field) {
            Some((_, old)) => *old = value,
            None => ordered.push((field, value)),
        }
    }
    Value::from_object(Ordered(ordered))
}

/// The object of a list of fields and values: what a dictionary within a template becomes.
pub fn of_pairs(pairs: &Value) -> Result<Value, Error> {
    let mut fields = Vec::new();
    for pair in pairs.try_iter()? {
        let parts: Vec<Value> = pair.try_iter()?.collect();
        let Ok([field, value]) = <[Value; 2]>::try_from(parts) else {
            let reason = "a dictionary of fields and values was expected";
            return Err(Error::new(ErrorKind::InvalidOperation, reason));
        };
        fields.push((field, value));
    }
    Ok(object(fields))
}

/// JSON as a template sees it.
pub fn from_json(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str(text).map(|Json(value)| value)
}

struct Json(Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(JsonVisitor).map(Json)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(().into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Json(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut fields: Vec<(String, Value)> = Vec::new();
        while let Some((name, Json(value))) = members.next_entry()? {
            fields.push((name, value));
        }
        Ok(object(fields))
    }
}
