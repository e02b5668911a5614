//! A button that says its key, and keeps the focus when it cannot be used.

use crate::lab::use_lab;
use leptos::prelude::*;

/// `aria-disabled` instead of `disabled`: a button that turns itself off by being
/// pressed would otherwise drop the keyboard's focus.
#[component]
pub fn Action(
    #[prop(optional)] testid: Option<&'static str>,
    #[prop(into)] text: Signal<String>,
    #[prop(optional)] key: Option<&'static str>,
    #[prop(optional)] class: &'static str,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// For toggles: pressed or not.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    on_press: impl Fn() + 'static,
) -> impl IntoView {
    button(
        testid,
        text,
        key,
        class,
        disabled,
        pressed,
        Box::new(on_press),
    )
}

/// The key for `aria-keyshortcuts`, while keys are not switched off.
pub fn shortcut(key: &'static str) -> impl Fn() -> Option<&'static str> {
    let settings = use_lab().settings;
    move || settings.are_keys_on().then_some(key)
}

/// Compiled once, whatever is done on a press.
fn button(
    testid: Option<&'static str>,
    text: Signal<String>,
    key: Option<&'static str>,
    class: &'static str,
    disabled: Signal<bool>,
    pressed: Option<Signal<bool>>,
    on_press: Box<dyn Fn()>,
) -> AnyView {
    let class = format!("button {class}");
    let settings = use_lab().settings;
    view! {
        <button
            type="button"
            class=class
            data-testid=testid
            aria-disabled=move || disabled.get().then_some("true")
            aria-pressed=move || pressed.map(|pressed| pressed.get().to_string())
            aria-keyshortcuts=move || key.filter(|_| settings.are_keys_on())
            on:click=move |_| {
                if !disabled.get_untracked() {
                    on_press();
                }
            }
        >
            <span>{move || text.get()}</span>
            {key.map(|key| view! { <kbd aria-hidden="true">{key}</kbd> })}
        </button>
    }
    .into_any()
}
