//! JSON that the page reads: through a tree, and records by their names alone.
//!
//! serde_json reads a record straight from the text, from an object or from an array, and
//! both ways are compiled for each record with the reading of the text in them. What comes
//! to the page names its fields; from a tree the same records take a third less code.

use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Map, Value};

/// Reads a text as plain data.
///
/// # Errors
/// What is not JSON, or not what `T` reads.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let tree: Value = serde_json::from_str(text)?;
    T::deserialize(JsonTree(tree))
}

struct JsonTree(Value);

impl JsonTree {
    /// Not what was expected.
    #[cold]
    fn refused(&self, expected: &str) -> Error {
        let found = match &self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(is) => Unexpected::Bool(*is),
            Value::Number(number) => Unexpected::Float(number.as_f64().unwrap_or_default()),
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        Error::invalid_type(found, &expected)
    }
}

impl<'de> Deserializer<'de> for JsonTree {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(is) => visitor.visit_bool(is),
            Value::Number(_) => self.deserialize_f64(visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Bool(is) => visitor.visit_bool(is),
            _ => Err(self.refused("true or false")),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Value::Number(number) = &self.0 else {
            return Err(self.refused("a number"));
        };
        match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(number), _, _) => visitor.visit_u64(number),
            (_, Some(number), _) => visitor.visit_i64(number),
            (_, _, Some(number)) => visitor.visit_f64(number),
            _ => Err(self.refused("a number")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => Err(self.refused("a text")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(self.refused("a list")),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(ObjectFields::of(fields)),
            _ => Err(self.refused("an object")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant {
                name,
                content: Value::Null,
            }),
            // What more it has is of a later version.
            Value::Object(fields) if !fields.is_empty() => {
                let (name, content) = fields.into_iter().next().unwrap_or_default();
                visitor.visit_enum(Variant { name, content })
            }
            _ => Err(self.refused("a name, or one with its content")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u128 f32 char bytes byte_buf unit_struct tuple_struct identifier
    }
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.0
            .next()
            .map(|item| seed.deserialize(JsonTree(item)))
            .transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct ObjectFields {
    rest: serde_json::map::IntoIter,
    value: Value,
}

impl ObjectFields {
    fn of(fields: Map<String, Value>) -> ObjectFields {
        ObjectFields {
            rest: fields.into_iter(),
            value: Value::Null,
        }
    }
}

impl<'de> MapAccess<'de> for ObjectFields {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = value;
        seed.deserialize(StringDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(JsonTree(self.value.take()))
    }
}

struct Variant {
    name: String,
    content: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = JsonTree;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, JsonTree), Error> {
        let name = seed.deserialize(StringDeserializer::<Error>::new(self.name))?;
        Ok((name, JsonTree(self.content)))
    }
}

impl<'de> VariantAccess<'de> for JsonTree {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Plain,
        Of(u32),
        Pair(i8, f32),
        Named { name: String, share: Option<f64> },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Record {
        kinds: Vec<Kind>,
        numbers: BTreeMap<String, f64>,
        text: Option<String>,
        flag: bool,
        id: u64,
        pair: (usize, String),
        #[serde(default)]
        missing: Option<u8>,
    }

    #[test]
    fn what_was_written_is_read() {
        let record = Record {
            kinds: vec![
                Kind::Plain,
                Kind::Of(7),
                Kind::Pair(-3, 0.5),
                Kind::Named {
                    name: "a \"b\" \u{e9}".to_owned(),
                    share: None,
                },
            ],
            numbers: BTreeMap::from([("loss".to_owned(), 0.1 + 0.2), ("step".to_owned(), 3.0)]),
            text: None,
            flag: true,
            id: u64::MAX,
            pair: (1, "x".to_owned()),
            missing: None,
        };
        let text = serde_json::to_string(&record).expect("plain data");
        assert_eq!(from_str::<Record>(&text).expect(&text), record);
        let more = text.replacen('{', r#"{"later":[1,{"a":null}],"#, 1);
        assert_eq!(from_str::<Record>(&more).expect(&more), record);
    }

    #[test]
    fn what_is_something_else_is_refused() {
        for text in ["", "[1", "{}", "\"x\"", "7", "null"] {
            assert!(from_str::<Record>(text).is_err(), "{text}");
        }
        for text in [
            "\"other\"",
            "{}",
            "{\"of\":\"7\"}",
            "{\"of\":-1}",
            "{\"named\":{}}",
            "[]",
        ] {
            assert!(from_str::<Kind>(text).is_err(), "{text}");
        }
        assert!(from_str::<(u8, bool)>("[300,true]").is_err());
        assert!(from_str::<(u8, bool)>("[3]").is_err());
    }
}
