//! An answer that is its own button.

use super::action::shortcut;
use crate::texts::label as texts;
use leptos::prelude::*;

/// A press anywhere on it prefers it.
#[component]
pub fn AnswerCard(
    letter: &'static str,
    testid: &'static str,
    text_testid: &'static str,
    key: &'static str,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] disabled: Signal<bool>,
    on_press: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="answer"
            data-testid=testid
            aria-disabled=move || disabled.get().then_some("true")
            aria-keyshortcuts=shortcut(key)
            on:click=move |_| {
                if !disabled.get_untracked() {
                    on_press();
                }
            }
        >
            <span class="answer-head">
                <b>{letter}</b>
                <span class="prefer">{texts::IS_BETTER}</span>
                <kbd aria-hidden="true">{key}</kbd>
            </span>
            <span class="answer-text" data-testid=text_testid>{move || text.get()}</span>
        </button>
    }
}
