//! The prompt and the answers of the closed form, each with its reward and its bars.

use super::closed_answer::AddAnswer;
use crate::lab::use_lab;
use crate::model::closed_bars::Bar;
use crate::parts::action::Action;
use crate::parts::focus::focus_after;
use crate::stores::closed_form::REWARDS;
use crate::texts::closed_form as texts;
use crate::texts::glossary::Term;
use crate::texts::numbers::{probability, signed, typed_number};
use leptos::prelude::*;

#[component]
pub fn ClosedCandidates() -> impl IntoView {
    let store = use_lab().closed_form;
    let question = store.question();
    let ids = Memo::new(move |_| {
        question.with(|question| {
            let ids = question.candidates.iter().map(|candidate| candidate.id);
            ids.collect::<Vec<_>>()
        })
    });
    let value = move || {
        store.bars().with(|bars| {
            bars.as_ref()
                .and_then(|bars| serde_json::to_string(&bars.rows).ok())
                .unwrap_or_default()
        })
    };
    view! {
        <div class="row ask">
            <input
                type="text"
                autocomplete="off"
                aria-label=texts::PROMPT_LABEL
                placeholder=texts::PROMPT_PLACEHOLDER
                data-testid="closed-prompt"
                prop:value=move || question.with(|question| question.prompt.clone())
                on:change=move |event| store.set_prompt(&event_target_value(&event))
            />
            <Action
                text=texts::SELECTED_PAIR
                disabled=Signal::derive(move || !store.is_own())
                on_press=move || store.follow_selection()
            />
        </div>
        <ul class="closed-list" data-testid="closed-bars" data-value=value>
            <For each=move || ids.get() key=|id| *id let:id>
                <CandidateRow id=id/>
            </For>
        </ul>
        <AddAnswer/>
    }
}

#[component]
fn CandidateRow(id: usize) -> impl IntoView {
    let store = use_lab().closed_form;
    let question = store.question();
    let candidate = Memo::new(move |_| {
        question.with(|question| {
            let found = question.candidates.iter().find(|c| c.id == id);
            found.map_or_else(Default::default, |c| (c.answer.clone(), c.reward))
        })
    });
    let answer = move || candidate.get().0;
    let reward = move || candidate.get().1;
    let set = move |text: String| {
        if let Some(reward) = typed_number(&text) {
            store.set_reward(id, reward);
        }
    };
    // The bars come in the order of the candidates.
    let bar = move || {
        let at = question.with(|question| question.candidates.iter().position(|c| c.id == id))?;
        store
            .bars()
            .with(|bars| bars.as_ref().and_then(|bars| bars.rows.get(at).cloned()))
    };
    view! {
        <li class="closed-candidate">
            <p class="closed-text">{answer}</p>
            <input
                type="range"
                min=REWARDS.0
                max=REWARDS.1
                step="any"
                data-testid="closed-reward"
                aria-label=move || texts::reward_of(&answer())
                aria-valuetext=move || signed(reward(), 1)
                prop:value=move || reward().to_string()
                on:input=move |event| set(event_target_value(&event))
            />
            <input
                type="text"
                inputmode="decimal"
                autocomplete="off"
                class="number"
                aria-label=move || texts::reward_as_number(&answer())
                prop:value=move || signed(reward(), 2)
                on:change=move |event| set(event_target_value(&event))
            />
            <button
                type="button"
                class="button icon small"
                aria-label=move || texts::remove(&answer())
                on:click=move |_| {
                    store.remove(id);
                    focus_after(&[
                        ".closed-candidate button.icon",
                        "[data-testid=\"closed-answer\"]",
                    ]);
                }
            >
                "\u{00d7}"
            </button>
            <div class="closed-lines">{move || bar().map(|bar| lines(&bar))}</div>
        </li>
    }
}

/// Summed log-probs lie far apart: the smallest shares by their power of ten.
fn small(share: f64) -> String {
    if share >= 0.0005 || share == 0.0 {
        probability(share)
    } else {
        format!("{share:.0e}").replace('-', "\u{2212}")
    }
}

fn lines(bar: &Bar) -> impl IntoView + use<> {
    let line = |class: &'static str, name: &'static str, share: f64, lift: Option<f64>| {
        let width = format!("{:.3}%", (share * 100.0).clamp(0.0, 100.0));
        view! {
            <span class="closed-line">
                <span class="closed-track" aria-hidden="true">
                    <span class=format!("bar {class}") style=("--share", width)></span>
                </span>
                <span class="number">
                    <span class="visually-hidden">{name}" "</span>
                    {small(share)}
                </span>
                <span class="number muted" title=texts::LIFT_IS>
                    {lift.map(|lift| texts::lift(&signed(lift, 1)))}
                </span>
            </span>
        }
    };
    // Where shares are near 0 or 1, this still shows how far they moved.
    let lift = |share: f64| Some((share / bar.reference).ln()).filter(|lift| lift.is_finite());
    view! {
        {line("reference", Term::Reference.name(), bar.reference, None)}
        {line("optimum", texts::OPTIMUM, bar.optimum, lift(bar.optimum))}
        {line("policy", Term::Policy.name(), bar.policy, lift(bar.policy))}
    }
}
