//! A box to tick, inside its label.

use leptos::prelude::*;

#[component]
pub fn CheckBox(
    testid: &'static str,
    text: &'static str,
    #[prop(optional)] class: &'static str,
    #[prop(optional)] title: Option<&'static str>,
    #[prop(into)] is_on: Signal<bool>,
    on_change: impl Fn(bool) + 'static,
) -> impl IntoView {
    view! {
        <label class=class title=title>
            <input
                type="checkbox"
                data-testid=testid
                prop:checked=move || is_on.get()
                on:change=move |event| on_change(event_target_checked(&event))
            />
            {text}
        </label>
    }
}
