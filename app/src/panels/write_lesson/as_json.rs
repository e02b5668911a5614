//! A step as JSON: for what the form cannot say.

use super::fields::{own_name, store};
use crate::model::lesson_draft::Spot;
use crate::parts::action::Action;
use crate::parts::opened::noted;
use crate::texts::write_lesson as texts;
use leptos::prelude::*;
use serde_json::Value;

pub fn as_json(spot: &Spot) -> AnyView {
    let store = store();
    let is_open = RwSignal::new(false);
    let value = store.value(spot);
    let name = own_name();
    let note = own_name();
    // What is typed, until it is taken over or put away.
    let typed = RwSignal::new(None::<String>);
    let wrong = RwSignal::new(None::<String>);
    let shown = move || {
        typed.get().unwrap_or_else(|| {
            value.with(|value| {
                value
                    .as_ref()
                    .map_or_else(String::new, |value| format!("{value:#}"))
            })
        })
    };
    let spot = StoredValue::new(spot.clone());
    let take = move || {
        let Some(text) = typed.get_untracked() else {
            return;
        };
        match serde_json::from_str::<Value>(&text) {
            Ok(value @ Value::Object(_)) => {
                spot.with_value(|spot| store.set(spot, Some(value)));
                typed.set(None);
                wrong.set(None);
            }
            Ok(_) => wrong.set(Some(texts::NO_OBJECT.to_owned())),
            Err(error) => wrong.set(Some(texts::not_json(&error))),
        }
    };
    let is_same = Signal::derive(move || typed.with(Option::is_none));
    let described = note.clone();
    view! {
        <details class="draft-part draft-json" on:toggle=noted(is_open)>
            <summary data-testid="draft-json">{texts::AS_JSON}</summary>
            <Show when=move || is_open.get()>
                <label class="visually-hidden" for=name.clone()>{texts::AS_JSON}</label>
                <textarea
                    rows="14"
                    spellcheck="false"
                    id=name.clone()
                    data-testid="draft-json-text"
                    aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                    aria-describedby={
                        let described = described.clone();
                        move || wrong.with(Option::is_some).then(|| described.clone())
                    }
                    prop:value=shown
                    on:input=move |event| typed.set(Some(event_target_value(&event)))
                ></textarea>
                <p class="draft-wrong" role="alert" id=note.clone()>{move || wrong.get()}</p>
                <div class="row">
                    <Action testid="draft-json-take" class="slim" text=texts::TAKE_JSON disabled=is_same on_press=take/>
                    <Action
                        class="slim"
                        text=texts::LEAVE_JSON
                        disabled=is_same
                        on_press=move || {
                            typed.set(None);
                            wrong.set(None);
                        }
                    />
                </div>
            </Show>
        </details>
    }
    .into_any()
}
