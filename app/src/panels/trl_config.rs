//! The TRL config that the form equals, to be copied.

use crate::lab::{Lab, use_lab};
use crate::parts::action::Action;
use crate::parts::clipboard::copied;
use crate::texts::drawer as texts;
use leptos::prelude::*;
use tilt_protocol::config::trl_config;
use wasm_bindgen_futures::spawn_local;

#[component]
pub fn TrlConfigView() -> impl IntoView {
    let lab = use_lab();
    let config = Memo::new(move |_| {
        let settings = lab.form.train_settings().ok()?;
        serde_json::to_string_pretty(&trl_config(&settings)).ok()
    });
    let shown = move || {
        let wrong = || texts::NO_CONFIG_YET.to_owned();
        config.get().unwrap_or_else(wrong)
    };
    view! {
        <div class="row parameters-head">
            <h3>{texts::SAME_IN_TRL}</h3>
            <Action
                testid="trl-copy" text=texts::COPY class="slim"
                disabled=Signal::derive(move || config.get().is_none())
                on_press=move || {
                    if let Some(text) = config.get_untracked() {
                        copy(lab, text);
                    }
                }
            />
        </div>
        <pre class="trl" tabindex="0" data-testid="trl-config">{shown}</pre>
    }
}

fn copy(lab: Lab, text: String) {
    spawn_local(async move {
        lab.notices.say(if copied(&text).await {
            texts::CONFIG_COPIED
        } else {
            texts::CONFIG_NOT_COPIED
        });
    });
}
