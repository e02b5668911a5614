//! What the person does with the run and its model.

use super::Lab;
use super::engine::Purpose;
use super::form::Field;
use super::run::Phase;
use crate::url::resolve;
use leptos::prelude::*;
use tilt_protocol::label::{pairs_from_labels, unpaired_from_labels};
use tilt_protocol::{
    Command, EngineStatus, Error, ModelName, ModelSource, ObjectiveKind, RowKind, RunId,
};

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
    let principle = lab.evaluate.principle().get_untracked();
    let kind = lab.form.objective().get_untracked();
    let model = lab.form.model().get_untracked();
    lab.runs
        .begin(run, kind, settings.clone(), model, principle);
    let id = lab.engine.send(
        Purpose::Train,
        Command::Train {
            run,
            settings,
            examples,
            paused: is_paused,
            principle,
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
        lab.runs.remove(run);
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
    take_steps(lab, 1);
}

/// So many steps, then a pause; the first press starts a run.
pub fn take_steps(lab: Lab, count: usize) {
    let is_ready = match lab.run.phase().get_untracked() {
        Phase::Running => {
            pause_or_resume(lab);
            return;
        }
        Phase::Paused => true,
        Phase::Idle | Phase::Ended => start_run(lab, true),
    };
    if is_ready {
        lab.engine.send(Purpose::Control, Command::Steps { count });
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

/// Gives a run under way another beta or learning rate, from its next step on.
pub fn adjust(lab: Lab, beta: Option<f64>, learning_rate: Option<f64>) {
    if lab.run.phase().get_untracked().is_active() {
        let command = Command::Adjust {
            beta,
            learning_rate,
        };
        lab.engine.send(Purpose::Control, command);
    }
}

/// Notes with the run what the engine changed.
pub fn adjusted(lab: Lab, run: RunId, step: usize, beta: Option<f64>, learning_rate: f64) {
    let before = lab.runs.settings_of(run);
    let Some(before) = before else { return };
    let mut changes = Vec::new();
    if let (Some(old), Some(new)) = (before.objective.beta(), beta)
        && old != new
    {
        changes.push(format!("\u{3b2} {old} \u{2192} {new}"));
    }
    if before.learning_rate != learning_rate {
        changes.push(format!(
            "learning rate {} \u{2192} {learning_rate}",
            before.learning_rate
        ));
    }
    if !changes.is_empty() {
        let what = changes.join(", ");
        lab.notices.say(&format!("From the next step on: {what}."));
        lab.runs.adjusted(run, step, what, beta, learning_rate);
    }
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
