//! What else moves the judge: further principles with weights, and a bias to length.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::lab::use_lab;
use crate::model::autolabel_form::OtherPrinciple;
use crate::parts::action::Action;
use crate::parts::focus::focus;
use crate::parts::later::Later;
use crate::parts::opened::noted;
use crate::parts::principle_options::principle_options;
use crate::texts::judge as texts;
use leptos::prelude::*;
use tilt_protocol::Principle;

const ADD: &str = "autolabel-add";

#[component]
pub fn MoreOfTheJudge() -> impl IntoView {
    let lab = use_lab();
    let form = lab.evaluate.autolabel_form();
    let is_open = RwSignal::new(false);
    let summary = move || {
        let (others, bias) =
            form.with(|form| (form.others.len(), form.length_bias.trim().to_owned()));
        let bias = Some(bias.as_str()).filter(|bias| !matches!(*bias, "0" | ""));
        texts::more(others, bias)
    };
    view! {
        <details class="judge-more" on:toggle=noted(is_open)>
            <summary data-testid="autolabel-more">{summary}</summary>
            <Later wanted=is_open load=|| Box::pin(fields())/>
        </details>
    }
}

#[wasm_split(labels, wasm_split_path = leptos::wasm_split, fallible)]
fn fields() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Fields/> }.into_any())
}

#[component]
fn Fields() -> impl IntoView {
    let form = use_lab().evaluate.autolabel_form();
    let others = move || form.with(|form| form.others.clone());
    view! {
        <p class="muted">
            {texts::ABOUT_WEIGHTS}
        </p>
        <ul class="judge-others">
            <For each=others key=|other| other.id let:other>
                <OtherRow other=other/>
            </For>
        </ul>
        <Action
            testid=ADD
            text=texts::ADD_PRINCIPLE
            on_press=move || {
                form.update(|form| form.add_other());
                request_animation_frame(|| {
                    focus(".judge-others li:last-child select");
                });
            }
        />
        <div class="field judge-bias">
            <label for="autolabel-length-bias">{texts::LENGTH_BIAS}</label>
            <input
                id="autolabel-length-bias"
                type="text"
                inputmode="decimal"
                autocomplete="off"
                data-testid="autolabel-length-bias"
                aria-describedby="autolabel-length-bias-note"
                prop:value=move || form.with(|form| form.length_bias.clone())
                on:input=move |event| form.update(|form| form.length_bias = event_target_value(&event))
            />
            <p id="autolabel-length-bias-note" class="muted">
                {texts::ABOUT_LENGTH_BIAS}
            </p>
        </div>
    }
}

#[component]
fn OtherRow(other: OtherPrinciple) -> impl IntoView {
    let form = use_lab().evaluate.autolabel_form();
    let id = other.id;
    // Not from the row's own data: the list is the form's, and changes with it.
    let weight = move || {
        form.with(|form| {
            let other = form.others.iter().find(|other| other.id == id);
            other.map(|other| other.weight.clone()).unwrap_or_default()
        })
    };
    view! {
        <li>
            <select
                aria-label=texts::FURTHER_PRINCIPLE
                data-testid="autolabel-other"
                on:change=move |event| {
                    if let Some(principle) = Principle::from_slug(&event_target_value(&event)) {
                        form.update(|form| {
                            if let Some(other) = form.other_mut(id) {
                                other.principle = principle;
                            }
                        });
                    }
                }
            >
                {principle_options(Some(other.principle))}
            </select>
            <input
                type="text"
                inputmode="decimal"
                autocomplete="off"
                aria-label=texts::ITS_WEIGHT
                data-testid="autolabel-weight"
                prop:value=weight
                on:input=move |event| {
                    let text = event_target_value(&event);
                    form.update(|form| {
                        if let Some(other) = form.other_mut(id) {
                            other.weight = text;
                        }
                    });
                }
            />
            <button
                type="button"
                class="button icon small"
                data-testid="autolabel-remove"
                aria-label=texts::REMOVE_PRINCIPLE
                on:click=move |_| {
                    form.update(|form| form.remove_other(id));
                    focus("[data-testid=\"autolabel-add\"]");
                }
            >
                "\u{00d7}"
            </button>
        </li>
    }
}
