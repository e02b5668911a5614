//! Before a lesson: whoever comes by a link from elsewhere is told where it leads, and what
//! cannot be read is said in the Lab, which is there all the same.

use super::lab_page::LabPage;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::browser::url::attempt;
use crate::flows::lesson_file::{OpenLesson, read_lesson};
use crate::model::address::UrlParams;
use crate::model::lesson_source::LessonSource;
use crate::model::space::Space;
use crate::texts::lesson as texts;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

#[derive(Clone)]
enum DoorState {
    /// The person decides whether to go to this host.
    Asking(String),
    Coming,
    Open(OpenLesson),
    /// With what there is to say.
    Without(Vec<String>),
}

/// What the address asks for, for the door.
#[derive(Clone)]
pub struct Called {
    pub source: LessonSource,
    pub params: UrlParams,
    pub remarks: Vec<String>,
}

/// The door's code comes with that of lessons.
#[wasm_split(lessons, wasm_split_path = leptos::wasm_split, fallible)]
pub fn door() -> Result<Build, NotLoaded> {
    Ok(|| {
        let Called {
            source,
            params,
            remarks,
        } = expect_context::<Called>();
        view! { <Door source=source params=params remarks=remarks/> }.into_any()
    })
}

#[component]
fn Door(source: LessonSource, params: UrlParams, remarks: Vec<String>) -> impl IntoView {
    let state = RwSignal::new(DoorState::Coming);
    let space = source.space_in(attempt().as_deref());
    let come = {
        let source = source.clone();
        let remarks = remarks.clone();
        move || {
            state.set(DoorState::Coming);
            let (source, mut remarks) = (source.clone(), remarks.clone());
            spawn_local(async move {
                let came = match read_lesson(source).await {
                    Ok(reading) => reading.await.map_err(|reason| texts::not_opened(&reason)),
                    Err(_) => Err(texts::PART_MISSING.to_owned()),
                };
                state.set(match came {
                    Ok(lesson) => DoorState::Open(lesson),
                    Err(reason) => {
                        remarks.push(reason);
                        DoorState::Without(remarks)
                    }
                });
            });
        }
    };
    match &source {
        LessonSource::Address { host, .. } => state.set(DoorState::Asking(host.clone())),
        LessonSource::Shipped(_) | LessonSource::Link(_) => come(),
    }
    move || match state.get() {
        DoorState::Coming => view! {
            <main class="door" role="status" data-testid="lesson-coming">{texts::COMING}</main>
        }
        .into_any(),
        DoorState::Asking(host) => {
            let come = come.clone();
            let remarks = remarks.clone();
            view! {
                <main class="door panel" data-testid="lesson-door" data-value=host.clone()>
                    <h1>{texts::FROM_ELSEWHERE}</h1>
                    <p>{texts::from_host(&host)}</p>
                    <p class="row">
                        <button
                            type="button"
                            class="button strong"
                            data-testid="lesson-door-open"
                            on:click=move |_| come()
                        >
                            {texts::OPEN_IT}
                        </button>
                        <button
                            type="button"
                            class="button"
                            data-testid="lesson-door-without"
                            on:click=move |_| state.set(DoorState::Without(remarks.clone()))
                        >
                            {texts::GO_WITHOUT}
                        </button>
                    </p>
                </main>
            }
            .into_any()
        }
        DoorState::Without(said) => {
            view! { <LabPage params=params.clone() remarks=said space=Space::OWN lesson=None/> }
                .into_any()
        }
        DoorState::Open(lesson) => {
            let mut params = params.clone();
            params.take_setup(lesson.start);
            view! { <LabPage params=params remarks=remarks.clone() space=space lesson=Some(lesson)/> }
                .into_any()
        }
    }
}
