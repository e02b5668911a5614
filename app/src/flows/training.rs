//! What the person does with the run and its model.

use super::{pace, resume};
use crate::flows::{model_files, own_models};
use crate::lab::Lab;
use crate::model::address::resolve;
use crate::model::parameters::Parameter;
use crate::stores::engine::{Purpose, STAND_IN};
use crate::stores::form::Field;
use crate::stores::models::{ModelAsked, Wanted};
use crate::stores::notices::NoticeKey;
use crate::stores::pace::Pace;
use crate::stores::run::Phase;
use crate::texts::numbers::capitalised;
use crate::texts::runs as run_texts;
use crate::texts::training as texts;
use leptos::prelude::*;
use tilt_protocol::label::rows_from_labels;
use tilt_protocol::{
    Command, EngineStatus, Error, ModelName, ModelSource, ObjectiveKind, RunId, TrainSettings,
};

/// Curves of runs that take so much in the storage are spoken of.
const MANY_BYTES: usize = 50_000_000;

/// Trains from the reference with the labels there are; a paused run goes on.
pub fn train(lab: Lab) {
    match lab.run.phase().get_untracked() {
        Phase::Running => {}
        Phase::Paused => pace::go_on(lab),
        Phase::Idle | Phase::Ended => {
            let is_slow = lab.pace.pace().get_untracked() != Pace::Full;
            start_run(
                lab,
                if is_slow {
                    Start::Walking
                } else {
                    Start::Running
                },
            );
        }
    }
}

/// How a run begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Running,
    /// The page asks for each step.
    Walking,
    Paused,
}

/// Starts a run; true when the engine was asked for one.
fn start_run(lab: Lab, start: Start) -> bool {
    // A model on its way would end the run as soon as it had begun.
    if lab.engine.status().get_untracked() == EngineStatus::Loading {
        return false;
    }
    let Some(model) = lab.engine.model().get_untracked() else {
        return false;
    };
    dismiss_defects(lab, |_| true);
    let mut settings = match untrack(|| lab.form.train_settings()) {
        Ok(settings) => settings,
        Err(defects) => {
            for (key, error) in defects {
                lab.notices.error(key, &error.to_string());
            }
            return false;
        }
    };
    settings.max_length = settings.max_length.min(model.context);
    let kind = settings.objective.row_kind();
    let labels = lab.data_report.training_side(lab.labels.all());
    let examples = rows_from_labels(&labels, kind);
    if examples.len() < settings.objective.least_rows() {
        let error = Error::NothingToUse {
            what: texts::rows_wanted(kind).to_owned(),
            purpose: texts::to_train_on(lab.form.objective().get_untracked().title()),
            advice: if untrack(|| lab.data_report.held_out().get()).share > 0.0 {
                texts::LABEL_OR_HOLD_OUT_LESS
            } else {
                texts::LABEL_FIRST
            }
            .to_owned(),
        };
        lab.notices
            .error(NoticeKey::Train, &capitalised(&error.to_string()));
        return false;
    }
    lab.notices.dismiss(NoticeKey::Train);
    lab.notices.dismiss(NoticeKey::Run);
    lab.notices.dismiss(NoticeKey::OtherModel);
    lab.pace.stop();
    let is_paused = start == Start::Paused;
    let run = lab.runs.next_id();
    let kind = lab.form.objective().get_untracked();
    let uid = lab.labels.next_key();
    let of_model = (model.name, model.identity);
    lab.runs.begin(run, uid, kind, settings.clone(), of_model);
    lab.run
        .begin(run, settings.objective.clone(), settings.steps, is_paused);
    resume::begin(lab, uid, &examples);
    warn_of_bytes(lab);
    let id = lab.engine.send(
        Purpose::Train(run),
        Command::Train {
            run,
            settings,
            examples,
            paused: start != Start::Running,
            is_kept: resume::is_saved(lab),
        },
    );
    let status = if is_paused {
        EngineStatus::Paused
    } else {
        EngineStatus::Training
    };
    lab.engine.expect(id, status);
    if id.is_none() {
        refused(lab, run);
    } else if start == Start::Walking {
        pace::walk(lab, true);
    }
    id.is_some()
}

/// No run goes by itself: where they take much room, the person is told.
fn warn_of_bytes(lab: Lab) {
    let bytes = lab.run_saving.bytes();
    if bytes < MANY_BYTES {
        lab.notices.dismiss(NoticeKey::Runs);
        return;
    }
    let oldest = lab.runs.records().with_untracked(|records| {
        let oldest = records.iter().find(|record| !record.is_pinned)?;
        Some(oldest.name.clone())
    });
    let text = run_texts::many_bytes(bytes, oldest.as_deref());
    lab.notices.info(NoticeKey::Runs, &text);
}

/// Says what is wrong with a field when the person leaves it.
pub fn check_field(lab: Lab, field: Field) {
    match untrack(|| lab.form.defect(field)) {
        Some(error) => lab.notices.error(field.key(), &error.to_string()),
        None => lab.notices.dismiss(field.key()),
    }
}

/// Takes a number that the person has finished typing: said to be wrong, or given to
/// the run under way.
pub fn commit_field(lab: Lab, field: Field) {
    check_field(lab, field);
    let (Some(value), Some(settings)) = (lab.form.number(field), untrack(|| adjustable(lab)))
    else {
        return;
    };
    match field {
        Field::Beta if settings.objective.beta().is_some_and(|old| old != value) => {
            adjust(lab, Some(value), None);
        }
        Field::LearningRate if settings.learning_rate != value => adjust(lab, None, Some(value)),
        _ => {}
    }
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

/// The run under way, if any, goes no further: another model, or no engine. What it
/// showed is kept.
pub fn break_off(lab: Lab) {
    if !lab.run.phase().get_untracked().is_active() {
        return;
    }
    lab.pace.stop();
    let id = lab.run.run().with_untracked(|run| run.id);
    lab.run.ended(id);
    lab.runs.finished(id);
    resume::ended(lab);
}

/// A run cannot go on. One that never began is no run.
pub fn refused(lab: Lab, run: RunId) {
    let (live, has_begun) = lab
        .run
        .run()
        .with_untracked(|run| (run.id, run.rows > 0 || run.step > 0));
    if live != run {
        return;
    }
    if has_begun {
        break_off(lab);
    } else {
        lab.pace.stop();
        lab.run.refused();
        lab.runs.forget(run);
        resume::ended(lab);
    }
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
        key != Field::Steps.key() && key != Field::Seed.key()
    });
    commit_field(lab, Field::Beta);
    commit_field(lab, Field::LearningRate);
    let title = lab.form.objective().get_untracked().title();
    lab.notices.say(&texts::defaults_again(title));
}

/// Takes complaints about fields back.
fn dismiss_defects(lab: Lab, is_meant: impl Fn(NoticeKey) -> bool) {
    let fields = Field::ALL.into_iter().map(Field::key);
    let parameters = Parameter::ALL.into_iter().map(Parameter::key);
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

pub fn pause_or_resume(lab: Lab) {
    match lab.run.phase().get_untracked() {
        Phase::Running if lab.pace.is_walking() => pace::stop_walking(lab),
        Phase::Running => {
            // Not shown before the engine says so: a step may be under way.
            lab.engine.send(Purpose::Control, Command::Pause);
        }
        Phase::Paused => pace::go_on(lab),
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
        Phase::Idle | Phase::Ended => start_run(lab, Start::Paused),
    };
    if is_ready {
        lab.engine.send(Purpose::Control, Command::Steps { count });
    }
}

pub fn stop(lab: Lab) {
    if lab.run.phase().get_untracked().is_active() {
        resume::stopping();
        lab.engine.send(Purpose::Control, Command::Stop);
    }
}

pub fn reset(lab: Lab) {
    lab.engine.send(Purpose::Reset, Command::Reset);
}

/// Gives a run under way another beta or learning rate, from its next step on.
pub fn adjust(lab: Lab, beta: Option<f64>, learning_rate: Option<f64>) {
    if lab.run.phase().get_untracked().is_active() {
        let command = Command::Adjust {
            beta,
            learning_rate,
        };
        lab.engine.send(Purpose::Adjust, command);
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

/// Another model is wanted: at once, or once the person has said so where that ends a run.
pub fn want_model(lab: Lab, wanted: Wanted) {
    let is_active = lab.run.phase().get_untracked().is_active();
    if !lab.models.ask(is_active, &wanted) {
        take_model(lab, wanted);
    }
}

/// The person's answer to whether the run is to end.
pub fn change_model(lab: Lab, is_wanted: bool) {
    if let Some(wanted) = lab.models.answered().filter(|_| is_wanted) {
        take_model(lab, wanted);
    }
}

fn take_model(lab: Lab, wanted: Wanted) {
    match wanted {
        Wanted::Named(name) => load_model(lab, &name),
        Wanted::Files(files) => model_files::import_now(lab, files),
        Wanted::Folder(folder) => model_files::fetch_now(lab, folder),
    }
}

/// Loads one of the models at hand.
fn load_model(lab: Lab, name: &str) {
    match ModelName::from_slug(name) {
        Some(name) => load_shipped(lab, name, true),
        None => {
            lab.form.show_model(name);
            own_models::load(lab, name);
        }
    }
}

/// Loads one of the models that come with the page; one that was not chosen is not
/// remembered either.
pub fn load_shipped(lab: Lab, name: ModelName, is_chosen: bool) {
    lab.form.show_model(name.slug());
    if is_chosen {
        lab.notices.dismiss(NoticeKey::Model);
    }
    let source = shipped(name.slug());
    let asked = ModelAsked::Shipped { name, is_chosen };
    let id = lab
        .engine
        .send(Purpose::LoadModel(asked), Command::LoadModel { source });
    lab.engine.await_model(id);
    if id.is_none() {
        show_loaded_model(lab);
    }
}

/// What was chosen did not come: the form stands at the model that is loaded.
pub fn show_loaded_model(lab: Lab) {
    if let Some(model) = lab.engine.model().get_untracked() {
        lab.form.show_model(&model.name);
    }
}

/// Loads the smallest model, so that there is something to look at, and the chosen one
/// after it.
pub fn load_first_model(lab: Lab) {
    if lab.form.model().get_untracked() == STAND_IN.slug() {
        load_chosen_model(lab);
        return;
    }
    let source = shipped(STAND_IN.slug());
    let id = lab
        .engine
        .send(Purpose::LoadStandIn, Command::LoadModel { source });
    lab.engine.await_model(id);
}

pub fn load_chosen_model(lab: Lab) {
    let model = lab.form.model().get_untracked();
    match ModelName::from_slug(&model) {
        // It is what a link names, or what was chosen before.
        Some(name) => load_shipped(lab, name, false),
        None => load_model(lab, &model),
    }
}

/// A model that lies beside the page.
fn shipped(name: &str) -> ModelSource {
    ModelSource::Url {
        name: name.to_owned(),
        url: resolve(&format!("models/{name}/")),
    }
}
