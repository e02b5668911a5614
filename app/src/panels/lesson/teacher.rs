//! A lesson's page for teachers, in the list of lessons: `public/lessons/NAME.teacher.md`.

use crate::browser::http::fetch_text;
use crate::browser::url::resolve;
use crate::parts::action::Action;
use crate::parts::focus::focus;
use crate::parts::markdown::Markdown;
use crate::texts::parts::{COMES, TRY_AGAIN};
use crate::texts::teachers as texts;
use leptos::html::Article;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Whose page is read: a lesson's id and its title.
pub type Reading = RwSignal<Option<(String, String)>>;

/// Opens the page; in a row of the list.
#[component]
pub fn ForTeachers(id: String, title: String, reading: Reading) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button slim"
            data-testid="lesson-teachers"
            data-value=id.clone()
            aria-label=texts::for_teachers(&title)
            on:click=move |_| reading.set(Some((id.clone(), title.clone())))
        >
            {texts::FOR_TEACHERS}
        </button>
    }
}

/// The page, in the place of the list.
#[component]
pub fn TeacherPage(id: String, title: String, reading: Reading) -> impl IntoView {
    let address = resolve(&format!("lessons/{id}.teacher.md"));
    let found = RwSignal::new(None::<Result<String, ()>>);
    let fetch = move || {
        let address = address.clone();
        found.set(None);
        spawn_local(async move {
            let text = fetch_text(&address).await.map_err(drop);
            // Where the page was left meanwhile nobody reads it.
            let _ = found.try_set(Some(text));
        });
    };
    fetch();
    let page = NodeRef::<Article>::new();
    // An element with a tabindex takes the focus.
    let focus_page = move || {
        let _ = page.get_untracked().map(|page| page.focus());
    };
    Effect::new(move |_| {
        if page.get().is_some() {
            request_animation_frame(focus_page);
        }
    });
    let row = format!("[data-testid=\"lesson-teachers\"][data-value=\"{id}\"]");
    let back = move || {
        reading.set(None);
        let row = row.clone();
        request_animation_frame(move || {
            focus(&row);
        });
    };
    let is_missing = Signal::derive(move || !matches!(found.get(), Some(Ok(_))));
    let text = move || match found.get() {
        None => view! { <p class="muted" role="status">{COMES}</p> }.into_any(),
        Some(Ok(text)) => view! { <Markdown text/> }.into_any(),
        Some(Err(())) => {
            let fetch = fetch.clone();
            // Takes itself away.
            let again = move || {
                focus_page();
                fetch();
            };
            view! {
                <p role="alert">{texts::NOT_THERE}</p>
                <Action testid="teacher-again" text=TRY_AGAIN on_press=again/>
            }
            .into_any()
        }
    };
    view! {
        <article
            class="teacher-page"
            data-testid="teacher-page"
            data-value=id
            tabindex="-1"
            node_ref=page
            aria-label=texts::for_teachers(&title)
        >
            <div class="row teacher-tools">
                <Action testid="teacher-back" text=texts::BACK class="slim" on_press=back/>
                <Action
                    testid="teacher-print" text=texts::PRINT class="slim" disabled=is_missing
                    on_press=print
                />
            </div>
            {text}
        </article>
    }
}

/// The style sheet leaves the rest of the page out.
fn print() {
    if let Some(window) = web_sys::window() {
        // Refused where the page is embedded without that right: then nothing is printed.
        let _ = window.print();
    }
}
