//! Which prompts training leaves out, and how many labels that is.

use crate::lab::use_lab;
use crate::texts::data_report as texts;
use leptos::prelude::*;
use std::collections::HashSet;
use tilt_protocol::HeldOut;
use web_sys::HtmlInputElement;

/// At most: something has to be left to train on.
const MOST_PERCENT: f64 = 90.0;

#[component]
pub fn HeldOutRow() -> impl IntoView {
    let lab = use_lab();
    let held_out = lab.data_report.held_out();
    let entries = lab.labels.entries();
    let counts = Memo::new(move |_| {
        let held_out = held_out.get();
        entries.with(|entries| {
            let held = entries
                .iter()
                .map(|entry| &entry.label.pair.prompt)
                .filter(|prompt| held_out.holds(prompt));
            let prompts: HashSet<String> = held.clone().cloned().collect();
            (held.count(), entries.len(), prompts.len())
        })
    });
    // As the report says, while it is about these labels.
    let report = lab.data_report.shown();
    let is_current = lab.data_report.is_current();
    let too_long = Memo::new(move |_| {
        let dropped = report.with(|shown| Some(shown.as_ref()?.report.counts.dropped));
        dropped.filter(|_| is_current.get())
    });
    // What is no number leaves the setting as it was, and the field shows that.
    let set = move |event: &web_sys::Event, change: &dyn Fn(&mut HeldOut, f64)| {
        let typed = event_target_value(event);
        let typed = typed.trim().trim_end_matches('%').trim();
        let mut changed = held_out.get_untracked();
        if let Ok(number) = typed.parse::<f64>() {
            change(&mut changed, number);
        }
        lab.data_report.set_held_out(changed);
    };
    let show = |event: &web_sys::Event, text: String| {
        event_target::<HtmlInputElement>(event).set_value(&text);
    };
    view! {
        <div class="held-out">
            <input
                type="text"
                inputmode="numeric"
                autocomplete="off"
                aria-label=texts::HELD_OUT
                data-testid="held-out-share"
                prop:value=move || percent(held_out.get())
                on:change=move |event| {
                    set(&event, &|held_out, number| {
                        if (0.0..=MOST_PERCENT).contains(&number) {
                            held_out.share = number / 100.0;
                        }
                    });
                    show(&event, percent(held_out.get_untracked()));
                }
            />
            <span>{texts::HELD_OUT_PERCENT}</span>
            <input
                type="text"
                inputmode="numeric"
                autocomplete="off"
                aria-label=texts::HELD_OUT_SEED
                data-testid="held-out-seed"
                prop:value=move || held_out.get().seed.to_string()
                on:change=move |event| {
                    set(&event, &|held_out, number| {
                        if number >= 0.0 && number.fract() == 0.0 {
                            held_out.seed = number as u64;
                        }
                    });
                    show(&event, held_out.get_untracked().seed.to_string());
                }
            />
            <p
                class="muted number"
                data-testid="held-out-count"
                data-value=move || counts.get().0.to_string()
                data-prompts=move || counts.get().2.to_string()
            >
                {move || {
                    let (labels, of, prompts) = counts.get();
                    texts::held_out(labels, of, prompts, too_long.get())
                }}
            </p>
        </div>
    }
}

fn percent(held_out: HeldOut) -> String {
    format!("{:.0}", held_out.share * 100.0)
}
