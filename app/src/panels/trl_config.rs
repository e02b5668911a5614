//! The TRL config that the form equals, to be copied.

use crate::parts::action::Action;
use crate::state::{Lab, use_lab};
use leptos::prelude::*;
use tilt_protocol::config::trl_config;
use wasm_bindgen_futures::{JsFuture, spawn_local};

#[component]
pub fn TrlConfigView() -> impl IntoView {
    let lab = use_lab();
    let config = Memo::new(move |_| {
        let settings = lab.form.train_settings().ok()?;
        serde_json::to_string_pretty(&trl_config(&settings)).ok()
    });
    let shown = move || {
        let wrong = || "A value above is wrong, so there is no config yet.".to_owned();
        config.get().unwrap_or_else(wrong)
    };
    view! {
        <div class="row parameters-head">
            <h3>"The same in TRL"</h3>
            <Action
                testid="trl-copy" text="Copy" class="slim"
                disabled=Signal::derive(move || config.get().is_none())
                on_press=move || {
                    if let Some(text) = config.get_untracked() {
                        copy(lab, text);
                    }
                }
            />
        </div>
        <pre class="trl" data-testid="trl-config">{shown}</pre>
    }
}

fn copy(lab: Lab, text: String) {
    spawn_local(async move {
        let is_copied = match clipboard() {
            Some(clipboard) => JsFuture::from(clipboard.write_text(&text)).await.is_ok(),
            None => false,
        };
        lab.notices.say(if is_copied {
            "The TRL config is copied."
        } else {
            "The browser does not let the page copy; select the text instead."
        });
    });
}

/// The clipboard; pages without a secure connection have none.
fn clipboard() -> Option<web_sys::Clipboard> {
    let navigator = web_sys::window()?.navigator();
    let found = js_sys::Reflect::get(&navigator, &"clipboard".into()).ok()?;
    (!found.is_undefined() && !found.is_null()).then(|| navigator.clipboard())
}
