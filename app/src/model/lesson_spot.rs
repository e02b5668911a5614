//! Places of a lesson that is being written.

use super::lesson_path::{field, item};

/// Where something stands: in a step, wherever that has moved to, or in the lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub(super) step: Option<u64>,
    pub(super) rest: String,
}

impl Spot {
    pub fn of_lesson(path: &str) -> Spot {
        Spot {
            step: None,
            rest: path.to_owned(),
        }
    }

    pub fn of_step(id: u64) -> Spot {
        Spot {
            step: Some(id),
            rest: String::new(),
        }
    }

    pub fn field(&self, name: &str) -> Spot {
        Spot {
            step: self.step,
            rest: field(&self.rest, name),
        }
    }

    pub fn item(&self, index: usize) -> Spot {
        Spot {
            step: self.step,
            rest: item(&self.rest, index),
        }
    }
}
