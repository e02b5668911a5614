//! The last verdicts: what was said, by whom, and a way to look or take back.

use crate::state::labels::Entry;
use crate::state::use_lab;
use leptos::prelude::*;
use tilt_protocol::{Labeller, Verdict};

const SHOWN: usize = 5;

#[component]
pub fn Verdicts() -> impl IntoView {
    let lab = use_lab();
    let entries = lab.labels.entries();
    let last = move || {
        entries.with(|entries| {
            entries
                .iter()
                .rev()
                .take(SHOWN)
                .cloned()
                .collect::<Vec<Entry>>()
        })
    };
    let is_empty = Memo::new(move |_| entries.with(|entries| entries.is_empty()));
    view! {
        <section class="panel quiet" aria-labelledby="verdicts-title" hidden=move || is_empty.get()>
            <header class="panel-head">
                <h2 id="verdicts-title">"Last labels"</h2>
            </header>
            <ul class="verdict-list">
                <For each=last key=|entry| entry.key let:entry>
                    <VerdictRow entry=entry/>
                </For>
            </ul>
        </section>
    }
}

#[component]
fn VerdictRow(entry: Entry) -> impl IntoView {
    let lab = use_lab();
    let key = entry.key;
    let verdict = match entry.label.verdict {
        Verdict::A => "A",
        Verdict::B => "B",
        Verdict::Tie => "tie",
        Verdict::BothGood => "both good",
        Verdict::BothBad => "both bad",
    };
    let by = match entry.label.labeller {
        Labeller::Person => "you".to_owned(),
        Labeller::Judge { principle, .. } => format!("judge: {}", principle.slug()),
    };
    let (text, is_decisive) = match entry.label.chosen_rejected() {
        Some((chosen, _)) => (chosen.to_owned(), true),
        None => (entry.label.pair.prompt.clone(), false),
    };
    let title = format!("{} \u{2014} {text}", entry.label.pair.prompt);
    view! {
        <li>
            <span class="verdict-mark">{verdict}</span>
            <button
                type="button"
                class="verdict-text"
                title=title
                aria-disabled=(!is_decisive).then_some("true")
                on:click=move |_| {
                    if is_decisive {
                        lab.selection.select_pair(key);
                    }
                }
            >
                {text}
            </button>
            <span class="muted">{by}</span>
            <button
                type="button"
                class="button icon small"
                aria-label="Remove this label"
                on:click=move |_| lab.labels.remove(|entry| entry.key == key)
            >
                "\u{00d7}"
            </button>
        </li>
    }
}
