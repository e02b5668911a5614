//! Back through training: which step heat map, bars and formula show.

use crate::lab::use_lab;
use crate::parts::slider::{Steps, follow};
use crate::texts::next_tokens as texts;
use leptos::html::Input;
use leptos::prelude::*;

#[component]
pub fn Scrubber() -> impl IntoView {
    let selection = use_lab().selection;
    let slider = NodeRef::<Input>::new();
    let span = Memo::new(move |_| selection.span());
    let step = Memo::new(move |_| {
        let latest = span.get().map(|(_, latest)| latest);
        selection.scrubbed().or(latest)
    });
    follow(slider, move || {
        let (first, last) = span.get()?;
        let chosen = step.get().unwrap_or(last);
        Some(Steps {
            first,
            last,
            chosen,
        })
    });
    let text = move || {
        let chosen = selection.scrubbed();
        span.get().map_or_else(
            || texts::NO_STEP.to_owned(),
            |(_, latest)| texts::step_shown(chosen, latest),
        )
    };
    let is_still = move || span.get().is_none_or(|(first, latest)| first == latest);
    view! {
        <div class="scrub">
            <label for="bars-scrub">{texts::STEP}</label>
            <input
                node_ref=slider
                id="bars-scrub"
                type="range"
                step="1"
                value="0"
                data-testid="bars-scrub"
                data-value=move || step.get().map(|step| step.to_string())
                aria-valuetext=text
                disabled=is_still
                on:input=move |event| {
                    if let Ok(step) = event_target_value(&event).parse() {
                        selection.scrub(step);
                    }
                }
            />
            <span class="number muted">{text}</span>
        </div>
    }
}
