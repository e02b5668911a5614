//! What the run has changed, measured when it ends.

use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::{Example, PolicyAt};

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
    has_learnt: RwSignal<bool>,
}

impl RunResultStore {
    pub fn new() -> RunResultStore {
        RunResultStore {
            state: RwSignal::new(ResultState::None),
            rows: StoredValue::new(Vec::new()),
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

    /// What the run trains on that begins or comes back.
    pub fn set_rows(&self, rows: Vec<Example>) {
        self.rows.set_value(rows);
    }

    pub fn rows(&self) -> Vec<Example> {
        self.rows.get_value()
    }

    /// There is no run, or no policy of one.
    pub fn clear(&self) {
        self.state.set(ResultState::None);
        self.has_learnt.set(false);
    }

    pub fn measuring(&self) {
        self.state.set(ResultState::Measuring);
    }

    pub fn measured(&self, measured: MeasuredResult) {
        self.state.set(ResultState::Measured(measured));
    }

    pub fn failed(&self, why: String) {
        self.state.set(ResultState::Failed(why));
    }
}
