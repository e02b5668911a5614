//! How reports come onto the board, and what is said of files that are none.

use crate::flows::board::take_files;
use crate::lab::use_lab;
use crate::parts::action::Action;
use crate::parts::file_button::FileButton;
use crate::stores::class::ClassStore;
use crate::texts::board as texts;
use gloo_file::FileList;
use leptos::prelude::*;
use web_sys::DragEvent;

/// Reports are chosen, or dropped here or anywhere on the page.
#[component]
pub fn Take() -> impl IntoView {
    let lab = use_lab();
    let class = expect_context::<ClassStore>();
    let has_class = Memo::new(move |_| class.shown().with(Option::is_some));
    // Whatever is dropped here is meant as reports: one that is none is told so.
    let on_drop = move |event: DragEvent| {
        event.prevent_default();
        event.stop_propagation();
        let files = event.data_transfer().and_then(|data| data.files());
        if let Some(files) = files {
            take_files(lab, class, FileList::from(files).to_vec());
        }
    };
    view! {
        <div
            class="board-take"
            class:is-small=move || has_class.get()
            data-testid="board-take"
            on:drop=on_drop
        >
            <p class="row">
                <FileButton
                    testid="board-drop"
                    text=texts::CHOOSE
                    accept=".json,.html,.jsonl"
                    multiple=true
                    on_files=move |files| take_files(lab, class, files)
                />
                <span>{texts::DROP_HERE}</span>
                <Show when=move || has_class.get()>
                    <Action
                        testid="board-clear"
                        text=texts::CLEAR
                        class="slim"
                        on_press=move || class.clear()
                    />
                </Show>
            </p>
            <p class="muted">{texts::STAYS_HERE}</p>
        </div>
    }
}

/// Files that are no reports, by name, with what is wrong.
#[component]
pub fn Refused() -> impl IntoView {
    let refused = expect_context::<ClassStore>().refused();
    move || {
        let refused = refused.get();
        (!refused.is_empty()).then(|| {
            let lines = refused.into_iter().map(|one| {
                view! { <li><b>{one.name}</b> ": " {one.why}</li> }
            });
            view! {
                <div class="board-refused" role="alert" data-testid="board-refused">
                    <p>{texts::REFUSED}</p>
                    <ul>{lines.collect_view()}</ul>
                </div>
            }
        })
    }
}

/// Reports that give way to others of the same learner.
#[component]
pub fn Aside() -> impl IntoView {
    let class = expect_context::<ClassStore>();
    move || {
        let shown = class.shown().get()?;
        let lines: Vec<_> = shown
            .aside
            .iter()
            .map(|one| view! { <li>{texts::aside(&one.file, &one.counts, one.why)}</li> })
            .collect();
        (!lines.is_empty()).then(|| {
            view! {
                <details class="board-aside" data-testid="board-aside">
                    <summary>{texts::aside_count(lines.len())}</summary>
                    <ul>{lines}</ul>
                </details>
            }
        })
    }
}
