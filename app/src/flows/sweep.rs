//! A sweep goes from run to run: it begins the next when the last has ended and been
//! measured.

use super::act::perform;
use super::readiness;
use crate::lab::Lab;
use crate::model::act::{Act, NewTraining};
use crate::model::notice::NoticeKey;
use crate::model::pace::Pace;
use crate::model::run_record::RunRecord;
use crate::model::sweep::{Sweep, SweepForm, SweepPoint};
use crate::stores::sweep::SweepStore;
use crate::texts::sweep as texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::{EngineStatus, ModelIdentity, ObjectiveKind, TrainSettings, hash};

/// Begins the runs that `form` asks for, beside these settings.
pub fn begin(
    lab: Lab,
    store: SweepStore,
    form: &SweepForm,
    kind: ObjectiveKind,
    settings: &TrainSettings,
) {
    match Sweep::planned(form, kind, settings) {
        Ok(sweep) => {
            lab.notices.dismiss(NoticeKey::Sweep);
            let (model, labels) = common(lab);
            store.begin(Sweep {
                model,
                labels,
                ..sweep
            });
        }
        Err(wrong) => lab.notices.error(NoticeKey::Sweep, &wrong),
    }
}

/// What all runs of a sweep have in common: the model, and the labels as they are.
fn common(lab: Lab) -> (Option<ModelIdentity>, u64) {
    let model = lab.engine.model().get_untracked();
    let labels = lab.labels.entries().with_untracked(|entries| {
        let told = entries.iter().map(|entry| (entry.key, entry.label.verdict));
        hash::of_text(0, &format!("{:?}", told.collect::<Vec<_>>()))
    });
    (model.map(|model| model.identity), labels)
}

/// Ends the sweep, and the run that is under way with it.
pub fn stop(lab: Lab, store: SweepStore) {
    store.set_going(false);
    perform(lab, Act::Stop);
}

/// The sweep goes on where it stands. A run of it that ended before its time is begun anew;
/// one that has come back, and still goes, is waited for.
pub fn go_on(lab: Lab, store: SweepStore) {
    lab.notices.dismiss(NoticeKey::Sweep);
    let sweep = store.sweep();
    let point = sweep.with_untracked(|sweep| {
        let at = sweep.at()?;
        Some((at, sweep.points.get(at)?.run?))
    });
    if let Some((at, uid)) = point {
        let record = lab.runs.find(|record| record.uid == uid);
        let live = lab
            .run
            .run()
            .with_untracked(|run| (run.id, run.phase.is_active()));
        let is_alive = record.is_some_and(|record| record.is_whole() || live == (record.id, true));
        if !is_alive {
            store.set_run(at, None);
        }
    }
    store.set_going(true);
}

/// From now on a sweep that is under way goes on by itself.
pub fn keep_going(lab: Lab, store: SweepStore) {
    Effect::new(move |_| {
        let sweep = store.sweep();
        let is_free = lab.engine.status().get() == EngineStatus::Ready
            && !lab.run.phase().get().is_active()
            && !lab.evaluate.is_measuring().get();
        let Some(at) = sweep.with(|sweep| sweep.at().filter(|_| sweep.is_going && is_free)) else {
            return;
        };
        let Some(point) = sweep.with_untracked(|sweep| sweep.points.get(at).cloned()) else {
            return;
        };
        // What this brings about is seen by the same effect again.
        queue_microtask(move || advance(lab, store, at, &point));
    });
}

fn advance(lab: Lab, store: SweepStore, at: usize, point: &SweepPoint) {
    let sweep = store.sweep();
    let is_still = sweep.with_untracked(|sweep| sweep.is_going && sweep.at() == Some(at));
    if !is_still {
        return;
    }
    let Some(uid) = point.run else {
        return start(lab, store, at, point);
    };
    match lab.runs.find(|record| record.uid == uid) {
        Some(record) if record.is_whole() => finish(lab, store, at, &record),
        // It diverged, was stopped, was refused or removed, or the engine was lost: whether
        // it is begun anew the person says.
        Some(_) | None => {
            store.set_going(false);
            lab.notices.info(NoticeKey::Sweep, texts::ENDED_EARLY);
        }
    }
}

fn start(lab: Lab, store: SweepStore, at: usize, point: &SweepPoint) {
    if !readiness::may_start(lab) {
        return;
    }
    let (model, labels) = common(lab);
    let is_same = store
        .sweep()
        .with_untracked(|sweep| sweep.model == model && sweep.labels == labels);
    if !is_same {
        store.set_going(false);
        lab.notices.info(NoticeKey::Sweep, texts::NOT_THE_SAME);
        return;
    }
    lab.pace.set(Pace::Full);
    let latest = || {
        let records = lab.runs.records();
        records.with_untracked(|all| all.last().map(|one| one.uid))
    };
    let before = latest();
    perform(
        lab,
        Act::Train(Box::new(NewTraining {
            objective: point.kind,
            settings: point.settings.clone(),
            is_paused: false,
        })),
    );
    let now = latest();
    if now == before {
        // Why is said where a run is refused.
        store.set_going(false);
        lab.notices.info(NoticeKey::Sweep, texts::STOPPED);
        return;
    }
    store.set_run(at, now);
}

fn finish(lab: Lab, store: SweepStore, at: usize, record: &Arc<RunRecord>) {
    let principle = store.sweep().with_untracked(|sweep| sweep.principle);
    // The policy is this run's until another begins.
    let is_live = lab.run.run().with_untracked(|run| run.id == record.id);
    if let Some(principle) = principle.filter(|_| is_live) {
        let is_measured = record.win_rate_at_end(principle).is_some();
        if !is_measured && store.ask_measure(at) {
            let seed = record.settings.seed;
            perform(lab, Act::MeasureWinRate { principle, seed });
            return;
        }
    }
    store.set_done(at);
    let (is_over, done) = store
        .sweep()
        .with_untracked(|sweep| (sweep.at().is_none(), sweep.done()));
    if is_over {
        lab.notices.say(&texts::over(done));
    }
}
