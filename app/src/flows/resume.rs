//! Runs that survive: saved while they train, and back after a reload, a broken engine or
//! a lost GPU.
//!
//! While a tab trains a run it holds a lock of the run's name, so that another tab leaves
//! it alone. In the session's own storage it notes which run it is training: a reload goes
//! on by itself, a tab that was closed and opened again asks first.

use crate::browser::later::{Doing, NotLoaded, do_later, tell, wasm_split};
use crate::browser::locks::{self, Held};
use crate::browser::other_tabs::News;
use crate::browser::storage::web::Area;
use crate::browser::storage::{Store, Stored};
use crate::flows::own_models;
use crate::lab::Lab;
use crate::model::ordered::OrderedSet;
use crate::stores::engine::Purpose;
use crate::stores::notices::NoticeKey;
use crate::stores::run::Phase;
use crate::stores::runs::RunRecord;
use crate::texts::runs as run_texts;
use crate::texts::saving as texts;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use tilt_protocol::{Command, Example, RunId};
use wasm_bindgen_futures::spawn_local;

/// A checkpoint is due after so much time, or so many steps, whichever comes first...
const EVERY_MS: f64 = 2_000.0;
const EVERY_STEPS: usize = 10;
/// ...as long as checkpoints take no more than this share of the time.
const SHARE: f64 = 0.05;
/// What a checkpoint holds of each parameter: three numbers of four bytes.
const CHECKPOINT_BYTES: usize = 12;
/// Larger models are not saved while they train, which is said beside Train. A checkpoint
/// (240 MB here) is put together in the engine's memory, of at most 4 GB, beside the run's
/// five arenas, and is there twice more on its way through the page to the storage.
const MOST_PARAMETERS: usize = 20_000_000;
/// The uid of the run that this tab trains.
const TRAINING: &str = "tilt.training";

#[derive(Clone, Copy)]
pub struct ResumeStore {
    /// The uid of the run that is this tab's, and its lock once it is there.
    lock: StoredValue<Option<(u64, Option<Held>)>, LocalStorage>,
    saves: StoredValue<Saves>,
    /// The run to go on with once a model is loaded.
    planned: StoredValue<Option<Plan>>,
    /// The stored runs were looked through for one to go on with.
    is_looked_through: StoredValue<bool>,
}

/// When the live run was saved, and when it is to be saved again.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Saves {
    /// The last checkpoint came at this time; 0 before the first.
    last_ms: f64,
    /// Steps since then.
    steps: usize,
    /// What it took beside the step that was under way, in ms.
    took_ms: f64,
    /// Since when one has been asked for.
    asked: Option<f64>,
    /// The one that was asked for will be too old: another is wanted after it.
    is_another_wanted: bool,
}

impl Saves {
    fn is_due(&self, now: f64) -> bool {
        let since = now - self.last_ms;
        let is_time = since >= EVERY_MS || self.steps >= EVERY_STEPS;
        is_time && since >= self.took_ms / SHARE
    }
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
            saves: StoredValue::new(Saves::default()),
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
    let store = lab.resume;
    store.saves.set_value(Saves::default());
    store.lock.set_value(Some((uid, None)));
    spawn_local(async move {
        let lock = locks::take_if_free(&lock_name(uid)).await;
        // One that comes after its run has ended is let go.
        store.lock.update_value(|held| {
            if let Some((wanted, held)) = held
                && *wanted == uid
            {
                *held = lock;
            }
        });
    });
}

fn lock_name(uid: u64) -> String {
    format!("tilt-run-{uid}")
}

/// Whether another tab trains this run.
pub async fn is_elsewhere(lab: Lab, uid: u64) -> bool {
    !is_held(lab, uid) && locks::take_if_free(&lock_name(uid)).await.is_none()
}

/// The person stops the run: a reload before its end does not let it go on.
pub fn stopping() {
    Area::Session.remove(TRAINING);
}

/// The run takes no further steps.
pub fn ended(lab: Lab) {
    lab.resume.lock.set_value(None);
    lab.resume.saves.set_value(Saves::default());
    Area::Session.remove(TRAINING);
}

/// A step was taken: now and then the run is saved.
pub fn stepped(lab: Lab) {
    let now = js_sys::Date::now();
    let is_due = lab.resume.saves.try_update_value(|saves| {
        saves.steps += 1;
        saves.is_due(now)
    });
    if is_due == Some(true) && lab.resume.saves.with_value(|saves| saves.asked.is_none()) {
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
    let saves = lab.resume.saves;
    if !is_saved(lab) {
        saves.set_value(Saves {
            last_ms: js_sys::Date::now(),
            ..Saves::default()
        });
        keep_curve(lab, id);
        return;
    }
    if saves.with_value(|saves| saves.asked.is_some()) {
        // What comes may be older than now.
        saves.update_value(|saves| saves.is_another_wanted = true);
        return;
    }
    let sent = lab.engine.send(Purpose::Checkpoint(id), Command::SaveRun);
    saves.update_value(|saves| saves.asked = sent.map(|_| js_sys::Date::now()));
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
    let now = js_sys::Date::now();
    let step_ms = lab.run.run().with_untracked(|run| run.ms_per_step);
    lab.resume.saves.update_value(|saves| {
        saves.last_ms = now;
        saves.steps = 0;
        if let Some(asked) = saves.asked.filter(|_| is_asked) {
            saves.took_ms = (now - asked - step_ms.unwrap_or(0.0)).max(0.0);
        }
    });
    if let Some(record) = lab.runs.get(run) {
        let stored = lab.run_saving.stored_step(record.uid);
        let points = lab.runs.points(run, stored, step);
        lab.run_saving
            .keep_checkpoint(&record, &points, step, checkpoint, || lab.labels.next_key());
    }
}

/// The engine has done what it was asked for, or cannot.
pub fn save_answered(lab: Lab) {
    let wanted = lab.resume.saves.try_update_value(|saves| {
        saves.asked = None;
        std::mem::take(&mut saves.is_another_wanted)
    });
    if wanted == Some(true) {
        save(lab);
    }
}

/// The engine is gone: the run that it was training, or had trained last, comes back with
/// the next one.
pub fn engine_gone(lab: Lab) {
    let phase = lab.run.phase().get_untracked();
    let id = lab.run.run().with_untracked(|run| run.id);
    lab.resume.saves.set_value(Saves::default());
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
    for record in &stored {
        // Said of the run that this tab trains, in another one.
        if lab.run_saving.has(record.uid) && !lab.saving.is_newer(moment, Store::Marks, record.uid)
        {
            lab.run_saving.note_marks(record.uid, &record.marks());
            lab.runs.take_marks(record.uid, record.marks());
        }
    }
    // One that this tab has removed meanwhile does not return.
    stored.retain(|record| !is_newer(record.uid));
    let read: OrderedSet<u64> = stored.iter().map(|record| record.uid).collect();
    lab.runs.merge(stored, |record| {
        (is_active && record.id == live) || is_newer(record.uid) || !lab.run_saving.has(record.uid)
    });
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
        let records = lab.runs.records().get_untracked();
        let next_key = || lab.labels.next_key();
        lab.run_saving
            .store_again(&records, next_key, move |removed| {
                tell_of_runs(lab, removed)
            })
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
    let Some(model) = lab.engine.model().get_untracked() else {
        return;
    };
    if !record.is_of(&model.name, &model.identity) {
        if !record.is_ended {
            let text = texts::other_model(&record.name, &record.model);
            lab.notices.info(NoticeKey::Resume, &text);
            // Comes again with the model.
            lab.resume.planned.set_value(Some(plan));
        }
        return;
    }
    lab.resume.is_looked_through.set_value(true);
    if !record.is_ended && !is_held(lab, plan.uid) {
        let Some(lock) = locks::take_if_free(&lock_name(plan.uid)).await else {
            let text = texts::runs_elsewhere(&record.name);
            lab.notices.info(NoticeKey::Resume, &text);
            return;
        };
        lab.resume.lock.set_value(Some((plan.uid, Some(lock))));
    }
    let saved = lab.run_saving.saved_in_time(plan.uid).await;
    if lab.runs.get(record.id).is_none() {
        // Everything was erased meanwhile.
        ended(lab);
        return;
    }
    let Some(saved) = saved else {
        // It never got as far as its first checkpoint, or is one of the older ones.
        ended(lab);
        if !record.is_ended {
            lab.notices
                .info(NoticeKey::Resume, &texts::not_saved(&record.name));
            lab.runs.finished(record.id);
        }
        return;
    };
    // The person may have started something meanwhile, or chosen another model.
    let still = lab.engine.model().get_untracked();
    let is_same = still.is_some_and(|still| still.identity == model.identity);
    if lab.run.phase().get_untracked().is_active() || !is_same {
        return;
    }
    lab.resume.saves.set_value(Saves::default());
    let settings = &record.settings;
    let steps = settings.steps;
    lab.run.restore(
        record.id,
        settings.objective.clone(),
        steps,
        saved.rows.len(),
    );
    if record.is_ended {
        // Whoever presses train now wants another run.
        lab.run.ended(record.id);
    }
    let command = Command::RestoreRun {
        run: record.id,
        examples: saved.rows,
        paused: !plan.goes_on,
        ended: record.is_ended,
    };
    let sent = lab
        .engine
        .send_with(Purpose::Train(record.id), command, &[saved.checkpoint]);
    if sent.is_none() {
        lab.run.refused();
    } else if plan.goes_on && !record.is_ended {
        lab.run.set_paused(false);
    }
}

/// Whether this tab has the run's lock.
fn is_held(lab: Lab, uid: u64) -> bool {
    lab.resume.lock.with_value(|lock| {
        let held = lock.as_ref().filter(|(held, _)| *held == uid);
        held.is_some_and(|(_, lock)| lock.is_some())
    })
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
    lab.run_saving.rewound(record.uid, step);
    if record.is_ended {
        return;
    }
    let text = match lab.run.phase().get_untracked() {
        Phase::Paused => texts::cut_off(&record.name, step, steps),
        _ => texts::goes_on(&record.name, step, steps),
    };
    lab.notices.info(NoticeKey::Resume, &text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_due_by_time_or_by_steps_and_takes_a_share_of_the_time() {
        let saves = |steps, took_ms| Saves {
            last_ms: 1_000_000.0,
            steps,
            took_ms,
            ..Saves::default()
        };
        let is_due = |saves: Saves, since: f64| saves.is_due(1_000_000.0 + since);
        assert!(is_due(Saves::default(), 0.0), "the first step");
        assert!(!is_due(saves(3, 20.0), 1_900.0));
        assert!(is_due(saves(3, 20.0), 2_000.0), "by time");
        assert!(is_due(saves(EVERY_STEPS, 20.0), 500.0), "by steps");
        assert!(!is_due(saves(EVERY_STEPS, 20.0), 300.0), "too dear");
        assert!(!is_due(saves(1, 1_000.0), 19_000.0), "too dear");
        assert!(is_due(saves(1, 1_000.0), 20_000.0));
    }
}
