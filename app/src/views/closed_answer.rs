//! The field that adds an answer to the closed form.

use crate::lab::use_lab;
use crate::parts::action::Action;
use crate::stores::closed_form::MOST_CANDIDATES;
use crate::texts::closed_form as texts;
use leptos::prelude::*;

/// Adds a written answer; says why when it cannot.
#[component]
pub fn AddAnswer() -> impl IntoView {
    let lab = use_lab();
    let store = lab.closed_form;
    let text = RwSignal::new(String::new());
    let is_full = Signal::derive(move || {
        store
            .question()
            .with(|question| question.candidates.len() >= MOST_CANDIDATES)
    });
    let add = move || {
        if store.add(&text.get_untracked()) {
            text.set(String::new());
            lab.notices.say(texts::ADDED);
        } else {
            lab.notices.say(texts::NOT_ADDED);
        }
    };
    view! {
        <form
            class="row ask"
            on:submit=move |event| {
                event.prevent_default();
                if !is_full.get_untracked() {
                    add();
                }
            }
        >
            <input
                type="text"
                autocomplete="off"
                aria-label=texts::ANSWER_LABEL
                placeholder=move || {
                    if is_full.get() { texts::ANSWERS_FULL } else { texts::ANSWER_PLACEHOLDER }
                }
                data-testid="closed-answer"
                disabled=is_full
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            />
            <Action testid="closed-add" text=texts::ADD disabled=is_full on_press=add/>
        </form>
    }
}
