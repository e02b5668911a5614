//! What the page's address asks for: the Lab, or a lesson in a lab of its own.

use super::door::Door;
use super::lab_page::LabPage;
use crate::browser::url;
use crate::model::address;
use crate::model::lesson_source::LessonSource;
use crate::model::space::Space;
use gloo_events::EventListener;
use leptos::prelude::*;

/// The Lab, behind the door of a lesson where the address names one.
#[component]
pub fn App() -> impl IntoView {
    let (mut params, remarks) = address::read(&url::query());
    params.lesson = LessonSource::in_link(&url::fragment()).or(params.lesson);
    watch_fragment(LessonSource::in_link(&url::fragment()));
    match params.lesson.clone() {
        None => view! { <LabPage params=params remarks=remarks space=Space::OWN lesson=None/> }
            .into_any(),
        Some(source) => view! { <Door source=source params=params remarks=remarks/> }.into_any(),
    }
}

/// Another lesson behind the same address, or none, is another page.
fn watch_fragment(opened: Option<LessonSource>) {
    let Some(window) = web_sys::window() else {
        return;
    };
    EventListener::new(&window, "hashchange", move |_| {
        if LessonSource::in_link(&url::fragment()) != opened
            && let Some(window) = web_sys::window()
        {
            // The page's own address can always be loaded again.
            let _ = window.location().reload();
        }
    })
    .forget();
}
