//! Files in and out, and the way to erase everything.

use super::import::{FromTheWeb, Import};
use super::lab_arrival::LabQuestion;
use super::offline::offline;
use crate::flows::import::{import_file, import_set};
use crate::flows::{erase, export, export_labels, lab_file, models};
use crate::lab::use_lab;
use crate::parts::action::Action;
use crate::parts::file_button::FileButton;
use crate::parts::focus::focus_after;
use crate::parts::later::Later;
use crate::texts::files as texts;
use crate::texts::saving as saving_texts;
use leptos::prelude::*;
use tilt_protocol::CuratedSet;
use web_sys::HtmlSelectElement;

#[component]
pub fn DataPanel() -> impl IntoView {
    let is_asking = RwSignal::new(false);
    let state = use_lab().offline.state();
    let is_offline_known = Signal::derive(move || state.get().is_some());
    view! {
        <section class="panel quiet" data-place="data" aria-labelledby="data-title">
            <header class="panel-head">
                <h2 id="data-title">{texts::DATA_AND_MODELS}</h2>
            </header>
            <InAndOut is_asking=is_asking/>
            <PracticeSets/>
            <p class="muted">
                {texts::FORMATS}
            </p>
            <LabQuestion/>
            <Import/>
            <FromTheWeb/>
            <Later wanted=is_offline_known load=|| Box::pin(offline())/>
            <EraseQuestion is_asking=is_asking/>
        </section>
    }
}

/// The files that come in and go out, and the button that asks whether all is to be erased.
#[component]
fn InAndOut(is_asking: RwSignal<bool>) -> impl IntoView {
    let lab = use_lab();
    let is_down = Signal::derive(move || !lab.engine.is_up());
    view! {
        <div class="row">
            <FileButton
                testid="data-import"
                text=texts::IMPORT_PAIRS
                accept=".jsonl,.json,.ndjson,.csv,.txt"
                multiple=true
                on_files=move |files| {
                    for file in files {
                        import_file(lab, file);
                    }
                }
            />
            <Action
                testid="data-export"
                text=texts::EXPORT_PAIRS
                on_press=move || export_labels::export_labels(lab)
            />
            <Action
                testid="data-export-all"
                text=texts::EXPORT_LABELS
                on_press=move || export_labels::export_all_labels(lab)
            />
            <FileButton
                testid="model-import"
                text=texts::IMPORT_MODEL
                accept=".json,.safetensors,.txt,.jinja"
                multiple=true
                on_files=move |files| {
                    if !files.is_empty() {
                        models::import_model(lab, files);
                    }
                }
            />
            <Action
                testid="model-export"
                text=texts::EXPORT_MODEL
                disabled=is_down
                on_press=move || export::export_model(lab)
            />
            <Action
                testid="trl-export"
                text=texts::CONTINUE_IN_TRL
                disabled=is_down
                on_press=move || {
                    let settings = untrack(|| lab.form.settings());
                    export::continue_in_trl(lab, settings);
                }
            />
            <Action
                testid="lab-export"
                text=saving_texts::EXPORT_LAB
                on_press=move || lab_file::export_lab(lab)
            />
            <FileButton
                testid="lab-import"
                text=saving_texts::IMPORT_LAB
                accept=".tilt"
                on_files=move |files| {
                    for file in files {
                        lab_file::import_lab(lab, file);
                    }
                }
            />
            <Action testid="erase-all" text=texts::ERASE_ALL on_press=move || {
                    is_asking.set(true);
                    // The answer that changes nothing.
                    focus_after(&["[data-testid=\"erase-cancel\"]"]);
                }
            />
        </div>
    }
}

#[component]
fn PracticeSets() -> impl IntoView {
    let lab = use_lab();
    view! {
        <select
            class="practice-sets"
            data-testid="data-set"
            aria-label=texts::PRACTICE_SET
            on:change=move |event| {
                let select: HtmlSelectElement = event_target(&event);
                if let Some(set) = CuratedSet::from_slug(&select.value()) {
                    import_set(lab, set);
                }
                // So that the same set can be chosen again.
                select.set_value("");
            }
        >
            <option value="">{texts::PRACTICE_SETS}</option>
            {CuratedSet::all()
                .map(|set| view! { <option value=set.slug()>{set.name()}</option> })
                .collect_view()}
        </select>
    }
}

#[component]
fn EraseQuestion(is_asking: RwSignal<bool>) -> impl IntoView {
    let lab = use_lab();
    let end_asking = move || {
        is_asking.set(false);
        focus_after(&["[data-testid=\"erase-all\"]"]);
    };
    let question = move || {
        let count = lab.labels.entries().with(|entries| entries.len());
        texts::erase_question(count)
    };
    view! {
        <Show when=move || is_asking.get()>
            <div class="confirm" role="group" aria-label=texts::ERASE_EVERYTHING>
                <p>{question}</p>
                <Action
                    testid="erase-confirm"
                    text=texts::ERASE
                    class="strong"
                    on_press=move || {
                        end_asking();
                        erase::erase_all(lab);
                    }
                />
                <Action testid="erase-cancel" text=texts::KEEP on_press=end_asking/>
            </div>
        </Show>
    }
}
