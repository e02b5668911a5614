//! A button that lets the person choose files.

use gloo_file::{File, FileList};
use leptos::prelude::*;
use web_sys::{Event, HtmlInputElement};

/// The same file can be chosen again.
#[component]
pub fn FileButton(
    testid: &'static str,
    text: &'static str,
    /// What the browser offers first: `.json,.jsonl`.
    accept: &'static str,
    #[prop(optional)] multiple: bool,
    /// Empty where the person changed their mind.
    on_files: impl Fn(Vec<File>) + 'static,
) -> impl IntoView {
    button(testid, text, accept, multiple, Box::new(on_files))
}

/// Compiled once, whatever is done with the files.
fn button(
    testid: &'static str,
    text: &'static str,
    accept: &'static str,
    multiple: bool,
    on_files: Box<dyn Fn(Vec<File>)>,
) -> impl IntoView {
    view! {
        <label class="button file">
            <span>{text}</span>
            <input
                type="file"
                class="visually-hidden"
                multiple=multiple
                accept=accept
                data-testid=testid
                on:change=move |event| on_files(taken_files(&event))
            />
        </label>
    }
}

fn taken_files(event: &Event) -> Vec<File> {
    let input: HtmlInputElement = event_target(event);
    let files = input
        .files()
        .map(|files| FileList::from(files).to_vec())
        .unwrap_or_default();
    input.set_value("");
    files
}
