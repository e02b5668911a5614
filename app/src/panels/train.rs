//! What to train, and the controls of the run.

use super::fresh_pairs::fresh_pairs;
use super::model_change::ModelQuestion;
use super::pacing::PacingRow;
use super::reward::reward_source;
use super::training_view::WhatTrainingSees;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::flows::act::perform;
use crate::flows::{checkpoints, own_models};
use crate::lab::{Lab, use_lab};
use crate::model::act::Act;
use crate::model::run::Phase;
use crate::model::train_form::TrainField;
use crate::parts::action::Action;
use crate::parts::acts;
use crate::parts::define::Define;
use crate::parts::later::Later;
use crate::parts::number_field::NumberField;
use crate::texts::files::REMOVE_MODEL;
use crate::texts::glossary::Term;
use crate::texts::objectives::{GROUPS, group};
use crate::texts::training as texts;
use leptos::prelude::*;
use tilt_protocol::{ModelName, ObjectiveKind};
use web_sys::HtmlSelectElement;

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn model_question() -> Result<Build, NotLoaded> {
    Ok(|| view! { <ModelQuestion/> }.into_any())
}

#[wasm_split(runs, wasm_split_path = leptos::wasm_split, fallible)]
fn unsaved_note() -> Result<Build, NotLoaded> {
    Ok(|| view! { <UnsavedNote/> }.into_any())
}

#[component]
pub fn TrainPanel() -> impl IntoView {
    let lab = use_lab();
    let is_asked = Signal::derive(move || lab.fresh_pairs.is_asking());
    let samples_answers = Signal::derive(move || lab.form.objective().get().samples_answers());
    view! {
        <section class="panel train-panel" data-place="train" aria-labelledby="train-title">
            <h2 id="train-title" class="visually-hidden">{texts::TRAIN}</h2>
            <div class="fields six">
                <ObjectiveSelect/>
                <NumberField
                    field=TrainField::Beta term=Term::Beta id="beta-input" unused_note=NO_BETA
                />
                <NumberField field=TrainField::LearningRate term=Term::LearningRate id="lr-input"/>
                <NumberField field=TrainField::Steps term=Term::Steps id="steps-input"/>
                <NumberField field=TrainField::Seed term=Term::Seed id="seed-input"/>
                <ModelSelect/>
            </div>
            <UnusedBeta/>
            <Later wanted=samples_answers load=|| Box::pin(reward_source())/>
            <WhatTrainingSees/>
            <Later
                wanted=Signal::derive(move || checkpoints::unsaved_bytes(lab).is_some())
                load=|| Box::pin(unsaved_note())
            />
            <Later wanted=lab.models.is_asking() load=|| Box::pin(model_question())/>
            <Controls/>
            <Later wanted=is_asked load=|| Box::pin(fresh_pairs())/>
            <PacingRow/>
        </section>
    }
}

/// Runs of a large model are not saved: said before one starts.
#[component]
fn UnsavedNote() -> impl IntoView {
    let lab = use_lab();
    let bytes = Memo::new(move |_| checkpoints::unsaved_bytes(lab));
    view! {
        <p class="field-note muted" data-testid="run-unsaved" hidden=move || bytes.get().is_none()>
            {move || bytes.get().map(texts::not_saved)}
        </p>
    }
}

/// The id of the note that says why the beta field is off.
const NO_BETA: &str = "no-beta";

#[component]
fn UnusedBeta() -> impl IntoView {
    let lab = use_lab();
    let title = move || lab.form.objective().get().title();
    view! {
        <Show when=move || !lab.form.is_used(TrainField::Beta)>
            <p id=NO_BETA class="field-note muted">
                {title}{texts::HAS_NO_BETA}
            </p>
        </Show>
    }
}

#[component]
fn ObjectiveSelect() -> impl IntoView {
    let lab = use_lab();
    let objective = lab.form.objective();
    view! {
        <div class="field">
            <Define term=Term::Objective id="objective-label"/>
            <select
                data-testid="objective-select"
                aria-labelledby="objective-label"
                prop:value=move || objective.get().slug()
                on:change=move |event| {
                    if let Some(kind) = ObjectiveKind::from_slug(&event_target_value(&event)) {
                        perform(lab, Act::ChooseObjective(kind));
                    }
                }
            >
                {GROUPS
                    .into_iter()
                    .map(|label| {
                        view! {
                            <optgroup label=label>
                                {options(label, objective.get_untracked())}
                            </optgroup>
                        }
                    })
                    .collect_view()}
            </select>
        </div>
    }
}

/// The objectives of one group that train a policy.
fn options(label: &'static str, selected: ObjectiveKind) -> impl IntoView {
    ObjectiveKind::ALL
        .into_iter()
        .filter(|kind| kind.trains_policy() && group(*kind) == label)
        .map(|kind| {
            view! { <option value=kind.slug() selected=kind == selected>{kind.title()}</option> }
        })
        .collect_view()
}

#[component]
fn ModelSelect() -> impl IntoView {
    let lab = use_lab();
    let model = lab.form.model();
    let own = lab.models.own();
    let is_own = Memo::new(move |_| {
        own.with(|own| own.iter().any(|card| model.with(|name| card.name == *name)))
    });
    // Chosen at the start of a visit, before the list of them is there.
    let is_unlisted =
        move || !is_own.get() && model.with(|name| ModelName::from_slug(name).is_none());
    let option = move |name: String, title: String| {
        let value = name.clone();
        view! {
            <option value=value selected=move || model.with(|model| *model == name)>{title}</option>
        }
    };
    view! {
        <div class="field">
            <Define term=Term::Model id="model-label"/>
            <select
                data-testid="model-select"
                aria-labelledby="model-label"
                prop:value=move || {
                    own.track();
                    model.get()
                }
                on:change=move |event| {
                    let name = event_target_value(&event);
                    // Until the person has answered, and it has come, the old one stands there.
                    event_target::<HtmlSelectElement>(&event).set_value(&model.get_untracked());
                    perform(lab, Act::ChooseModel { name });
                }
            >
                {ModelName::ALL
                    .into_iter()
                    .map(|name| option(name.slug().to_owned(), name.slug().to_owned()))
                    .collect_view()}
                {move || own
                    .get()
                    .into_iter()
                    .map(|card| option(card.name.clone(), card.title()))
                    .collect_view()}
                {move || is_unlisted().then(|| option(model.get(), model.get()))}
            </select>
            <Show when=move || is_own.get()>
                <button
                    type="button"
                    class="button slim"
                    data-testid="model-remove"
                    on:click=move |_| own_models::remove(lab, &model.get_untracked())
                >
                    {REMOVE_MODEL}
                </button>
            </Show>
        </div>
    }
}

/// Tells screen readers that a run pauses or goes on, by whatever means.
fn say_pauses(lab: Lab) {
    Effect::new(move |before: Option<Phase>| {
        let phase = lab.run.phase().get();
        let (step, steps) = lab.run.run().with_untracked(|run| (run.step, run.steps));
        match (before, phase) {
            (Some(Phase::Running), Phase::Paused) => {
                lab.notices.say(&texts::paused(step, steps));
            }
            (Some(Phase::Paused), Phase::Running) => lab.notices.say(texts::GOES_ON),
            _ => {}
        }
        phase
    });
}

#[component]
fn Controls() -> impl IntoView {
    let lab = use_lab();
    let phase = lab.run.phase();
    let is_active = move || phase.get().is_active();
    let is_down = move || !lab.engine.is_up();
    say_pauses(lab);
    let start_text = Signal::derive(move || {
        match phase.get() {
            Phase::Running => texts::TRAINING,
            Phase::Paused => texts::RESUME,
            Phase::Idle | Phase::Ended => texts::TRAIN,
        }
        .to_owned()
    });
    let fraction = move || lab.run.run().with(|run| run.fraction());
    let told = move || {
        lab.run.run().with(|run| match run.phase {
            Phase::Idle => String::new(),
            _ => texts::steps_taken(run.step, run.steps),
        })
    };
    let rows = move || {
        lab.run
            .run()
            .with(|run| (run.rows > 0).then(|| texts::trained_on(run.rows)))
    };
    view! {
        <div class="row controls">
            <Action
                testid="train-start" text=start_text key="P" class="strong"
                disabled=Signal::derive(move || is_down() || phase.get() == Phase::Running)
                on_press=move || acts::train(lab)
            />
            <Action
                testid="train-pause" text=texts::PAUSE
                pressed=Signal::derive(move || phase.get() == Phase::Paused)
                disabled=Signal::derive(move || is_down() || !is_active())
                on_press=move || acts::pause_or_resume(lab)
            />
            <Action
                testid="train-step" text=texts::STEP key="."
                disabled=Signal::derive(move || is_down() || phase.get() == Phase::Running)
                on_press=move || acts::step_once(lab)
            />
            <Action
                testid="train-stop" text=texts::STOP
                disabled=Signal::derive(move || is_down() || !is_active())
                on_press=move || perform(lab, Act::Stop)
            />
            <Action
                testid="train-reset" text=texts::RESET
                disabled=Signal::derive(is_down)
                on_press=move || perform(lab, Act::Reset)
            />
            <div class="run-progress">
                <progress
                    data-testid="train-progress"
                    aria-label=texts::STEPS_OF_THE_RUN
                    max="1"
                    value=fraction
                    data-value=move || fraction().to_string()
                ></progress>
                <span class="number muted" title=rows>{told}</span>
            </div>
        </div>
    }
}
