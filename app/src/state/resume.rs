//! Runs that survive: saved while they train, and back after a reload, a broken engine or
//! a lost GPU.
//!
//! While a tab trains a run it holds a lock of the run's name, so that another tab leaves
//! it alone. In the session's own storage it notes which run it is training: a reload goes
//! on by itself, a tab that was closed and opened again asks first.

use super::Lab;
use super::engine::Purpose;
use super::notices::NoticeKey;
use super::run::Phase;
use super::runs::RunRecord;
use crate::later::{Doing, NotLoaded, do_later, tell, wasm_split};
use crate::locks::{self, Held};
use crate::other_tabs::News;
use crate::storage::web::Area;
use crate::storage::{Store, Stored};
use crate::texts::saving as texts;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use tilt_protocol::{Command, EngineStatus, Example, RunId};
use wasm_bindgen_futures::spawn_local;

/// Between two checkpoints of a run at least.
const EVERY_MS: f64 = 5_000.0;
/// A checkpoint may take this share of the time.
const SHARE: f64 = 0.05;
/// Larger models are not saved while they train: a checkpoint holds three numbers of four
/// bytes for each parameter.
const MOST_PARAMETERS: usize = 20_000_000;
/// The uid of the run that this tab trains.
const TRAINING: &str = "tilt.training";

#[derive(Clone, Copy)]
pub struct ResumeStore {
    lock: StoredValue<Option<Held>, LocalStorage>,
    /// When the next checkpoint is due, and since when one has been asked for.
    due: StoredValue<f64>,
    asked: StoredValue<Option<f64>>,
    /// The run to go on with once a model is loaded.
    planned: StoredValue<Option<Plan>>,
    /// The stored runs were looked through for one to go on with.
    is_looked_through: StoredValue<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Plan {
    uid: u64,
    goes_on: bool,
}

impl ResumeStore {
    pub fn new() -> ResumeStore {
        ResumeStore {
            lock: StoredValue::new_local(None),
            due: StoredValue::new(0.0),
            asked: StoredValue::new(None),
            planned: StoredValue::new(None),
            is_looked_through: StoredValue::new(false),
        }
    }
}

/// Whether runs of the loaded model are saved.
pub fn is_saved(lab: Lab) -> bool {
    let model = lab.engine.model().get_untracked();
    model.is_some_and(|model| model.parameters <= MOST_PARAMETERS)
}

/// A run was asked for, on these rows.
pub fn begin(lab: Lab, uid: u64, rows: &[Example]) {
    if is_saved(lab) {
        lab.run_saving.keep_rows(uid, rows);
    }
    hold(lab, uid);
}

fn hold(lab: Lab, uid: u64) {
    let store = lab.resume;
    store.due.set_value(0.0);
    store.asked.set_value(None);
    spawn_local(async move {
        let lock = locks::take_if_free(&lock_name(uid)).await;
        store.lock.set_value(lock);
    });
}

fn lock_name(uid: u64) -> String {
    format!("tilt-run-{uid}")
}

/// The run takes no further steps.
pub fn ended(lab: Lab) {
    lab.resume.lock.set_value(None);
    lab.resume.asked.set_value(None);
    Area::Session.remove(TRAINING);
}

/// A step was taken: now and then the run is saved.
pub fn stepped(lab: Lab) {
    if js_sys::Date::now() >= lab.resume.due.get_value() {
        save(lab);
    }
}

/// Saves the run under way, unless that is being done.
pub fn save(lab: Lab) {
    let is_active = lab.run.phase().get_untracked().is_active();
    if !is_active || lab.resume.asked.get_value().is_some() || !is_saved(lab) {
        return;
    }
    lab.resume.asked.set_value(Some(js_sys::Date::now()));
    lab.engine.send(Purpose::Checkpoint, Command::SaveRun);
}

/// The engine's answer: the run as it was after `step`.
pub fn save_came(lab: Lab, run: RunId, step: usize, checkpoint: ArrayBuffer) {
    let now = js_sys::Date::now();
    let asked = lab.resume.asked.try_update_value(Option::take).flatten();
    let took = asked.map_or(0.0, |asked| now - asked);
    lab.resume.due.set_value(now + EVERY_MS.max(took / SHARE));
    if let Some(record) = lab.runs.get(run) {
        // A run that another one replaced has its curve in the list alone.
        let is_live = lab.run.run().with_untracked(|live| live.id == run);
        let mut curve = match is_live {
            true => lab.run.whole_curve().to_vec(),
            false => record.curve.to_vec(),
        };
        curve.retain(|point| point.step <= step);
        let record = RunRecord {
            curve: Arc::new(curve),
            ..(*record).clone()
        };
        lab.run_saving.keep_checkpoint(&record, checkpoint);
    }
}

pub fn save_failed(lab: Lab) {
    lab.resume.asked.set_value(None);
}

/// The engine is gone: the run that it was training, or had trained last, comes back with
/// the next one.
pub fn engine_gone(lab: Lab) {
    let phase = lab.run.phase().get_untracked();
    let id = lab.run.run().with_untracked(|run| run.id);
    lab.resume.asked.set_value(None);
    let has_learnt = phase.is_active() || phase == Phase::Ended;
    if let (true, Some(record)) = (has_learnt, lab.runs.get(id)) {
        lab.resume.planned.set_value(Some(Plan {
            uid: record.uid,
            goes_on: phase == Phase::Running,
        }));
        lab.pace.stop();
        lab.run.suspend();
    }
}

/// Takes in the stored runs, at the start of a visit. Where they cannot be read the page
/// goes on, and takes them in when they can.
pub async fn load_runs(lab: Lab) {
    if !take_stored_runs(lab).await {
        spawn_local(async move {
            take_in_time(lab).await;
            if lab.engine.status().get_untracked() != EngineStatus::Loading {
                model_loaded(lab);
            }
        });
    }
    lab.runs.set_loaded();
    if lab.engine.status().get_untracked() != EngineStatus::Loading {
        model_loaded(lab);
    }
}

/// As [`take_stored_runs`], again and again until they can be read.
pub async fn take_in_time(lab: Lab) {
    while !take_stored_runs(lab).await {
        lab.saving.later().await;
    }
}

/// Takes in what is stored: runs of this tab that are not stored stay, and so does what it
/// has changed since. False where it could not be read: the runs stay as they are.
async fn take_stored_runs(lab: Lab) -> bool {
    let moment = lab.saving.now();
    let mut stored = match lab.run_saving.load().await {
        Ok(Stored::Found(stored)) => stored,
        Ok(Stored::Absent) => Vec::new(),
        Ok(Stored::Failed) => return false,
        Err(_) => {
            // They stay where they are.
            tell(lab, false);
            return true;
        }
    };
    let live = lab.run.run().with_untracked(|run| run.id);
    let is_active = lab.run.phase().get_untracked().is_active();
    let is_newer = |uid| lab.saving.is_newer(moment, Store::Runs, uid);
    // One that this tab has removed meanwhile does not return.
    stored.retain(|record| !is_newer(record.uid));
    let read: BTreeSet<u64> = stored.iter().map(|record| record.uid).collect();
    lab.runs.merge(stored, |record| {
        (is_active && record.id == live) || is_newer(record.uid) || !lab.run_saving.has(record.uid)
    });
    let records = lab.runs.records().get_untracked();
    let is_as_read =
        |record: &RunRecord| read.contains(&record.uid) && !(is_active && record.id == live);
    lab.run_saving.note_read(&records, is_as_read);
    true
}

/// Writes each change of the runs.
pub fn keep_stored(lab: Lab) {
    Effect::new(move |_| {
        if lab.runs.is_loaded().get() {
            let records = lab.runs.records().get();
            let others = lab.others;
            lab.run_saving
                .keep(&records, move || others.tell(&News::Runs));
        }
    });
}

/// The database was taken away and is there again: what it no longer holds is stored again
/// from what this tab knows.
pub fn store_again(lab: Lab) {
    spawn_local(async move {
        lab.labels.store_again().await;
        let records = lab.runs.records().get_untracked();
        let others = lab.others;
        lab.run_saving
            .store_again(&records, move || others.tell(&News::Runs))
            .await;
        save(lab);
    });
}

/// The run goes on or waits; one that waits is saved, and a reload does not let it go on.
pub fn set_going(lab: Lab, is_going: bool) {
    let id = lab.run.run().with_untracked(|run| run.id);
    let record = lab.runs.get(id);
    match record.filter(|_| lab.run.phase().get_untracked().is_active()) {
        // A browser without session storage asks before it goes on.
        Some(record) if is_going => drop(Area::Session.set(TRAINING, &record.uid.to_string())),
        Some(_) => {
            Area::Session.remove(TRAINING);
            save(lab);
        }
        None => {}
    }
}

/// A model is loaded: the run that was cut off, or at the start of a visit the latest one,
/// comes back if it is this model's.
pub fn model_loaded(lab: Lab) {
    let planned = lab.resume.planned.try_update_value(Option::take).flatten();
    let is_first = !lab.resume.is_looked_through.get_value();
    if !lab.runs.is_loaded().get_untracked() {
        // Comes again when they are.
        lab.resume.planned.set_value(planned);
        return;
    }
    let earlier = || is_first.then(|| of_earlier_visit(lab)).flatten();
    if let Some(plan) = planned.or_else(earlier) {
        do_later(lab, Box::pin(bringing_back(lab, plan)));
    }
}

/// The latest run of the stored ones.
fn of_earlier_visit(lab: Lab) -> Option<Plan> {
    if lab.run.phase().get_untracked() != Phase::Idle {
        return None;
    }
    let latest = lab.runs.find(|_| true).filter(|latest| !latest.is_left)?;
    let reloaded = Area::Session.get(TRAINING).and_then(|uid| uid.parse().ok());
    Some(Plan {
        uid: latest.uid,
        goes_on: reloaded == Some(latest.uid),
    })
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn bringing_back(lab: Lab, plan: Plan) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(bring_back(lab, plan)))
}

async fn bring_back(lab: Lab, plan: Plan) {
    let Some(record) = lab.runs.find(|record| record.uid == plan.uid) else {
        return;
    };
    let model = lab.engine.model().get_untracked().map(|model| model.name);
    if model.as_ref() != Some(&record.model) {
        if !record.is_ended {
            let text = texts::other_model(&record.name, &record.model);
            lab.notices.info(NoticeKey::Resume, &text);
        }
        return;
    }
    lab.resume.is_looked_through.set_value(true);
    if !record.is_ended && lab.resume.lock.with_value(Option::is_none) {
        let Some(lock) = locks::take_if_free(&lock_name(plan.uid)).await else {
            let text = texts::runs_elsewhere(&record.name);
            lab.notices.info(NoticeKey::Resume, &text);
            return;
        };
        lab.resume.lock.set_value(Some(lock));
    }
    let Some(saved) = lab.run_saving.saved_in_time(plan.uid).await else {
        // It never got as far as its first checkpoint, or is one of the older ones.
        ended(lab);
        lab.runs.finished(record.id, record.curve.clone());
        return;
    };
    // The person may have started something meanwhile.
    if lab.run.phase().get_untracked().is_active() {
        return;
    }
    let settings = &record.settings;
    lab.run.restore(
        record.id,
        settings.objective.clone(),
        settings.steps,
        saved.rows.len(),
        &record.curve,
    );
    if record.is_ended {
        // Whoever presses train now wants another run.
        lab.run.ended(record.id);
    }
    let command = Command::RestoreRun {
        run: record.id,
        examples: saved.rows,
        principle: record.principle,
        paused: !plan.goes_on,
        ended: record.is_ended,
    };
    let sent = lab
        .engine
        .send_with(Purpose::Train, command, &[saved.checkpoint]);
    match sent {
        Ok(Some(_)) if plan.goes_on && !record.is_ended => lab.run.set_paused(false),
        Ok(Some(_)) => {}
        Ok(None) => lab.run.refused(),
        Err(error) => {
            lab.run.refused();
            lab.notices.error(NoticeKey::Run, &error.to_string());
        }
    }
}

/// The engine has taken a run in; one that had taken steps before is one that came back.
pub fn started(lab: Lab, run: RunId, step: usize, steps: usize) {
    let Some(record) = lab.runs.get(run) else {
        return;
    };
    let is_live = lab.run.run().with_untracked(|live| live.id == run);
    if step == 0 || !is_live {
        return;
    }
    lab.run.rewind(run, step);
    lab.runs.rewind(run, step);
    if record.is_ended {
        return;
    }
    let text = match lab.run.phase().get_untracked() {
        Phase::Paused => texts::cut_off(&record.name, step, steps),
        _ => texts::goes_on(&record.name, step, steps),
    };
    lab.notices.info(NoticeKey::Resume, &text);
}
