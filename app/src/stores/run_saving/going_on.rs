//! What a stored run goes on from: its rows and its checkpoint.

use super::{RunSaving, read};
use crate::browser::storage::{Store, Write};
use crate::model::stored::Stored;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use tilt_protocol::Example;
use wasm_bindgen::{JsCast, JsValue};

/// Where it lies, under the run's uid.
const TO_GO_ON: [Store; 2] = [Store::Rows, Store::Checkpoints];

/// What a run goes on from.
pub struct Saved {
    pub rows: Vec<Example>,
    pub checkpoint: ArrayBuffer,
}

impl RunSaving {
    async fn read_to_go_on(self, uid: u64) -> Stored<[Option<JsValue>; 2]> {
        self.saving.read(TO_GO_ON.map(|store| (store, uid))).await
    }

    /// What a run goes on from, where it is still there.
    pub async fn saved(self, uid: u64) -> Stored<Saved> {
        match self.read_to_go_on(uid).await {
            Stored::Failed => Stored::Failed,
            Stored::Absent => Stored::Absent,
            Stored::Found([rows, checkpoint]) => {
                let rows = rows.and_then(|rows| read(&rows));
                let checkpoint = checkpoint.and_then(|checkpoint| checkpoint.dyn_into().ok());
                match (rows, checkpoint) {
                    (Some(rows), Some(checkpoint)) => Stored::Found(Saved { rows, checkpoint }),
                    _ => Stored::Absent,
                }
            }
        }
    }

    /// The rows that a run was trained on, where they are still there and can be read.
    pub async fn rows(self, uid: u64) -> Option<Vec<Example>> {
        let own = self.rows.with_value(|rows| {
            let rows = rows.as_ref().filter(|(of, _)| *of == uid);
            rows.map(|(_, json)| json.clone())
        });
        let stored = match own {
            Some(own) => Some(own),
            None => match self.saving.read([(Store::Rows, uid)]).await {
                Stored::Found([rows]) => rows,
                Stored::Absent | Stored::Failed => None,
            },
        };
        read(&stored?)
    }

    /// Before a run is removed: what it would go on from is kept in memory, until another run
    /// is removed.
    pub async fn removing(self, uid: u64) {
        let found = self.read_to_go_on(uid).await;
        let Stored::Found(values) = found else {
            self.removed.set_value(Vec::new());
            return;
        };
        let there = TO_GO_ON.into_iter().zip(values);
        let writes = there.filter_map(|(store, value)| Some(Write::Put(store, uid, value?)));
        self.removed.set_value(writes.collect());
    }

    /// The run that was removed last is there again, and may go on.
    pub fn undo_removal(self) {
        let writes = self.removed.try_update_value(std::mem::take);
        if let Some(writes) = writes.filter(|writes| !writes.is_empty()) {
            self.saving.write(writes, || {});
        }
    }

    /// As [`RunSaving::saved`], again and again until it can be read.
    pub async fn saved_in_time(self, uid: u64) -> Option<Saved> {
        loop {
            match self.saved(uid).await {
                Stored::Found(saved) => return Some(saved),
                Stored::Absent => return None,
                Stored::Failed => self.saving.later().await,
            }
        }
    }
}
