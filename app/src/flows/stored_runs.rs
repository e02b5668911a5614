//! The list of runs and the storage: taken in, kept, and stored again.

use super::checkpoints::{save, set_going};
use super::later::tell;
use super::own_models;
use super::resume::model_loaded;
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::browser::other_tabs::News;
use crate::browser::storage::Store;
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::model::ordered::OrderedSet;
use crate::model::run::Phase;
use crate::model::run_record::RunRecord;
use crate::model::stored::Stored;
use crate::texts::runs as run_texts;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Takes in the stored runs, at the start of a visit. Where they cannot be read the page
/// goes on, and takes them in when they can.
pub async fn load_runs(lab: Lab) {
    if !take_stored_runs(lab).await {
        spawn_local(async move {
            take_in_time(lab).await;
            runs_came(lab);
        });
    }
    lab.runs.set_loaded();
    runs_came(lab);
}

/// The runs are there: if the model is too, whatever the engine has yet to say, the one that
/// is to come back does.
fn runs_came(lab: Lab) {
    let has_model = lab.engine.model().with_untracked(Option::is_some);
    if has_model && !lab.engine.is_model_awaited() {
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
    let (moment, erasures) = (lab.saving.now(), lab.saving.erasures());
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
    if lab.saving.erasures() != erasures {
        // Everything was erased since: what was read is gone.
        return false;
    }
    let live = lab.run.run().with_untracked(|run| run.id);
    let is_active = lab.run.phase().get_untracked().is_active();
    let is_newer = |uid| lab.saving.is_newer(moment, Store::Runs, uid);
    let has_newer_marks = |uid| lab.saving.is_newer(moment, Store::Marks, uid);
    for record in &stored {
        // Said of the run that this tab trains, in another one.
        if lab.run_saving.has(record.uid) && !has_newer_marks(record.uid) {
            lab.run_saving.note_marks(record.uid, &record.marks());
            lab.runs.take_marks(record.uid, record.marks());
        }
    }
    // One that this tab has removed meanwhile does not return.
    stored.retain(|record| !is_newer(record.uid));
    let read: OrderedSet<u64> = stored.iter().map(|record| record.uid).collect();
    let is_own = |record: &RunRecord| {
        (is_active && record.id == live) || is_newer(record.uid) || !lab.run_saving.has(record.uid)
    };
    lab.runs
        .merge(stored, is_own, |record| has_newer_marks(record.uid));
    let records = lab.runs.records().get_untracked();
    let is_as_read =
        |record: &RunRecord| read.contains(&record.uid) && !(is_active && record.id == live);
    lab.run_saving.note_read(&records, is_as_read);
    true
}

/// Another tab has removed these runs. One that this tab trains was removed where tabs cannot
/// ask each other: it stays, and is stored again.
pub fn removed_elsewhere(lab: Lab, uids: &[u64]) {
    let live = lab.run.run().with_untracked(|run| run.id);
    let is_active = lab.run.phase().get_untracked().is_active();
    let trained = lab.runs.get(live).filter(|_| is_active);
    if let Some(record) = trained.filter(|record| uids.contains(&record.uid)) {
        let text = run_texts::stays(&record.name);
        lab.notices.info(NoticeKey::Removal, &text);
        lab.run_saving.lost(record.uid);
        store_again(lab);
    }
}

/// Tells the other tabs that the list of runs has changed, and which have gone.
fn tell_of_runs(lab: Lab, removed: &[u64]) {
    lab.others.tell(&News::Runs);
    if !removed.is_empty() {
        lab.others.tell(&News::RunsRemoved(removed.to_vec()));
    }
}

/// Writes each change of the runs.
pub fn keep_stored(lab: Lab) {
    Effect::new(move |_| {
        if lab.runs.is_loaded().get() {
            let records = lab.runs.records().get();
            let next_key = || lab.labels.next_key();
            lab.run_saving.keep(&records, next_key, move |removed| {
                tell_of_runs(lab, removed)
            });
        }
    });
}

/// The database was taken away and is there again, perhaps with all that the browser keeps
/// for this page: what is no longer there is stored again from what this tab knows.
pub fn store_again(lab: Lab) {
    lab.settings.store_again();
    if lab.run.phase().get_untracked() == Phase::Running {
        set_going(lab, true);
    }
    spawn_local(async move {
        lab.labels.store_again().await;
        own_models::store_again(lab).await;
        // Came with the stored runs, or with the first one of this visit.
        match storing_runs(lab).await {
            Ok(storing) => storing.await,
            Err(_) => tell(lab, false),
        }
        save(lab);
    });
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn storing_runs(lab: Lab) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move {
        let records = lab.runs.records().get_untracked();
        let next_key = || lab.labels.next_key();
        lab.run_saving
            .store_again(&records, next_key, move |removed| {
                tell_of_runs(lab, removed)
            })
            .await;
    }))
}
