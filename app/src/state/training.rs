//! What the person does with the run and its model.

use super::Lab;
use super::engine::Purpose;
use super::form::Field;
use super::run::Phase;
use crate::url::resolve;
use leptos::prelude::*;
use tilt_protocol::label::{pairs_from_labels, unpaired_from_labels};
use tilt_protocol::{Command, EngineStatus, Error, ModelName, ModelSource, ObjectiveKind, RowKind};

/// Trains from the reference with the labels there are; a paused run goes on.
pub fn train(lab: Lab) {
    match lab.run.phase().get_untracked() {
        Phase::Running => {}
        Phase::Paused => resume(lab),
        Phase::Idle | Phase::Ended => {
            start_run(lab, false);
        }
    }
}

/// Starts a run; true when the engine was asked for one.
fn start_run(lab: Lab, is_paused: bool) -> bool {
    // A model on its way would end the run as soon as it had begun.
    if lab.engine.status().get_untracked() == EngineStatus::Loading {
        return false;
    }
    for field in Field::ALL {
        lab.notices.dismiss(&field_key(field));
    }
    let mut settings = match untrack(|| lab.form.train_settings()) {
        Ok(settings) => settings,
        Err(defects) => {
            for (field, error) in defects {
                lab.notices.error(&field_key(field), &error.to_string());
            }
            return false;
        }
    };
    if let Some(model) = lab.engine.model().get_untracked() {
        settings.max_length = settings.max_length.min(model.context);
    }
    let labels = lab.labels.all();
    let (examples, what) = match settings.objective.row_kind() {
        RowKind::Unpaired => (unpaired_from_labels(&labels), "labelled answers"),
        // Of a pair the engine takes the chosen answer where it wants texts.
        RowKind::Pairs | RowKind::Texts => (pairs_from_labels(&labels), "decisive pairs"),
    };
    // KTO's KL needs a neighbour's answer.
    let least = if settings.objective.needs_mismatched() {
        2
    } else {
        1
    };
    if examples.len() < least {
        let error = Error::NothingToUse {
            what: what.to_owned(),
            purpose: format!("train {} on", lab.form.objective().get_untracked().title()),
            advice: "say which answer is better (keys 1 and 2), or open \u{201c}Let the judge label\u{201d}"
                .to_owned(),
        };
        lab.notices.error("train", &sentence(&error));
        return false;
    }
    lab.notices.dismiss("train");
    lab.notices.dismiss("run");
    let run = lab
        .run
        .begin(settings.objective.clone(), settings.steps, is_paused);
    let id = lab.engine.send(
        Purpose::Train,
        Command::Train {
            run,
            settings,
            examples,
            paused: is_paused,
        },
    );
    let status = if is_paused {
        EngineStatus::Paused
    } else {
        EngineStatus::Training
    };
    lab.engine.expect(id, status);
    if id.is_none() {
        lab.run.clear();
    }
    id.is_some()
}

/// An error's text with a capital at its start.
fn sentence(error: &Error) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

pub fn field_key(field: Field) -> String {
    format!("field-{}", field.name())
}

/// Says what is wrong with a field when the person leaves it.
pub fn check_field(lab: Lab, field: Field) {
    match untrack(|| lab.form.defect(field)) {
        Some(error) => lab.notices.error(&field_key(field), &error.to_string()),
        None => lab.notices.dismiss(&field_key(field)),
    }
}

/// Takes another objective; a complaint about a field that it does not read goes.
pub fn choose_objective(lab: Lab, kind: ObjectiveKind) {
    lab.form.set_objective(kind);
    for field in Field::ALL {
        if untrack(|| lab.form.defect(field)).is_none() {
            lab.notices.dismiss(&field_key(field));
        }
    }
}

fn resume(lab: Lab) {
    let id = lab.engine.send(Purpose::Control, Command::Resume);
    lab.engine.expect(id, EngineStatus::Training);
    lab.run.set_paused(false);
}

pub fn pause_or_resume(lab: Lab) {
    match lab.run.phase().get_untracked() {
        Phase::Running => {
            // Not shown before the engine says so: a step may be under way.
            lab.engine.send(Purpose::Control, Command::Pause);
        }
        Phase::Paused => resume(lab),
        Phase::Idle | Phase::Ended => {}
    }
}

/// The play key: start, pause or resume, whichever applies.
pub fn play(lab: Lab) {
    if lab.run.phase().get_untracked().is_active() {
        pause_or_resume(lab);
    } else {
        train(lab);
    }
}

pub fn step_once(lab: Lab) {
    let is_ready = match lab.run.phase().get_untracked() {
        Phase::Running => {
            pause_or_resume(lab);
            return;
        }
        Phase::Paused => true,
        Phase::Idle | Phase::Ended => start_run(lab, true),
    };
    if is_ready {
        lab.engine.send(Purpose::Control, Command::StepOnce);
    }
}

pub fn stop(lab: Lab) {
    if lab.run.phase().get_untracked().is_active() {
        lab.engine.send(Purpose::Control, Command::Stop);
    }
}

pub fn reset(lab: Lab) {
    lab.engine.send(Purpose::Control, Command::Reset);
}

/// Loads one of the shipped models.
pub fn load_model(lab: Lab, name: &str) {
    if ModelName::from_slug(name).is_none() {
        return;
    }
    lab.form.set_model(name);
    lab.notices.dismiss("model");
    let source = ModelSource::Url {
        name: name.to_owned(),
        url: resolve(&format!("models/{name}/")),
    };
    let id = lab.engine.send(
        Purpose::LoadModel(name.to_owned()),
        Command::LoadModel { source },
    );
    lab.engine.expect(id, EngineStatus::Loading);
}
