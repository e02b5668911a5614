//! Runs on their way to IndexedDB and back: each with its curve, and the latest with what
//! it takes to go on.
//!
//! A curve is stored in pieces, each under a key of its own: a checkpoint brings the steps
//! since the one before it, whatever their number.

mod going_on;

pub use going_on::Saved;

use super::saving::Saving;
use crate::browser::later::{NotLoaded, wasm_split};
use crate::browser::storage::{Store, Write};
use crate::model::curves::{Curve, CurvePoint, between};
use crate::model::json;
use crate::model::ordered::OrderedMap;
use crate::model::run_record::{Marks, RunRecord};
use crate::model::stored::Stored;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tilt_protocol::Example;
use wasm_bindgen::JsValue;

/// Runs whose rows and checkpoint are kept at least, the latest ones.
const LEAST_CHECKPOINTS: usize = 3;
/// So much rows and checkpoints may take in the storage before the oldest go: 10 runs of a
/// million parameters, whose numbers do not compress.
const CHECKPOINT_BYTES: usize = 120_000_000;

/// Where something of a run lies, under its uid.
const OF_A_RUN: [Store; 5] = [
    Store::Runs,
    Store::Curves,
    Store::Rows,
    Store::Checkpoints,
    Store::Marks,
];

/// A piece of a curve as it is stored.
#[derive(Serialize)]
struct CurvePiece<'a> {
    /// The run's uid.
    run: u64,
    points: Vec<&'a CurvePoint>,
}

/// The same as it is read; older versions stored a curve as a list under its run's uid.
#[derive(Deserialize)]
struct StoredPiece {
    run: u64,
    points: Vec<CurvePoint>,
}

/// What is stored of a curve.
#[derive(Clone, Debug, Default, PartialEq)]
struct StoredCurve {
    /// The last step.
    step: usize,
    keys: Vec<u64>,
    bytes: usize,
}

type StoredCurves = OrderedMap<u64, StoredCurve>;

#[derive(Clone, Copy)]
pub struct RunSaving {
    saving: Saving,
    /// The runs as they are stored, by uid.
    stored: StoredValue<OrderedMap<u64, Arc<RunRecord>>>,
    /// By uid.
    curves: StoredValue<StoredCurves>,
    /// The JSON of the rows of the run that this tab trained last, and its uid.
    rows: StoredValue<Option<(u64, JsValue)>, LocalStorage>,
    /// What the run that was removed last would go on from, should it come back.
    removed: StoredValue<Vec<Write>, LocalStorage>,
}

impl RunSaving {
    pub fn new(saving: Saving) -> RunSaving {
        RunSaving {
            saving,
            stored: StoredValue::new(OrderedMap::new()),
            curves: StoredValue::new(OrderedMap::new()),
            rows: StoredValue::new_local(None),
            removed: StoredValue::new_local(Vec::new()),
        }
    }

    /// All stored runs, oldest first; what is no run that this version reads stays where it
    /// is.
    ///
    /// # Errors
    /// [`NotLoaded`] when there are some and the code that reads them did not come.
    pub async fn load(self) -> Result<Stored<Vec<RunRecord>>, NotLoaded> {
        let tables = [Store::Runs, Store::Curves, Store::Marks];
        match self.saving.read_all(tables).await {
            Stored::Failed => Ok(Stored::Failed),
            Stored::Absent => Ok(Stored::Absent),
            Stored::Found(tables) => {
                let (records, curves) = records_of(tables).await?;
                self.note_curves(curves);
                Ok(Stored::Found(records))
            }
        }
    }

    /// Curves were read; what this tab has stored since is stored all the same.
    fn note_curves(&self, read: StoredCurves) {
        self.curves.update_value(|curves| {
            for (uid, mut curve) in read {
                if let Some(known) = curves.remove(&uid) {
                    curve.step = curve.step.max(known.step);
                    curve.bytes = curve.bytes.max(known.bytes);
                    for key in known.keys {
                        if let Err(place) = curve.keys.binary_search(&key) {
                            curve.keys.insert(place, key);
                        }
                    }
                }
                curves.insert(uid, curve);
            }
        });
    }

    /// What the curves of these runs take in the storage, in bytes.
    pub fn bytes(&self) -> usize {
        self.curves
            .with_value(|curves| curves.values().map(|curve| curve.bytes).sum())
    }

    /// Everything was erased.
    pub fn forget(&self) {
        self.removed.set_value(Vec::new());
        self.stored.update_value(OrderedMap::clear);
        self.curves.update_value(OrderedMap::clear);
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

    /// A run is no longer stored, whatever of it is still there.
    pub fn lost(&self, uid: u64) {
        self.stored.update_value(|stored| drop(stored.remove(&uid)));
        self.curves.update_value(|curves| drop(curves.remove(&uid)));
    }

    /// Writes what differs from what is stored; `told` when that was something, once it is,
    /// with the uids of the runs that are removed.
    pub fn keep(
        self,
        records: &[Arc<RunRecord>],
        next_key: impl Fn() -> u64,
        told: impl FnOnce(&[u64]) + 'static,
    ) {
        let mut writes = Vec::new();
        let mut removed = Vec::new();
        self.stored.with_value(|stored| {
            for record in records {
                let old = stored.get(&record.uid);
                if old.is_some_and(|old| Arc::ptr_eq(old, record)) {
                    continue;
                }
                if old.is_none_or(|old| is_changed(old, record)) {
                    writes.push(put_run(record));
                }
                if let Some(old) = old
                    && old.marks() != record.marks()
                {
                    let marks = as_json(&record.marks());
                    writes.push(Write::Put(Store::Marks, record.uid, marks));
                }
                writes.extend(self.put_new(record.uid, &record.curve, usize::MAX, &next_key));
            }
            for uid in stored.keys() {
                if records.iter().all(|record| record.uid != *uid) {
                    writes.extend(OF_A_RUN.map(|store| Write::Delete(store, *uid)));
                    removed.push(*uid);
                }
            }
        });
        self.curves.update_value(|curves| {
            for uid in &removed {
                let keys = curves.remove(uid).unwrap_or_default().keys;
                writes.extend(
                    keys.into_iter()
                        .map(|key| Write::Delete(Store::Curves, key)),
                );
            }
        });
        if writes.is_empty() {
            return;
        }
        self.note_stored(records);
        self.saving.write(writes, move || told(&removed));
    }

    /// Writes those of the runs that are no longer stored, and the rows of the one that this
    /// tab trains; `told` as above.
    pub async fn store_again(
        self,
        records: &[Arc<RunRecord>],
        next_key: impl Fn() -> u64,
        told: impl FnOnce(&[u64]) + 'static,
    ) {
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
        self.curves
            .update_value(|curves| curves.retain(|uid, _| is_in(&runs, *uid)));
        if let Some((uid, json)) = self.rows.get_value()
            && !is_in(&rows, uid)
        {
            self.saving
                .write(vec![Write::Put(Store::Rows, uid, json)], || {});
        }
        self.keep(records, next_key, told);
    }

    /// A run that begins, with the rows that it trains on; `told` as above.
    pub fn keep_new(
        self,
        record: &Arc<RunRecord>,
        rows: &[Example],
        told: impl FnOnce() + 'static,
    ) {
        let (uid, json) = (record.uid, as_json(rows));
        self.rows.set_value(Some((uid, json.clone())));
        self.stored
            .update_value(|stored| drop(stored.insert(uid, record.clone())));
        let rows = Write::Put(Store::Rows, uid, json);
        self.saving.write(vec![put_run(record), rows], told);
    }

    /// What was said of a run in another tab is as it is stored.
    pub fn note_marks(&self, uid: u64, marks: &Marks) {
        self.stored.update_value(|stored| {
            if let Some(record) = stored.get_mut(&uid) {
                Arc::make_mut(record).take_marks(marks.clone());
            }
        });
    }

    /// A checkpoint after `step` with the run and its curve up to it, at once or not at all;
    /// those of ended runs before the last few go.
    pub fn keep_checkpoint(
        self,
        record: &RunRecord,
        points: &[Arc<CurvePoint>],
        step: usize,
        checkpoint: ArrayBuffer,
        next_key: impl Fn() -> u64,
    ) {
        let uid = record.uid;
        // Runs of one lab are much alike: the others take what this one does.
        let rows = self.rows.with_value(|rows| {
            let rows = rows.as_ref().filter(|(of, _)| *of == uid);
            rows.map_or(0, |(_, json)| js_sys::JsString::from(json.clone()).length())
        });
        let bytes = checkpoint.byte_length() as usize + rows as usize;
        let most = (CHECKPOINT_BYTES / bytes.max(1)).max(LEAST_CHECKPOINTS);
        let mut writes = vec![
            Write::Put(Store::Checkpoints, uid, checkpoint.into()),
            put_run(record),
        ];
        writes.extend(self.put_new(uid, points, step, &next_key));
        self.stored.with_value(|stored| {
            let others = stored.iter().rev().filter(|(other, _)| **other != uid);
            for (old, record) in others.skip(most - 1) {
                // One that has not ended may be under way in another tab.
                if record.is_ended {
                    writes.push(Write::Delete(Store::Checkpoints, *old));
                    writes.push(Write::Delete(Store::Rows, *old));
                }
            }
        });
        self.saving.write(writes, || {});
    }

    /// A run and its curve so far, without a checkpoint.
    pub fn keep_curve(
        self,
        record: &RunRecord,
        points: &[Arc<CurvePoint>],
        next_key: impl Fn() -> u64,
    ) {
        let mut writes = vec![put_run(record)];
        writes.extend(self.put_new(record.uid, points, usize::MAX, &next_key));
        self.saving.write(writes, || {});
    }

    /// The run stands at `step` again: later steps are stored anew when they come.
    pub fn rewound(&self, uid: u64, step: usize) {
        self.curves.update_value(|curves| {
            if let Some(curve) = curves.get_mut(&uid) {
                curve.step = curve.step.min(step);
            }
        });
    }

    /// The last step of a run's curve that is stored.
    pub fn stored_step(&self, uid: u64) -> usize {
        self.curves
            .with_value(|curves| curves.get(&uid).map_or(0, |curve| curve.step))
    }

    /// What is not yet stored of a curve up to a step, noted as stored.
    fn put_new(
        &self,
        uid: u64,
        points: &[Arc<CurvePoint>],
        step: usize,
        next_key: &impl Fn() -> u64,
    ) -> Option<Write> {
        let new = between(points, self.stored_step(uid), step);
        let last = new.last()?.step;
        let piece = CurvePiece {
            run: uid,
            points: new.iter().map(|point| &**point).collect(),
        };
        let json = serde_json::to_string(&piece).unwrap_or_default();
        let key = next_key();
        self.curves.update_value(|curves| {
            let curve = curves.at(uid);
            curve.step = last;
            curve.keys.push(key);
            curve.bytes += json.len();
        });
        Some(Write::Put(Store::Curves, key, JsValue::from_str(&json)))
    }
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn records_of(
    tables: [Vec<(u64, JsValue)>; 3],
) -> Result<(Vec<RunRecord>, StoredCurves), NotLoaded> {
    let [runs, pieces, marks] = tables;
    let mut marks: OrderedMap<u64, JsValue> = marks.into_iter().collect();
    let mut curves = StoredCurves::new();
    let mut points: OrderedMap<u64, OrderedMap<usize, Arc<CurvePoint>>> = OrderedMap::new();
    for (key, value) in pieces {
        let piece = match read::<StoredPiece>(&value) {
            Some(piece) => piece,
            None => match read(&value) {
                Some(points) => StoredPiece { run: key, points },
                None => continue,
            },
        };
        let curve = curves.at(piece.run);
        curve.keys.push(key);
        curve.bytes += value.as_string().map_or(0, |text| text.len());
        let points = points.at(piece.run);
        for point in piece.points {
            // Of a step that was taken twice the later one counts.
            points.insert(point.step, Arc::new(point));
        }
    }
    let mut records = Vec::with_capacity(runs.len());
    for (uid, value) in runs {
        let Some(mut record) = read::<RunRecord>(&value) else {
            continue;
        };
        let curve = points.remove(&uid).unwrap_or_default();
        if let (Some(stored), Some(last)) = (curves.get_mut(&uid), curve.keys().last()) {
            stored.step = *last;
        }
        record.curve = Arc::new(curve.into_values().collect());
        if let Some(marks) = marks.remove(&uid).and_then(|marks| read(&marks)) {
            record.take_marks(marks);
        }
        records.push(record);
    }
    Ok((records, curves))
}

/// Whether a run differs in more than curve and marks, which are stored by themselves.
fn is_changed(old: &RunRecord, new: &RunRecord) -> bool {
    let bare = |record: &RunRecord| RunRecord {
        curve: Curve::default(),
        ..record.clone()
    };
    let mut new = bare(new);
    new.take_marks(old.marks());
    new != bare(old)
}

fn put_run(record: &RunRecord) -> Write {
    Write::Put(Store::Runs, record.uid, as_json(record))
}

/// Plain data as JSON, which cannot fail.
fn as_json(value: &(impl Serialize + ?Sized)) -> JsValue {
    JsValue::from_str(&serde_json::to_string(value).unwrap_or_default())
}

fn read<T: serde::de::DeserializeOwned>(value: &JsValue) -> Option<T> {
    json::from_str(&value.as_string()?).ok()
}
