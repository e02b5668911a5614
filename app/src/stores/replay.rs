//! Reports that are trained again, and what came of it.

use crate::browser::worker::WorkerClient;
use crate::model::replaying::{Replaying, RunReplayed, UnderWay};
use leptos::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The engine that trains them, and how far it is with them.
pub struct ReplayEngine {
    pub client: WorkerClient,
    pub replaying: Rc<RefCell<Replaying>>,
}

#[derive(Clone, Copy)]
pub struct ReplayStore {
    engine: StoredValue<Option<ReplayEngine>, LocalStorage>,
    /// By report.
    came: RwSignal<BTreeMap<u64, Vec<RunReplayed>>>,
    /// Reports that were asked for and of which nothing came yet.
    waiting: RwSignal<Vec<u64>>,
    under_way: RwSignal<Option<UnderWay>>,
}

impl ReplayStore {
    pub fn new() -> ReplayStore {
        ReplayStore {
            engine: StoredValue::new_local(None),
            came: RwSignal::new(BTreeMap::new()),
            waiting: RwSignal::new(Vec::new()),
            under_way: RwSignal::new(None),
        }
    }

    pub fn came(&self, id: u64) -> Option<Vec<RunReplayed>> {
        self.came.with(|came| came.get(&id).cloned())
    }

    pub fn is_waiting(&self, id: u64) -> bool {
        self.waiting.with(|waiting| waiting.contains(&id))
    }

    pub fn is_busy(&self) -> bool {
        self.waiting.with(|waiting| !waiting.is_empty())
    }

    pub fn under_way(&self) -> Signal<Option<UnderWay>> {
        self.under_way.into()
    }

    /// These are asked for: what came of them before counts no more.
    pub fn begin(&self, ids: Vec<u64>) {
        self.came
            .update(|came| came.retain(|id, _| !ids.contains(id)));
        self.waiting.set(ids);
    }

    pub fn connect(&self, engine: ReplayEngine) {
        self.engine.set_value(Some(engine));
    }

    /// What is done with the engine, while there is one.
    pub fn with_engine<T>(&self, act: impl FnOnce(&ReplayEngine) -> T) -> Option<T> {
        self.engine
            .try_with_value(|engine| engine.as_ref().map(act))
            .flatten()
    }

    pub fn tell(&self, at: UnderWay) {
        self.under_way.set(Some(at));
    }

    pub fn note(&self, id: u64, runs: Vec<RunReplayed>) {
        self.waiting
            .update(|waiting| waiting.retain(|waits| *waits != id));
        self.came.update(|came| {
            came.insert(id, runs);
        });
    }

    /// The engine ends with this: never called from its own events.
    pub fn close(&self) {
        // Where the board is gone by now, so is the engine.
        let _ = self.engine.try_update_value(|engine| *engine = None);
        let _ = self.waiting.try_set(Vec::new());
        let _ = self.under_way.try_set(None);
    }
}
