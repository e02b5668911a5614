//! Whether the engine can be asked for something long.

use crate::lab::Lab;
use leptos::prelude::*;
use tilt_protocol::EngineStatus;

/// Whether the engine can be asked for a run: a model on its way would end it as soon as it
/// had begun.
pub fn may_start(lab: Lab) -> bool {
    lab.engine.status().get_untracked() != EngineStatus::Loading
        && lab.engine.model().with_untracked(Option::is_some)
}
