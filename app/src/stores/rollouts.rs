//! The answers that the live run has sampled last.

use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::PolicyAt;

/// Answers with the policy that wrote them.
#[derive(Clone, Debug, PartialEq)]
pub struct LastRollouts {
    pub of: PolicyAt,
    /// A [`tilt_protocol::rollouts::RolloutBatch`], as the engine wrote it.
    pub json: Arc<[u8]>,
}

#[derive(Clone, Copy)]
pub struct RolloutsStore {
    last: RwSignal<Option<LastRollouts>>,
}

impl RolloutsStore {
    pub fn new() -> RolloutsStore {
        RolloutsStore {
            last: RwSignal::new(None),
        }
    }

    pub fn last(&self) -> Signal<Option<LastRollouts>> {
        self.last.into()
    }

    pub fn sampled(&self, rollouts: LastRollouts) {
        self.last.set(Some(rollouts));
    }

    /// Another run begins, or the model is another one.
    pub fn clear(&self) {
        self.last.set(None);
    }
}
