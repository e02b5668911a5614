//! Runs that survive: back after a reload, a broken engine or
//! a lost GPU.

use super::checkpoints::ended;
use super::later::do_later;
use super::run_result;
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::browser::locks;
use crate::browser::storage::web::Area;
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::model::run::Phase;
use crate::model::run_record::RunRecord;
use crate::stores::engine::{ModelInfo, Purpose};
use crate::stores::resume::ResumePlan;
use crate::stores::run_saving::Saved;
use crate::texts::saving as texts;
use leptos::prelude::*;
use tilt_protocol::{Command, EngineStatus, RunId};

/// The engine is gone: the run that it was training, or had trained last, comes back with
/// the next one.
pub fn engine_gone(lab: Lab) {
    let phase = lab.run.phase().get_untracked();
    let id = lab.run.run().with_untracked(|run| run.id);
    lab.resume.forget_saves();
    let has_learnt = phase.is_active() || phase == Phase::Ended;
    if let (true, Some(record)) = (has_learnt, lab.runs.get(id)) {
        lab.resume.plan(Some(ResumePlan {
            uid: record.uid,
            goes_on: phase == Phase::Running,
        }));
        lab.pace.stop();
        lab.run.suspend();
    }
}

/// A model is loaded: the run that was cut off, or at the start of a visit the latest one,
/// comes back if it is this model's.
pub fn model_loaded(lab: Lab) {
    let planned = lab.resume.take_plan();
    let is_first = !lab.resume.is_looked_through();
    if !lab.runs.is_loaded().get_untracked() {
        // Comes again when they are.
        lab.resume.plan(planned);
        return;
    }
    let earlier = || is_first.then(|| of_earlier_visit(lab)).flatten();
    if let Some(plan) = planned.or_else(earlier) {
        do_later(lab, Box::pin(bringing_back(lab, plan)));
    }
}

/// The stored run that was taken up again last, otherwise the latest one.
fn of_earlier_visit(lab: Lab) -> Option<ResumePlan> {
    if lab.run.phase().get_untracked() != Phase::Idle {
        return None;
    }
    let taken_up = Area::Local.get(&lab.space.taken_up());
    let taken_up = taken_up.and_then(|uid| uid.parse().ok());
    let latest = taken_up
        .and_then(|uid: u64| lab.runs.find(|record| record.uid == uid && !record.is_left))
        .or_else(|| lab.runs.find(|_| true).filter(|latest| !latest.is_left))?;
    let reloaded = Area::Session
        .get(&lab.space.training())
        .and_then(|uid| uid.parse().ok());
    Some(ResumePlan {
        uid: latest.uid,
        goes_on: reloaded == Some(latest.uid),
    })
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn bringing_back(lab: Lab, plan: ResumePlan) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(bring_back(lab, plan)))
}

async fn bring_back(lab: Lab, plan: ResumePlan) {
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
            lab.resume.plan(Some(plan));
        }
        return;
    }
    lab.resume.set_looked_through();
    if !record.is_ended && !lab.resume.is_held(plan.uid) {
        let Some(lock) = locks::take_if_free(&lab.space.run_lock(plan.uid)).await else {
            let text = texts::runs_elsewhere(&record.name);
            lab.notices.info(NoticeKey::Resume, &text);
            return;
        };
        lab.resume.hold(plan.uid);
        lab.resume.lock_came(plan.uid, Some(lock));
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
    if !still_free(lab, &model) {
        return;
    }
    lab.resume.forget_saves();
    let comeback = match record.is_ended {
        true => Comeback::Ended,
        false => Comeback::Steps {
            steps: record.settings.steps,
            is_going: plan.goes_on,
        },
    };
    restore(lab, &record, saved, comeback);
}

/// Whether no run is under way and the model is still this one.
pub fn still_free(lab: Lab, model: &ModelInfo) -> bool {
    let still = lab.engine.model().get_untracked();
    let is_same = still.is_some_and(|still| still.identity == model.identity);
    is_same && !lab.run.phase().get_untracked().is_active()
}

/// How a run comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comeback {
    /// At its end.
    Ended,
    /// To go on to so many steps, at once or when the person says so.
    Steps { steps: usize, is_going: bool },
}

/// The run of this record is the live one again, from what was saved of it.
pub fn restore(lab: Lab, record: &RunRecord, saved: Saved, comeback: Comeback) {
    let is_ended = comeback == Comeback::Ended;
    let (steps, is_going) = match comeback {
        Comeback::Ended => (record.settings.steps, false),
        Comeback::Steps { steps, is_going } => (steps, is_going),
    };
    let objective = record.settings.objective.clone();
    lab.run
        .restore(record.id, objective, steps, saved.rows.len());
    if is_ended {
        // Whoever presses train now wants another run.
        lab.run.ended(record.id);
    }
    run_result::begin(lab, saved.rows.clone());
    let command = Command::RestoreRun {
        run: record.id,
        examples: saved.rows,
        paused: !is_going,
        ended: is_ended,
        steps: (!is_ended).then_some(steps),
    };
    let sent = lab
        .engine
        .request_with(Purpose::Train(record.id), command, &[saved.checkpoint]);
    if sent.is_none() {
        return lab.run.refused();
    }
    // Otherwise the page would call itself ready until the engine has taken the run in. One
    // that has ended gets its KL anew.
    let until_then = match is_ended || is_going {
        true => EngineStatus::Training,
        false => EngineStatus::Paused,
    };
    lab.engine.expect(sent, until_then);
    if is_going {
        lab.run.set_paused(false);
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
