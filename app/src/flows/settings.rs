//! The settings of the next run, and of the one under way.

use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::model::parameters::Parameter;
use crate::model::train_form::TrainField;
use crate::stores::engine::Purpose;
use crate::texts::training as texts;
use leptos::prelude::*;
use tilt_protocol::{Command, ObjectiveKind, RunId, TrainSettings};

/// Says what is wrong with a field when the person leaves it.
pub fn check_field(lab: Lab, field: TrainField) {
    match untrack(|| lab.form.defect(field)) {
        Some(error) => lab.notices.error(field.key(), &error.to_string()),
        None => lab.notices.dismiss(field.key()),
    }
}

/// Takes a number that the person has finished typing: said to be wrong, or given to
/// the run under way.
fn commit_field(lab: Lab, field: TrainField) {
    check_field(lab, field);
    let (Some(value), Some(settings)) = (lab.form.number(field), untrack(|| adjustable(lab)))
    else {
        return;
    };
    match field {
        TrainField::Beta if settings.objective.beta().is_some_and(|old| old != value) => {
            adjust(lab, Some(value), None);
        }
        TrainField::LearningRate if settings.learning_rate != value => {
            adjust(lab, None, Some(value))
        }
        _ => {}
    }
}

/// A field of the form as typed to its end.
pub fn set_field(lab: Lab, field: TrainField, text: String) {
    lab.form.set_text(field, text);
    commit_field(lab, field);
}

/// The settings of the run under way, if the form stands at its objective: what is
/// typed for another objective is for the next run.
pub fn adjustable(lab: Lab) -> Option<TrainSettings> {
    if !lab.run.phase().get().is_active() {
        return None;
    }
    let run = lab.run.run().with(|run| run.id);
    let kind = lab.form.objective().get();
    lab.runs.records().with(|records| {
        let record = records.iter().find(|record| record.id == run)?;
        (record.kind == kind).then(|| record.settings.clone())
    })
}

/// Puts a run's settings back into the form, for the next run; the model stays.
pub fn use_settings(lab: Lab, run: RunId) {
    let record = lab
        .runs
        .records()
        .with_untracked(|records| records.iter().find(|record| record.id == run).cloned());
    if let Some(record) = record {
        // For the next run: the one under way goes on as it is.
        lab.form.adopt(record.kind, &record.settings);
        dismiss_defects(lab, |_| true);
        lab.notices.say(&texts::settings_adopted(&record.name));
        match lab.engine.model().get_untracked() {
            Some(model) if !record.is_of(&model.name, &model.identity) => {
                let there = lab.models.name_of(&record);
                let text = texts::of_another_model(
                    &record.name,
                    &record.model,
                    &model.name,
                    there.as_deref(),
                );
                lab.notices.info(NoticeKey::OtherModel, &text);
            }
            _ => lab.notices.dismiss(NoticeKey::OtherModel),
        }
    }
}

/// Beta, learning rate and parameters as the objective proposes them.
pub fn reset_parameters(lab: Lab) {
    lab.form.reset_parameters();
    dismiss_defects(lab, |key| {
        key != TrainField::Steps.key() && key != TrainField::Seed.key()
    });
    commit_field(lab, TrainField::Beta);
    commit_field(lab, TrainField::LearningRate);
    let title = lab.form.objective().get_untracked().title();
    lab.notices.say(&texts::defaults_again(title));
}

/// Takes complaints about fields back.
pub fn dismiss_defects(lab: Lab, is_meant: impl Fn(NoticeKey) -> bool) {
    let fields = TrainField::ALL.into_iter().map(TrainField::key);
    let parameters = Parameter::all().map(Parameter::key);
    for key in fields.chain(parameters).filter(|key| is_meant(*key)) {
        lab.notices.dismiss(key);
    }
}

/// Takes another objective; a complaint about a field that it does not read goes.
pub fn choose_objective(lab: Lab, kind: ObjectiveKind) {
    lab.form.set_objective(kind);
    let wrong: Vec<NoticeKey> = match untrack(|| lab.form.train_settings()) {
        Ok(_) => Vec::new(),
        Err(defects) => defects.into_iter().map(|(key, _)| key).collect(),
    };
    dismiss_defects(lab, |key| !wrong.contains(&key));
}

/// Gives a run under way another beta or learning rate, from its next step on.
pub fn adjust(lab: Lab, beta: Option<f64>, learning_rate: Option<f64>) {
    if lab.run.phase().get_untracked().is_active() {
        let command = Command::Adjust {
            beta,
            learning_rate,
        };
        lab.engine.request(Purpose::Adjust, command);
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
        changes.push(texts::beta_change(old, new));
    }
    if before.learning_rate != learning_rate {
        changes.push(texts::learning_rate_change(
            before.learning_rate,
            learning_rate,
        ));
    }
    if !changes.is_empty() {
        let what = texts::changes(&changes);
        lab.notices.say(&texts::from_next_step(&what));
        lab.runs.adjusted(run, step, what, beta, learning_rate);
    }
}
