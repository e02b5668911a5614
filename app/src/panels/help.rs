//! Help: what Tilt is in three sentences, and the keys.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::lab::use_lab;
use crate::parts::check_box::CheckBox;
use crate::parts::later::Later;
use crate::texts::glossary::KEYS;
use crate::texts::guide as texts;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

const ID: &str = "help";

#[component]
pub fn Help() -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        <div
            id=ID
            class="help"
            popover="auto"
            role="dialog"
            aria-labelledby="help-title"
            // A key opens it from anywhere: the focus goes in, and back when it is closed.
            tabindex="-1"
            on:beforetoggle=move |event: web_sys::Event| {
                is_open.set(true);
                // Not before: in a frame of another host the browser would refuse it, loudly.
                let _ = event_target::<HtmlElement>(&event).set_attribute("autofocus", "");
            }
        >
            <h2 id="help-title">{texts::HOW_TO_USE}</h2>
            <Later wanted=is_open load=|| Box::pin(explanation())/>
            <button type="button" class="button" popovertarget=ID popovertargetaction="hide">
                {texts::CLOSE}
            </button>
        </div>
    }
}

#[wasm_split(labels, wasm_split_path = leptos::wasm_split, fallible)]
fn explanation() -> Result<Build, NotLoaded> {
    Ok(|| {
        let settings = use_lab().settings;
        view! {
            <ol>
                <li>
                    <b>{texts::HELP_LABEL}</b>
                    {texts::HELP_LABEL_HOW}
                </li>
                <li>
                    <b>{texts::HELP_TRAIN}</b>
                    {texts::HELP_TRAIN_HOW}
                </li>
                <li>
                    <b>{texts::HELP_LOOK}</b>
                    {texts::HELP_LOOK_HOW}
                </li>
            </ol>
            <p>
                {texts::HELP_LEVELS}
            </p>
            <h3>{texts::KEYS}</h3>
            <dl class="keys">
                {KEYS
                    .into_iter()
                    .map(|(key, action)| {
                        view! {
                            <dt><kbd>{key}</kbd></dt>
                            <dd>{action}</dd>
                        }
                    })
                    .collect_view()}
            </dl>
            <CheckBox
                testid="keys-switch"
                text=texts::KEYS_SWITCH
                class="row keys-switch"
                is_on=Signal::derive(move || settings.are_keys_on())
                on_change=move |is_on| settings.set_keys(is_on)
            />
            <p class="muted">
                {texts::HELP_KEYS}
            </p>
            <p class="muted">
                {texts::HELP_PRIVACY}
            </p>
        }
        .into_any()
    })
}

pub fn toggle() {
    let help = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id(ID))
        .and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(help) = help {
        // A browser without popovers shows no help; nothing else depends on it.
        let _ = help.toggle_popover();
    }
}
