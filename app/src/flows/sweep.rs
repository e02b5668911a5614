//! A sweep goes from run to run: it begins the next when the last has ended and been
//! measured.

use super::act::perform;
use super::training;
use crate::lab::Lab;
use crate::model::act::{Act, NewTraining};
use crate::model::notice::NoticeKey;
use crate::model::pace::Pace;
use crate::model::run_record::RunRecord;
use crate::model::sweep::{Sweep, SweepPoint};
use crate::texts::sweep as texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::EngineStatus;

/// Begins what the form asks for.
pub fn begin(lab: Lab) {
    let form = lab.sweep.form().get_untracked();
    let kind = lab.form.objective().get_untracked();
    let settings = match untrack(|| lab.form.train_settings()) {
        Ok(settings) => settings,
        Err(defects) => {
            for (key, error) in defects {
                lab.notices.error(key, &error.to_string());
            }
            return;
        }
    };
    match Sweep::planned(&form, kind, &settings) {
        Ok(sweep) => {
            lab.notices.dismiss(NoticeKey::Sweep);
            lab.sweep.begin(sweep);
        }
        Err(wrong) => lab.notices.error(NoticeKey::Sweep, &wrong),
    }
}

/// Ends the sweep after what is under way, which ends now.
pub fn stop(lab: Lab) {
    lab.sweep.set_going(false);
    perform(lab, Act::Stop);
}

pub fn go_on(lab: Lab) {
    lab.notices.dismiss(NoticeKey::Sweep);
    lab.sweep.set_going(true);
}

/// From now on a sweep that is under way goes on by itself.
pub fn keep_going(lab: Lab) {
    Effect::new(move |_| {
        let sweep = lab.sweep.sweep();
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
        queue_microtask(move || advance(lab, at, &point));
    });
}

fn advance(lab: Lab, at: usize, point: &SweepPoint) {
    let sweep = lab.sweep.sweep();
    let is_still = sweep.with_untracked(|sweep| sweep.is_going && sweep.at() == Some(at));
    if !is_still {
        return;
    }
    let record = point
        .run
        .and_then(|uid| lab.runs.find(|record| record.uid == uid));
    match record {
        Some(record) if is_whole(&record) => finish(lab, at, &record),
        // One that was broken off, or removed, is begun anew.
        Some(_) | None => start(lab, at, point),
    }
}

fn is_whole(record: &RunRecord) -> bool {
    let steps = record.curve.last().map_or(0, |point| point.step);
    record.is_ended && steps >= record.settings.steps
}

fn start(lab: Lab, at: usize, point: &SweepPoint) {
    if !training::may_start(lab) {
        return;
    }
    lab.pace.set(Pace::Full);
    let before = lab
        .runs
        .records()
        .with_untracked(|all| all.last().map(|one| one.uid));
    perform(
        lab,
        Act::Train(Box::new(NewTraining {
            objective: point.kind,
            settings: point.settings.clone(),
            is_paused: false,
        })),
    );
    let now = lab
        .runs
        .records()
        .with_untracked(|all| all.last().map(|one| one.uid));
    if now == before {
        // Why is said where a run is refused.
        lab.sweep.set_going(false);
        lab.notices.info(NoticeKey::Sweep, texts::STOPPED);
        return;
    }
    lab.sweep.set_run(at, now);
}

fn finish(lab: Lab, at: usize, record: &Arc<RunRecord>) {
    let principle = lab.sweep.sweep().with_untracked(|sweep| sweep.principle);
    // The policy is this run's until another begins.
    let is_live = lab.run.run().with_untracked(|run| run.id == record.id);
    if let Some(principle) = principle.filter(|_| is_live) {
        let is_measured = record
            .win_rates
            .iter()
            .any(|point| point.principle == principle);
        if !is_measured && lab.sweep.ask_measure(at) {
            let seed = record.settings.seed;
            perform(lab, Act::MeasureWinRate { principle, seed });
            return;
        }
    }
    lab.sweep.set_done(at);
    let (is_over, done) = lab
        .sweep
        .sweep()
        .with_untracked(|sweep| (sweep.at().is_none(), sweep.done()));
    if is_over {
        lab.notices.say(&texts::over(done));
    }
}
