//! What a namespace keeps. It is the only thing that a template can change after it was
//! made, so the only one that could be made to hold itself, or lists in lists without end.
//! minijinja walks values by recursion, and a stack that overflows ends the browser's worker
//! with all that is in it: such values are refused before a namespace has them.

use minijinja::functions::namespace;
use minijinja::value::{DynObject, ObjectRepr, Value};
use minijinja::{Error, ErrorKind};

/// Values within values; Tilt's reader of JSON takes 128.
const DEEPEST: usize = 150;
/// Values in all: one that holds another twice, and so on, has few levels and no end.
const MOST: usize = 1_000_000;

/// The value, if it has an end and holds nothing that changes.
///
/// # Errors
/// `InvalidOperation` saying what it holds.
pub fn kept(value: Value) -> Result<Value, Error> {
    ValueWalk {
        left: MOST,
        namespace: type_of(&namespace(None)?),
    }
    .walk(&value, 0)?;
    Ok(value)
}

struct ValueWalk {
    left: usize,
    namespace: Option<&'static str>,
}

impl ValueWalk {
    fn walk(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        self.left = self.left.saturating_sub(1);
        if depth > DEEPEST || self.left == 0 {
            return Err(wrong(
                "a namespace cannot keep a value that is nested this deeply",
            ));
        }
        let Some(object) = value.as_object() else {
            return Ok(());
        };
        if type_of(value) == self.namespace {
            return Err(wrong("a namespace cannot keep a namespace"));
        }
        if is_loop(object) {
            return Err(wrong(
                "a namespace cannot keep a loop, only what the loop tells",
            ));
        }
        match object.repr() {
            ObjectRepr::Map => {
                for (key, value) in object.try_iter_pairs().into_iter().flatten() {
                    self.walk(&key, depth + 1)?;
                    self.walk(&value, depth + 1)?;
                }
            }
            ObjectRepr::Seq | ObjectRepr::Iterable => {
                for value in object.try_iter().into_iter().flatten() {
                    self.walk(&value, depth + 1)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn type_of(value: &Value) -> Option<&'static str> {
    value.as_object().map(DynObject::type_name)
}

/// minijinja's `loop`: it holds the items beside the one that it is at.
fn is_loop(object: &DynObject) -> bool {
    object.type_name().ends_with("::Loop")
}

fn wrong(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}
