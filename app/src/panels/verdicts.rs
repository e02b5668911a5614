//! All labels: found by text, verdict, and whose or from where they are, changed, deleted, shown in the
//! views. A page of rows at a time, so that thousands stay quick.

use super::agreement::AgreementPanel;
use super::verdict_row::{VerdictRow, verdict_options};
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::lab::use_lab;
use crate::model::label_filter::{LabelFilter, Whose, page_range};
use crate::parts::action::Action;
use crate::parts::focus::{SEARCH_ID, focus_search};
use crate::parts::later::Later;
use crate::texts::verdicts as texts;
use leptos::prelude::*;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use tilt_protocol::Verdict;

/// Rows of the short table, and of the long one.
const FEW: usize = 5;
const MANY: usize = 25;
#[component]
pub fn Verdicts() -> impl IntoView {
    let entries = use_lab().labels.entries();
    // Once there was a label the table stays, to say that there is none.
    let has_any = Memo::new(move |had: Option<&bool>| {
        had.copied().unwrap_or_default() || entries.with(|entries| !entries.is_empty())
    });
    view! {
        <Show when=move || !has_any.get()>
            <section class="panel quiet" aria-labelledby="verdicts-title">
                <header class="panel-head">
                    <h2 id="verdicts-title">{texts::LABELS}</h2>
                    <span class="muted number" data-testid="verdicts-range">{texts::NO_LABELS}</span>
                </header>
                <p class="muted">{texts::NONE_YET}</p>
            </section>
        </Show>
        <Later wanted=has_any load=|| Box::pin(labels_table())/>
        <AgreementPanel/>
    }
}

#[wasm_split(labels, wasm_split_path = leptos::wasm_split, fallible)]
fn labels_table() -> Result<Build, NotLoaded> {
    Ok(|| view! { <LabelsTable/> }.into_any())
}

#[component]
fn LabelsTable() -> impl IntoView {
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
    let range = Signal::derive(move || page_range(count.get(), page.get(), size.get()));
    let rows = Memo::new(move |_| {
        let range = range.get();
        found.with(|found| found.get(range).unwrap_or_default().to_vec())
    });
    let words = move || {
        let range = range.get();
        if range.is_empty() {
            texts::NO_LABELS.to_owned()
        } else {
            texts::range(range.start + 1, range.end, count.get())
        }
    };
    let empty = move || {
        if total.get() == 0 {
            texts::NONE_YET
        } else {
            texts::NONE_FITS
        }
    };
    let delete_text =
        Signal::derive(move || texts::delete(count.get(), filter.with(LabelFilter::is_empty)));
    view! {
        <section class="panel quiet" aria-labelledby="verdicts-title">
            <header class="panel-head">
                <h2 id="verdicts-title">{texts::LABELS}</h2>
                <span class="muted number" data-testid="verdicts-range">{words}</span>
                <Pager range=range page=page size=size count=count/>
            </header>
            <div hidden=move || total.get() == 0>
                <Filters filter=filter page=page/>
            </div>
            <p class="muted" hidden=move || count.get() != 0>{empty}</p>
            <table class="verdicts-table" data-testid="verdicts-table" hidden=move || count.get() == 0>
                <caption class="visually-hidden">{texts::LATEST_FIRST}</caption>
                <thead>
                    <tr>
                        <th scope="col"><span class="visually-hidden">{texts::VERDICT}</span></th>
                        <th scope="col"><span class="visually-hidden">{texts::PAIR}</span></th>
                        <th scope="col"><span class="visually-hidden">{texts::BY}</span></th>
                        <th scope="col"><span class="visually-hidden">{texts::DELETE}</span></th>
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
                    text=Signal::derive(move || if size.get() == FEW { texts::MORE_ROWS } else { texts::FEWER_ROWS }.to_owned())
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
                <span class="muted">{texts::U_BRINGS_BACK}</span>
            </div>
        </section>
    }
}

/// Goes to the page before and after.
#[component]
fn Pager(
    range: Signal<Range<usize>>,
    page: RwSignal<usize>,
    size: RwSignal<usize>,
    count: Memo<usize>,
) -> impl IntoView {
    view! {
        <span class="pager">
            <button
                type="button"
                class="button icon small"
                aria-label=texts::LATER
                aria-disabled=move || (range.get().start == 0).then_some("true")
                on:click=move |_| page.set((range.get_untracked().start / size.get_untracked()).saturating_sub(1))
            >
                "\u{2039}"
            </button>
            <button
                type="button"
                class="button icon small"
                aria-label=texts::EARLIER
                aria-disabled=move || (range.get().end >= count.get()).then_some("true")
                on:click=move |_| {
                    if range.get_untracked().end < count.get_untracked() {
                        page.set(range.get_untracked().start / size.get_untracked() + 1);
                    }
                }
            >
                "\u{203a}"
            </button>
        </span>
    }
}

/// Text, verdict and labeller to look for.
#[component]
fn Filters(filter: RwSignal<LabelFilter>, page: RwSignal<usize>) -> impl IntoView {
    let change = move |change: &dyn Fn(&mut LabelFilter)| {
        filter.update(|filter| change(filter));
        page.set(0);
    };
    let entries = use_lab().labels.entries();
    let whose = Memo::new(move |_| filter.with(|filter| filter.whose.clone()));
    let choices = Memo::new(move |_| {
        let whose = whose.get();
        let mut choices = entries.with(|entries| Whose::all(entries));
        // Its last label may be gone: what is chosen still says why none is shown.
        if !choices.contains(&whose) {
            choices.push(whose);
        }
        choices
    });
    view! {
        <div class="verdict-filters">
            <input
                id=SEARCH_ID
                type="text"
                autocomplete="off"
                spellcheck="false"
                placeholder=texts::SEARCH
                aria-label=texts::SEARCH_PAIRS
                data-testid="verdicts-search"
                prop:value=move || filter.with(|filter| filter.text.clone())
                on:input=move |event| {
                    let text = event_target_value(&event);
                    change(&|filter| filter.text.clone_from(&text));
                }
            />
            <select
                aria-label=texts::SHOW_VERDICTS
                data-testid="verdicts-filter"
                on:change=move |event| {
                    let verdict = Verdict::from_slug(&event_target_value(&event));
                    change(&|filter| filter.verdict = verdict);
                }
            >
                <option value="">{texts::ALL_VERDICTS}</option>
                {verdict_options(None)}
            </select>
            <select
                aria-label=texts::SHOW_LABELS_BY
                data-testid="verdicts-by"
                on:change=move |event| {
                    let slug = event_target_value(&event);
                    let chosen = choices.with_untracked(|choices| {
                        choices.iter().find(|whose| whose.slug() == slug).cloned()
                    });
                    change(&|filter| filter.whose = chosen.clone().unwrap_or_default());
                }
            >
                <For each=move || choices.get() key=Whose::slug let:choice>
                    <option value=choice.slug() selected={
                        let choice = choice.clone();
                        move || whose.get() == choice
                    }>{choice.name()}</option>
                </For>
            </select>
        </div>
    }
}
