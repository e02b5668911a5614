//! What the run has changed, measured when it ends.

use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::{Example, PolicyAt, RequestId};

/// A result with the policy that it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredResult {
    pub of: PolicyAt,
    /// A [`tilt_protocol::RunResult`], as the engine wrote it.
    pub json: Arc<[u8]>,
}

/// How far the measuring of the latest run has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ResultState {
    /// No run has ended since the last one began.
    #[default]
    None,
    Measuring,
    Measured(MeasuredResult),
    /// Why there is none, in words.
    Failed(String),
}

#[derive(Clone, Copy)]
pub struct RunResultStore {
    state: RwSignal<ResultState>,
    /// What the run trains on.
    rows: StoredValue<Vec<Example>>,
    asked: StoredValue<Option<RequestId>>,
    has_learnt: RwSignal<bool>,
}

impl RunResultStore {
    pub fn new() -> RunResultStore {
        RunResultStore {
            state: RwSignal::new(ResultState::None),
            rows: StoredValue::new(Vec::new()),
            asked: StoredValue::new(None),
            has_learnt: RwSignal::new(false),
        }
    }

    /// The policy does what the labels prefer, as whoever reads the result says.
    pub fn has_learnt(&self) -> Signal<bool> {
        self.has_learnt.into()
    }

    pub fn set_learnt(&self, has_learnt: bool) {
        self.has_learnt.set(has_learnt);
    }

    pub fn state(&self) -> Signal<ResultState> {
        self.state.into()
    }

    /// A run begins or comes back with these rows. Returns the request that is still under
    /// way for another run: nobody waits for it any more.
    pub fn begin(&self, rows: Vec<Example>) -> Option<RequestId> {
        self.rows.set_value(rows);
        self.clear()
    }

    /// There is no run, or no policy of one. Returns what is under way, as above.
    pub fn clear(&self) -> Option<RequestId> {
        self.state.set(ResultState::None);
        self.has_learnt.set(false);
        self.asked.try_update_value(Option::take).flatten()
    }

    pub fn rows(&self) -> Vec<Example> {
        self.rows.get_value()
    }

    pub fn asked(&self, id: Option<RequestId>) {
        self.asked.set_value(id);
        self.state.set(match id {
            Some(_) => ResultState::Measuring,
            None => ResultState::None,
        });
    }

    pub fn answered(&self, id: RequestId, measured: MeasuredResult) {
        if self.settle(id) {
            self.state.set(ResultState::Measured(measured));
        }
    }

    pub fn failed(&self, id: RequestId, why: String) {
        if self.settle(id) {
            self.state.set(ResultState::Failed(why));
        }
    }

    /// True for the request that is waited for, which has its answer.
    fn settle(&self, id: RequestId) -> bool {
        let is_asked = self.asked.get_value() == Some(id);
        if is_asked {
            self.asked.set_value(None);
        }
        is_asked
    }
}
