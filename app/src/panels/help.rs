//! Help: what Tilt is in three sentences, and the keys.

use crate::texts::glossary::KEYS;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

const ID: &str = "help";

#[component]
pub fn Help() -> impl IntoView {
    view! {
        <div id=ID class="help" popover="auto" role="dialog" aria-labelledby="help-title">
            <h2 id="help-title">"How to use the Lab"</h2>
            <ol>
                <li>
                    <b>"Label. "</b>
                    "Say which of two answers is better, a dozen times or more, always by the same taste. Or let the judge label."
                </li>
                <li>
                    <b>"Train. "</b>
                    "Press P. A small GPT in this tab learns to prefer what you prefer, held to its frozen reference by beta."
                </li>
                <li>
                    <b>"Look. "</b>
                    "Watch which tokens became likelier, ask both models the same question, measure how often the new one wins."
                </li>
            </ol>
            <p>
                "Start, Standard and Everything, at the top, say how much of the Lab is on the screen; nothing is lost when you change. The blind test asks which of two answers came from the model that you trained."
            </p>
            <h3>"Keys"</h3>
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
            <p class="muted">
                "On the tokens: arrow keys move, Home and End jump. Keys do nothing while you type in a field. Words with a dotted line explain themselves."
            </p>
            <p class="muted">
                "Everything happens in this tab. Labels are kept in this browser; nothing is sent anywhere."
            </p>
            <button type="button" class="button" popovertarget=ID popovertargetaction="hide">
                "Close"
            </button>
        </div>
    }
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
