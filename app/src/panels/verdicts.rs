//! All labels: found by text, verdict and labeller, changed, deleted, shown in the
//! views. A page of rows at a time, so that thousands stay quick.

use super::agreement::AgreementPanel;
use super::verdict_row::{VerdictRow, verdict_options};
use crate::parts::action::Action;
use crate::parts::focus::{SEARCH_ID, focus_search};
use crate::state::label_filter::{LabelFilter, Whose, page_range};
use crate::state::use_lab;
use leptos::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;
use tilt_protocol::Verdict;

/// Rows of the short table, and of the long one.
const FEW: usize = 5;
const MANY: usize = 25;
#[component]
pub fn Verdicts() -> impl IntoView {
    let lab = use_lab();
    let entries = lab.labels.entries();
    let filter = RwSignal::new(LabelFilter::default());
    let page = RwSignal::new(0_usize);
    let size = RwSignal::new(FEW);
    let found: Memo<Arc<Vec<u64>>> = Memo::new(move |_| {
        filter.with(|filter| entries.with(|entries| Arc::new(filter.keys(entries))))
    });
    let count = Memo::new(move |_| found.with(|found| found.len()));
    let total = Memo::new(move |_| entries.with(|entries| entries.len()));
    // No memo: an effect that read it before `count` could miss a change of `count` alone.
    let range = move || page_range(count.get(), page.get(), size.get());
    let rows = Memo::new(move |_| {
        let range = range();
        found.with(|found| found.get(range).unwrap_or_default().to_vec())
    });
    let words = move || {
        let range = range();
        if range.is_empty() {
            "no labels".to_owned()
        } else {
            let (first, last) = (range.start + 1, range.end);
            format!("{first} to {last} of {}", count.get())
        }
    };
    let empty = move || {
        if total.get() == 0 {
            "No labels yet: press 1 or 2 above, or let the judge label."
        } else {
            "No label fits. Search for less, or show all verdicts of anyone."
        }
    };
    let delete_text = Signal::derive(move || match count.get() {
        count if filter.with(LabelFilter::is_empty) => format!("Delete all {count}"),
        count => format!("Delete the {count} found"),
    });
    view! {
        <section class="panel quiet" aria-labelledby="verdicts-title">
            <header class="panel-head">
                <h2 id="verdicts-title">"Labels"</h2>
                <span class="muted number" data-testid="verdicts-range">{words}</span>
                <span class="pager">
                    <button
                        type="button"
                        class="button icon small"
                        aria-label="Later labels"
                        aria-disabled=move || (range().start == 0).then_some("true")
                        on:click=move |_| page.set((untrack(range).start / size.get_untracked()).saturating_sub(1))
                    >
                        "\u{2039}"
                    </button>
                    <button
                        type="button"
                        class="button icon small"
                        aria-label="Earlier labels"
                        aria-disabled=move || (range().end >= count.get()).then_some("true")
                        on:click=move |_| {
                            if untrack(range).end < count.get_untracked() {
                                page.set(untrack(range).start / size.get_untracked() + 1);
                            }
                        }
                    >
                        "\u{203a}"
                    </button>
                </span>
            </header>
            <div hidden=move || total.get() == 0>
                <Filters filter=filter page=page/>
            </div>
            <p class="muted" hidden=move || count.get() != 0>{empty}</p>
            <table class="verdicts-table" data-testid="verdicts-table" hidden=move || count.get() == 0>
                <caption class="visually-hidden">"Labels, the latest first"</caption>
                <thead>
                    <tr>
                        <th scope="col"><span class="visually-hidden">"Verdict"</span></th>
                        <th scope="col"><span class="visually-hidden">"Pair"</span></th>
                        <th scope="col"><span class="visually-hidden">"By"</span></th>
                        <th scope="col"><span class="visually-hidden">"Delete"</span></th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || rows.get() key=|key| *key let:key>
                        <VerdictRow key=key/>
                    </For>
                </tbody>
            </table>
            <div class="row" hidden=move || total.get() == 0>
                <Action
                    testid="verdicts-more"
                    text=Signal::derive(move || if size.get() == FEW { "More rows" } else { "Fewer rows" }.to_owned())
                    on_press=move || {
                        page.set(0);
                        size.update(|size| *size = if *size == FEW { MANY } else { FEW });
                    }
                />
                <Action
                    testid="verdicts-delete"
                    text=delete_text
                    disabled=Signal::derive(move || count.get() == 0)
                    on_press=move || {
                        let keys: HashSet<u64> = found.get_untracked().iter().copied().collect();
                        lab.labels.remove(|entry| keys.contains(&entry.key));
                        request_animation_frame(focus_search);
                    }
                />
                <span class="muted">"U brings them back"</span>
            </div>
        </section>
        <AgreementPanel/>
    }
}

/// Text, verdict and labeller to look for.
#[component]
fn Filters(filter: RwSignal<LabelFilter>, page: RwSignal<usize>) -> impl IntoView {
    let change = move |change: &dyn Fn(&mut LabelFilter)| {
        filter.update(|filter| change(filter));
        page.set(0);
    };
    view! {
        <div class="verdict-filters">
            <input
                id=SEARCH_ID
                type="text"
                autocomplete="off"
                spellcheck="false"
                placeholder="Search"
                aria-label="Search prompts and answers"
                data-testid="verdicts-search"
                prop:value=move || filter.with(|filter| filter.text.clone())
                on:input=move |event| {
                    let text = event_target_value(&event);
                    change(&|filter| filter.text.clone_from(&text));
                }
            />
            <select
                aria-label="Show verdicts"
                data-testid="verdicts-filter"
                on:change=move |event| {
                    let verdict = Verdict::from_slug(&event_target_value(&event));
                    change(&|filter| filter.verdict = verdict);
                }
            >
                <option value="">"all verdicts"</option>
                {verdict_options(None)}
            </select>
            <select
                aria-label="Show labels by"
                data-testid="verdicts-by"
                on:change=move |event| {
                    let whose = Whose::from_slug(&event_target_value(&event));
                    change(&|filter| filter.whose = whose);
                }
            >
                {Whose::ALL
                    .into_iter()
                    .map(|whose| view! { <option value=whose.slug()>{format!("by {}", whose.slug())}</option> })
                    .collect_view()}
            </select>
        </div>
    }
}
