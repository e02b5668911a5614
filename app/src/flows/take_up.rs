//! An ended run's policy taken up again: to be looked at, sampled, measured, exported, or
//! gone on with.

use super::checkpoints;
use super::later::do_later;
use super::resume::{Comeback, restore, still_free};
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::browser::locks;
use crate::browser::storage::web::Area;
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::model::run_record::RunRecord;
use crate::model::stored::Stored;
use crate::model::train_form::TrainField;
use crate::texts::runs as texts;
use crate::texts::saving as saving_texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::RunId;

/// What becomes of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeUp {
    /// Its policy is the Lab's, as it was at the end.
    AsItEnded,
    /// It takes further steps, in all so many.
    GoOn { steps: usize },
}

/// The steps that a run would go on to: its own where it was stopped before, otherwise as
/// many again as the form says.
pub fn steps_to_go_on(lab: Lab, record: &RunRecord) -> usize {
    let (taken, wanted) = (record.steps_taken(), record.settings.steps);
    if taken < wanted {
        return wanted;
    }
    let more = lab.form.number(TrainField::Steps).unwrap_or_default() as usize;
    taken + more.max(1)
}

/// Takes an ended run up again.
pub fn take_up(lab: Lab, id: RunId, how: TakeUp) {
    lab.notices.dismiss(NoticeKey::Resume);
    do_later(lab, Box::pin(taking_up(lab, id, how)));
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn taking_up(lab: Lab, id: RunId, how: TakeUp) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move {
        if let Some(told) = try_to_take_up(lab, id, how).await {
            lab.notices.info(NoticeKey::Resume, &told);
        }
    }))
}

/// Why it could not be, for people.
async fn try_to_take_up(lab: Lab, id: RunId, how: TakeUp) -> Option<String> {
    let record = lab.runs.get(id).filter(|record| record.is_ended)?;
    let model = lab.engine.model().get_untracked()?;
    if !record.is_of(&model.name, &model.identity) {
        return Some(texts::of_other_model(&record.name, &record.model));
    }
    let lock = match how {
        TakeUp::AsItEnded => None,
        TakeUp::GoOn { .. } => match locks::take_if_free(&lab.space.run_lock(record.uid)).await {
            None => return Some(saving_texts::runs_elsewhere(&record.name)),
            lock => lock,
        },
    };
    let saved = match lab.run_saving.saved(record.uid).await {
        Stored::Found(saved) => saved,
        Stored::Absent => return Some(texts::policy_not_kept(&record.name)),
        Stored::Failed => return Some(texts::policy_not_read(&record.name)),
    };
    // Meanwhile the person may have removed it, or begun something else.
    let record = lab.runs.get(id)?;
    if !still_free(lab, &model) {
        return None;
    }
    checkpoints::ended(lab);
    Area::Local.set(&lab.space.taken_up(), &record.uid.to_string());
    lab.runs.return_to(id);
    match how {
        TakeUp::AsItEnded => {
            restore(lab, &record, saved, Comeback::Ended);
            lab.notices.say(&texts::taken_up(&record.name));
        }
        TakeUp::GoOn { steps } => {
            lab.resume.hold(record.uid);
            lab.resume.lock_came(record.uid, lock);
            reopen(lab, &record, steps);
            let record = lab.runs.get(id)?;
            let is_going = true;
            restore(lab, &record, saved, Comeback::Steps { steps, is_going });
        }
    }
    None
}

/// The run has not ended any more; other steps than it was to take are noted with it.
fn reopen(lab: Lab, record: &Arc<RunRecord>, steps: usize) {
    let old = record.settings.steps;
    let what = (steps != old).then(|| texts::more_steps(old, steps));
    lab.runs
        .reopen(record.id, record.steps_taken(), steps, what);
}
