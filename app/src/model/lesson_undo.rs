//! Changes to a lesson that is being written, as they are taken back.

use serde_json::{Value, json};

/// What can be brought back.
#[derive(Clone, Debug, PartialEq)]
pub enum Undo {
    /// A step that was removed from this place.
    Step { at: usize, value: Value },
    /// Another draft, whole.
    Draft(Value),
    /// The set-up as it was.
    Setup(Option<Value>),
}

impl Undo {
    pub(super) fn to_value(&self) -> Value {
        match self {
            Undo::Step { at, value } => json!({"at": at, "step": value}),
            Undo::Draft(value) => json!({"draft": value}),
            Undo::Setup(value) => json!({"setup": value}),
        }
    }

    pub(super) fn of_value(value: &Value) -> Option<Undo> {
        if let Some(step) = value.get("step") {
            let at = value.get("at")?.as_u64()?;
            return Some(Undo::Step {
                at: usize::try_from(at).ok()?,
                value: step.clone(),
            });
        }
        if let Some(draft) = value.get("draft") {
            return Some(Undo::Draft(draft.clone()));
        }
        let setup = value.get("setup")?;
        Some(Undo::Setup(
            Some(setup.clone()).filter(|value| !value.is_null()),
        ))
    }
}
