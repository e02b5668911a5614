//! Runs on their way to IndexedDB and back: each with its curve, and the latest with what
//! it takes to go on.

use super::run::CurvePoint;
use super::runs::RunRecord;
use super::saving::Saving;
use crate::json;
use crate::later::{NotLoaded, wasm_split};
use crate::storage::{Store, Stored, Write};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use tilt_protocol::Example;
use wasm_bindgen::{JsCast, JsValue};

/// Runs whose rows and checkpoint are kept, the latest ones.
const MOST_CHECKPOINTS: usize = 3;

/// What a run goes on from.
pub struct Saved {
    pub rows: Vec<Example>,
    pub checkpoint: ArrayBuffer,
}

#[derive(Clone, Copy)]
pub struct RunSaving {
    saving: Saving,
    /// The runs as they are stored, by uid.
    stored: StoredValue<BTreeMap<u64, Arc<RunRecord>>>,
    /// The JSON of the rows of the run that this tab trained last, and its uid.
    rows: StoredValue<Option<(u64, JsValue)>, LocalStorage>,
}

impl RunSaving {
    pub fn new(saving: Saving) -> RunSaving {
        RunSaving {
            saving,
            stored: StoredValue::new(BTreeMap::new()),
            rows: StoredValue::new_local(None),
        }
    }

    /// All stored runs, oldest first; what is no run that this version reads stays where it
    /// is.
    ///
    /// # Errors
    /// [`NotLoaded`] when there are some and the code that reads them did not come.
    pub async fn load(self) -> Result<Stored<Vec<RunRecord>>, NotLoaded> {
        match self.saving.read_all([Store::Runs, Store::Curves]).await {
            Stored::Failed => Ok(Stored::Failed),
            Stored::Absent => Ok(Stored::Absent),
            Stored::Found([runs, curves]) => Ok(Stored::Found(records_of(runs, curves).await?)),
        }
    }

    /// These runs are as they are stored.
    pub fn note_stored(&self, records: &[Arc<RunRecord>]) {
        let stored = records.iter().map(|record| (record.uid, record.clone()));
        self.stored.set_value(stored.collect());
    }

    /// Runs were read: those that `is_as_read` are as they are stored, and what else this tab
    /// knows to be stored stays if it is still a run.
    pub fn note_read(&self, records: &[Arc<RunRecord>], is_as_read: impl Fn(&RunRecord) -> bool) {
        self.stored.update_value(|stored| {
            stored.retain(|uid, _| records.iter().any(|record| record.uid == *uid));
            let read = records.iter().filter(|record| is_as_read(record));
            stored.extend(read.map(|record| (record.uid, record.clone())));
        });
    }

    /// Whether a run of this uid is stored, as far as this tab knows.
    pub fn has(&self, uid: u64) -> bool {
        self.stored.with_value(|stored| stored.contains_key(&uid))
    }

    /// Writes what differs from what is stored; `told` when that was something, once it is.
    pub fn keep(self, records: &[Arc<RunRecord>], told: impl FnOnce() + 'static) {
        let mut writes = Vec::new();
        self.stored.with_value(|stored| {
            for record in records {
                let old = stored.get(&record.uid);
                if old.is_some_and(|old| Arc::ptr_eq(old, record)) {
                    continue;
                }
                writes.push(Write::Put(Store::Runs, record.uid, as_json(&**record)));
                if old.is_none_or(|old| !Arc::ptr_eq(&old.curve, &record.curve)) {
                    writes.push(put_curve(record));
                }
            }
            for uid in stored.keys() {
                if records.iter().all(|record| record.uid != *uid) {
                    let all = [Store::Runs, Store::Curves, Store::Rows, Store::Checkpoints];
                    writes.extend(all.map(|store| Write::Delete(store, *uid)));
                }
            }
        });
        if writes.is_empty() {
            return;
        }
        self.note_stored(records);
        self.saving.write(writes, told);
    }

    /// Writes those of the runs that are no longer stored, and the rows of the one that this
    /// tab trains; `told` as above.
    pub async fn store_again(self, records: &[Arc<RunRecord>], told: impl FnOnce() + 'static) {
        let runs = loop {
            match self.saving.read_all([Store::Runs, Store::Rows]).await {
                Stored::Found([runs, rows]) => break [runs, rows],
                Stored::Absent => break [Vec::new(), Vec::new()],
                Stored::Failed => self.saving.later().await,
            }
        };
        let [runs, rows] = runs;
        let is_in = |table: &[(u64, JsValue)], uid| table.iter().any(|(key, _)| *key == uid);
        self.stored
            .update_value(|stored| stored.retain(|uid, _| is_in(&runs, *uid)));
        if let Some((uid, json)) = self.rows.get_value()
            && !is_in(&rows, uid)
        {
            self.saving
                .write(vec![Write::Put(Store::Rows, uid, json)], || {});
        }
        self.keep(records, told);
    }

    /// The rows that a run trains on.
    pub fn keep_rows(self, uid: u64, rows: &[Example]) {
        let json = as_json(rows);
        self.rows.set_value(Some((uid, json.clone())));
        self.saving
            .write(vec![Write::Put(Store::Rows, uid, json)], || {});
    }

    /// A checkpoint with the curve up to it, at once or not at all; those of runs before the
    /// last few go.
    pub fn keep_checkpoint(self, record: &RunRecord, checkpoint: ArrayBuffer) {
        let uid = record.uid;
        let mut writes = vec![
            Write::Put(Store::Checkpoints, uid, checkpoint.into()),
            put_curve(record),
        ];
        self.stored.with_value(|stored| {
            let others = stored.keys().rev().filter(|other| **other != uid);
            for old in others.skip(MOST_CHECKPOINTS - 1) {
                writes.push(Write::Delete(Store::Checkpoints, *old));
                writes.push(Write::Delete(Store::Rows, *old));
            }
        });
        self.saving.write(writes, || {});
    }

    /// What a run goes on from, where it is still there.
    pub async fn saved(self, uid: u64) -> Stored<Saved> {
        let places = [(Store::Rows, uid), (Store::Checkpoints, uid)];
        match self.saving.read(places).await {
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

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn records_of(
    runs: Vec<(u64, JsValue)>,
    curves: Vec<(u64, JsValue)>,
) -> Result<Vec<RunRecord>, NotLoaded> {
    let mut curves: BTreeMap<u64, JsValue> = curves.into_iter().collect();
    let mut records = Vec::with_capacity(runs.len());
    for (uid, value) in runs {
        let Some(mut record) = read::<RunRecord>(&value) else {
            continue;
        };
        let curve = curves
            .remove(&uid)
            .and_then(|curve| read::<Vec<CurvePoint>>(&curve));
        record.curve = Arc::new(
            curve
                .unwrap_or_default()
                .into_iter()
                .map(Arc::new)
                .collect(),
        );
        records.push(record);
    }
    Ok(records)
}

fn put_curve(record: &RunRecord) -> Write {
    let points: Vec<&CurvePoint> = record.curve.iter().map(|point| &**point).collect();
    Write::Put(Store::Curves, record.uid, as_json(&points))
}

/// Plain data as JSON, which cannot fail.
fn as_json(value: &(impl Serialize + ?Sized)) -> JsValue {
    JsValue::from_str(&serde_json::to_string(value).unwrap_or_default())
}

fn read<T: serde::de::DeserializeOwned>(value: &JsValue) -> Option<T> {
    json::from_str(&value.as_string()?).ok()
}
