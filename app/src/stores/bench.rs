//! The benchmark: an engine of its own for each, so that it disturbs neither the lab's
//! model nor its device, and may use others.

use crate::browser::worker::WorkerClient;
use crate::model::bench_form::BenchForm;
use leptos::prelude::*;
use tilt_protocol::{BenchReport, Command, Error};

/// Where the benchmark stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum BenchState {
    #[default]
    Idle,
    Starting,
    Running {
        of: usize,
    },
    Done(Box<BenchReport>),
    Failed(String),
}

#[derive(Clone, Copy)]
pub struct BenchStore {
    form: RwSignal<BenchForm>,
    is_open: RwSignal<bool>,
    state: RwSignal<BenchState>,
    /// Milliseconds of each step so far.
    steps: RwSignal<Vec<f64>>,
    /// What was asked for and is not so.
    remarks: RwSignal<Vec<String>>,
    /// Dropping it ends the engine.
    client: StoredValue<Option<WorkerClient>, LocalStorage>,
    is_asked_by_url: bool,
}

impl BenchStore {
    pub fn new(asked: Option<BenchForm>) -> BenchStore {
        let is_asked_by_url = asked.is_some();
        BenchStore {
            form: RwSignal::new(asked.unwrap_or_default()),
            is_open: RwSignal::new(is_asked_by_url),
            state: RwSignal::new(BenchState::Idle),
            steps: RwSignal::new(Vec::new()),
            remarks: RwSignal::new(Vec::new()),
            client: StoredValue::new_local(None),
            is_asked_by_url,
        }
    }

    pub fn form(&self) -> RwSignal<BenchForm> {
        self.form
    }

    pub fn is_open(&self) -> Signal<bool> {
        self.is_open.into()
    }

    pub fn toggle(&self) {
        self.is_open.update(|is_open| *is_open = !*is_open);
    }

    pub fn state(&self) -> Signal<BenchState> {
        self.state.into()
    }

    pub fn steps(&self) -> Signal<Vec<f64>> {
        self.steps.into()
    }

    pub fn remarks(&self) -> Signal<Vec<String>> {
        self.remarks.into()
    }

    pub fn is_running(&self) -> bool {
        self.state
            .with(|state| matches!(state, BenchState::Starting | BenchState::Running { .. }))
    }

    /// The address asks for one.
    pub fn is_asked_by_url(&self) -> bool {
        self.is_asked_by_url
    }

    /// Nothing is measured yet.
    pub fn begin(&self) {
        self.steps.set(Vec::new());
        self.remarks.set(Vec::new());
        self.state.set(BenchState::Starting);
    }

    pub fn connect(&self, client: WorkerClient) {
        self.client.set_value(Some(client));
    }

    /// # Errors
    /// [`Error::Protocol`] when the message cannot be written or posted.
    pub fn command(&self, command: Command) -> Result<(), Error> {
        self.client.with_value(|client| match client {
            Some(client) => client.post(command, &[]).map(drop),
            None => Ok(()),
        })
    }

    pub fn remark(&self, remarks: Vec<String>) {
        self.remarks.set(remarks);
    }

    /// One of `of` steps took so many milliseconds.
    pub fn stepped(&self, ms: f64, of: usize) {
        self.steps.update(|steps| steps.push(ms));
        self.state.set(BenchState::Running { of });
    }

    pub fn end(&self, state: BenchState) {
        self.client.set_value(None);
        self.state.set(state);
    }

    /// Gives it up; what was measured before stays away.
    pub fn cancel(&self) {
        self.end(BenchState::Idle);
    }
}
