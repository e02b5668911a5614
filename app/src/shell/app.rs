//! What the page's address asks for: the Lab, or a lesson in a lab of its own.

use super::door::{Called, door};
use super::lab_page::LabPage;
use crate::browser::later::Build;
use crate::browser::url;
use crate::model::address;
use crate::model::lesson_source::LessonSource;
use crate::model::space::Space;
use crate::texts::lesson as texts;
use gloo_events::EventListener;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The Lab, behind the door of a lesson where the address names one.
#[component]
pub fn App() -> impl IntoView {
    let (mut params, remarks) = address::read(&url::query());
    params.lesson = LessonSource::in_link(&url::fragment()).or(params.lesson);
    watch_fragment(LessonSource::in_link(&url::fragment()));
    match params.lesson.clone() {
        None => view! { <LabPage params=params remarks=remarks space=Space::OWN lesson=None/> }
            .into_any(),
        Some(source) => {
            provide_context(Called {
                source,
                params: params.clone(),
                remarks: remarks.clone(),
            });
            let came = RwSignal::new(None::<Result<Build, ()>>);
            spawn_local(async move {
                let _ = came.try_set(Some(door().await.map_err(drop)));
            });
            (move || match came.get() {
                None => ().into_any(),
                Some(Ok(build)) => untrack(build),
                Some(Err(())) => {
                    let missing = [texts::PART_MISSING.to_owned()];
                    let remarks = remarks.iter().cloned().chain(missing).collect();
                    view! {
                        <LabPage params=params.clone() remarks=remarks space=Space::OWN lesson=None/>
                    }
                    .into_any()
                }
            })
            .into_any()
        }
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
