//! A whole lab before it comes in: what is in it, and whether it takes this one's place.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::flows::lab_arrival::take_choice;
use crate::lab::use_lab;
use crate::model::arrivals::ImportChoice;
use crate::parts::action::Action;
use crate::parts::check_box::CheckBox;
use crate::parts::focus::focus;
use crate::parts::later::Later;
use crate::stores::lab_arrival::{LabArrival, LabChoice};
use crate::texts::import as import_texts;
use crate::texts::saving as texts;
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn LabQuestion() -> impl IntoView {
    let question = use_lab().lab_arrival.question();
    let is_any = Memo::new(move |_| question.with(Option::is_some));
    view! { <Later wanted=is_any load=|| Box::pin(asking())/> }
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn asking() -> Result<Build, NotLoaded> {
    Ok(|| {
        let question = use_lab().lab_arrival.question();
        Effect::new(move |_| {
            if question.with(Option::is_some) {
                request_animation_frame(|| {
                    focus(".lab-question");
                });
            }
        });
        (move || {
            question
                .get()
                .map(|arrival| view! { <Summary arrival=arrival/> })
        })
        .into_any()
    })
}

#[component]
fn Summary(arrival: Arc<LabArrival>) -> impl IntoView {
    let lab = use_lab();
    let is_mine = RwSignal::new(arrival.is_own);
    let with_settings = RwSignal::new(false);
    let name = RwSignal::new(texts::lab_name(
        &arrival.file,
        arrival.settings.lab_code.as_deref(),
    ));
    let whose = move || {
        let name = name.get().trim().to_owned();
        (!is_mine.get()).then_some(name)
    };
    let has_no_name = Signal::derive(move || whose().is_some_and(|name| name.is_empty()));
    let standing = Memo::new({
        let arrival = arrival.clone();
        move |_| {
            lab.labels
                .entries()
                .with(|entries| arrival.standing(entries, whose().as_deref()).1)
        }
    });
    let say = move |said: LabChoice| {
        take_choice(lab, said);
        // The question is gone: to the button beside that of the import.
        request_animation_frame(|| {
            focus("[data-testid=\"lab-export\"]");
        });
    };
    let beside = move |labels: ImportChoice| {
        say(LabChoice::Beside {
            name: untrack(whose),
            labels,
            with_settings: with_settings.get_untracked(),
        });
    };
    let new = move || standing.with(|standing| standing.arrival.new.len());
    let all = move || {
        let arrival = |standing: &crate::model::arrivals::Standing| standing.arrival.clone();
        let arrival = standing.with(arrival);
        arrival.new.len() + arrival.repeated.len() + arrival.contrary.len()
    };
    let labels_here = move || lab.labels.entries().with(|entries| entries.len());
    let runs_here = move || lab.runs.records().with(|runs| runs.len());
    view! {
        <div
            class="confirm lab-question"
            role="group"
            tabindex="-1"
            aria-label=import_texts::BEFORE_IT_COMES_IN
            data-testid="lab-summary"
        >
            <p>{texts::lab_holds(
                &arrival.file,
                &arrival.summary.labels(),
                arrival.summary.runs,
                arrival.summary.has_model,
            )}</p>
            <p>{texts::lab_settings(arrival.settings.of_the_form())}</p>
            <p>{move || standing.with(|standing| texts::lab_stands(&standing.arrival))}</p>
            <Whose is_mine=is_mine name=name/>
            <CheckBox
                testid="lab-settings"
                text=texts::LAB_WITH_SETTINGS
                is_on=with_settings
                on_change=move |is_on| with_settings.set(is_on)
            />
            <div class="row">
                <Action
                    testid="lab-beside" class="strong"
                    text=Signal::derive(move || texts::lab_beside(all()))
                    disabled=has_no_name
                    on_press=move || beside(ImportChoice::All)
                />
                <Show when=move || { (1..all()).contains(&new()) }>
                    <Action
                        testid="lab-beside-new"
                        text=Signal::derive(move || texts::lab_beside_new(new()))
                        disabled=has_no_name
                        on_press=move || beside(ImportChoice::New)
                    />
                </Show>
                <Action
                    testid="lab-replace"
                    text=Signal::derive(move || texts::lab_replace(labels_here(), runs_here()))
                    on_press=move || say(LabChoice::Replace)
                />
                <Action
                    testid="lab-cancel" text=import_texts::CANCEL
                    on_press=move || say(LabChoice::Cancel)
                />
            </div>
        </div>
    }
}

/// Whether the labels are one's own, and otherwise under which name they come in.
#[component]
fn Whose(is_mine: RwSignal<bool>, name: RwSignal<String>) -> impl IntoView {
    view! {
        <CheckBox
            testid="lab-mine"
            text=texts::LAB_IS_MINE
            is_on=is_mine
            on_change=move |is_on| is_mine.set(is_on)
        />
        <label hidden=move || is_mine.get()>
            {texts::LAB_IS_OF}
            <input
                type="text"
                autocomplete="off"
                data-testid="lab-name"
                prop:value=move || name.get()
                on:input=move |event| name.set(event_target_value(&event))
            />
        </label>
    }
}
