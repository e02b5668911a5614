//! The run under way: locked for this tab, and saved while it trains.
//!
//! While a tab trains a run it holds a lock of the run's name, so that another tab leaves
//! it alone. In the session's own storage it notes which run it is training: a reload goes
//! on by itself, a tab that was closed and opened again asks first.

use crate::browser::locks;
use crate::browser::other_tabs::News;
use crate::browser::storage::web::Area;
use crate::lab::Lab;
use crate::stores::engine::Purpose;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use tilt_protocol::{Command, Example, RunId};
use wasm_bindgen_futures::spawn_local;

/// What a checkpoint holds of each parameter: three numbers of four bytes.
const CHECKPOINT_BYTES: usize = 12;
/// Larger models are not saved while they train, which is said beside Train. A checkpoint
/// (240 MB here) is put together in the engine's memory, of at most 4 GB, beside the run's
/// five arenas, and is there twice more on its way through the page to the storage.
const MOST_PARAMETERS: usize = 20_000_000;

/// Whether runs of the loaded model are saved.
pub fn is_saved(lab: Lab) -> bool {
    let model = lab.engine.model().get_untracked();
    model.is_some_and(|model| model.parameters <= MOST_PARAMETERS)
}

/// How many bytes a checkpoint of the loaded model would take, where it is too large to be
/// saved.
pub fn unsaved_bytes(lab: Lab) -> Option<usize> {
    let parameters = lab
        .engine
        .model()
        .with(|model| Some(model.as_ref()?.parameters))?;
    (parameters > MOST_PARAMETERS).then_some(parameters * CHECKPOINT_BYTES)
}

/// A run was asked for, on these rows.
pub fn begin(lab: Lab, uid: u64, rows: &[Example]) {
    Area::Local.remove(&lab.space.taken_up());
    if is_saved(lab)
        && let Some(record) = lab.runs.find(|record| record.uid == uid)
    {
        let others = lab.others;
        lab.run_saving
            .keep_new(&record, rows, move || others.tell(&News::Runs));
    }
    hold(lab, uid);
}

fn hold(lab: Lab, uid: u64) {
    lab.resume.hold(uid);
    spawn_local(async move {
        let lock = locks::take_if_free(&lab.space.run_lock(uid)).await;
        lab.resume.lock_came(uid, lock);
    });
}

/// Whether another tab trains this run.
pub async fn is_elsewhere(lab: Lab, uid: u64) -> bool {
    !lab.resume.is_held(uid)
        && locks::take_if_free(&lab.space.run_lock(uid))
            .await
            .is_none()
}

/// The person stops the run: a reload before its end does not let it go on.
pub fn stopping(lab: Lab) {
    Area::Session.remove(&lab.space.training());
}

/// The run takes no further steps.
pub fn ended(lab: Lab) {
    lab.resume.let_go();
    Area::Session.remove(&lab.space.training());
}

/// A step was taken: now and then the run is saved.
pub fn stepped(lab: Lab) {
    if lab.resume.stepped(js_sys::Date::now()) {
        save(lab);
    }
}

/// Saves the run under way as it is now.
pub fn save(lab: Lab) {
    let (id, is_active) = lab
        .run
        .run()
        .with_untracked(|run| (run.id, run.phase.is_active()));
    if !is_active {
        return;
    }
    if !is_saved(lab) {
        lab.resume.saved_without_policy(js_sys::Date::now());
        keep_curve(lab, id);
        return;
    }
    if !lab.resume.may_ask() {
        return;
    }
    let sent = lab
        .engine
        .request(Purpose::Checkpoint(id), Command::SaveRun);
    lab.resume.asked(sent.map(|_| js_sys::Date::now()));
}

/// The curve of a run whose policy is not saved.
fn keep_curve(lab: Lab, run: RunId) {
    if let Some(record) = lab.runs.get(run) {
        let stored = lab.run_saving.stored_step(record.uid);
        let points = lab.runs.points(run, stored, usize::MAX);
        lab.run_saving
            .keep_curve(&record, &points, || lab.labels.next_key());
    }
}

/// The run as it was after `step`; the engine was asked for it, or the run has ended.
pub fn save_came(lab: Lab, run: RunId, step: usize, checkpoint: ArrayBuffer, is_asked: bool) {
    let step_ms = lab.run.run().with_untracked(|run| run.ms_per_step);
    let now = js_sys::Date::now();
    lab.resume.came(now, step_ms.unwrap_or(0.0), is_asked);
    if let Some(record) = lab.runs.get(run) {
        let stored = lab.run_saving.stored_step(record.uid);
        let points = lab.runs.points(run, stored, step);
        lab.run_saving
            .keep_checkpoint(&record, &points, step, checkpoint, || lab.labels.next_key());
    }
}

/// The engine has done what it was asked for, or cannot.
pub fn save_answered(lab: Lab) {
    if lab.resume.answered() {
        save(lab);
    }
}

/// The run goes on or waits; one that waits is saved, and a reload does not let it go on.
pub fn set_going(lab: Lab, is_going: bool) {
    let id = lab.run.run().with_untracked(|run| run.id);
    let record = lab.runs.get(id);
    match record.filter(|_| lab.run.phase().get_untracked().is_active()) {
        // A browser without session storage asks before it goes on.
        Some(record) if is_going => {
            Area::Session.set(&lab.space.training(), &record.uid.to_string());
        }
        Some(_) => {
            Area::Session.remove(&lab.space.training());
            save(lab);
        }
        None => {}
    }
}
