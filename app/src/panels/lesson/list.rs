//! The list of lessons that ship with the page.

use super::elsewhere::Frame;
use super::styles::LessonStyles;
use super::teacher::{ForTeachers, Reading, TeacherPage};
use crate::browser::http::fetch_text;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::browser::storage::web::Area;
use crate::browser::url::{here, link, resolve};
use crate::lab::use_lab;
use crate::model::json;
use crate::model::lesson_source::LessonSource;
use crate::model::space::Space;
use crate::panels::share::settings_link;
use crate::parts::action::Action;
use crate::parts::focus::focus_after;
use crate::texts::board as board_texts;
use crate::texts::elsewhere;
use crate::texts::lesson as texts;
use crate::texts::page::NAME;
use crate::texts::parts::COMES;
use crate::texts::write_lesson::{LIST_ABOUT, LIST_ENTRY};
use leptos::prelude::*;
use serde::Deserialize;
use wasm_bindgen_futures::spawn_local;

/// A lesson as the list tells of it: `public/lessons.json`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Listed {
    id: String,
    title: String,
    minutes: f64,
    goals: Vec<String>,
}

#[wasm_split(lessons, wasm_split_path = leptos::wasm_split, fallible)]
pub fn lesson_list() -> Result<Build, NotLoaded> {
    Ok(|| view! { <LessonList/> }.into_any())
}

#[component]
fn LessonList() -> impl IntoView {
    let lab = use_lab();
    let found = RwSignal::new(None::<Result<Vec<Listed>, ()>>);
    let fetch = move || {
        spawn_local(async move {
            let text = fetch_text(&resolve("lessons.json")).await;
            let read = text
                .map_err(drop)
                .and_then(|text| json::from_str(&text).map_err(drop));
            let _ = found.try_set(Some(read));
        });
    };
    // Opened again, it is asked for again where it did not come.
    Effect::new(move |_| {
        let is_here = found.with_untracked(|found| matches!(found, Some(Ok(_))));
        if lab.lesson_list.is_open().get() && !is_here {
            fetch();
        }
    });
    let reading = Reading::new(None);
    Effect::new(move |_| {
        if !lab.lesson_list.is_open().get() {
            reading.set(None);
        }
    });
    let rows = move || match found.get() {
        None => view! { <p class="muted">{COMES}</p> }.into_any(),
        Some(Err(())) => view! { <p role="alert">{texts::NOT_LISTED}</p> }.into_any(),
        Some(Ok(lessons)) => {
            let rows = lessons
                .into_iter()
                .map(|lesson| row(lesson, reading))
                .collect_view();
            view! { <ul class="lesson-rows">{rows}</ul> }.into_any()
        }
    };
    view! {
        <LessonStyles/>
        <section class="panel lesson-list" data-testid="lesson-list" aria-labelledby="lessons-title">
            <header class="panel-head">
                <h2 id="lessons-title">{texts::LESSONS}</h2>
                <button
                    type="button"
                    class="button icon small"
                    aria-label=texts::CLOSE_LIST
                    on:click=move |_| {
                        lab.lesson_list.set_open(false);
                        focus_after(&["[data-testid=\"lessons\"]"]);
                    }
                >
                    "×"
                </button>
            </header>
            <div hidden=move || reading.with(Option::is_some)>
                <p class="muted">{texts::LIST_INTRO} " " {texts::DROP}</p>
                {rows}
                <WriteEntry/>
                <p class="row">
                    <Action
                        testid="board-open"
                        text=board_texts::OPEN
                        on_press=move || {
                            lab.lesson_list.set_open(false);
                            lab.board.set_open(true);
                        }
                    />
                    <span class="muted">{board_texts::OPEN_NOTE}</span>
                </p>
                <details class="lesson-elsewhere">
                    <summary>{elsewhere::LAB_ELSEWHERE}</summary>
                    <Frame
                        address=Memo::new(move |_| settings_link(lab))
                        title=NAME.to_owned()
                        note=elsewhere::LAB_FRAME_NOTE
                    />
                </details>
            </div>
            {move || reading.get().map(|(id, title)| view! { <TeacherPage id title reading/> })}
        </section>
    }
}

/// The way to a lesson of one's own.
#[component]
fn WriteEntry() -> impl IntoView {
    let lab = use_lab();
    (lab.space == Space::OWN).then(|| {
        view! {
            <p class="row">
                <Action
                    testid="lesson-write-own"
                    text=LIST_ENTRY
                    on_press=move || lab.lesson_list.set_writing(true)
                />
                <span class="muted">{LIST_ABOUT}</span>
            </p>
        }
    })
}

fn row(lesson: Listed, reading: Reading) -> impl IntoView {
    let address = link(&here(), &[("lesson", Some(lesson.id.clone()))]);
    let space = LessonSource::named(&lesson.id).map(|source| source.space());
    let is_begun = space.is_some_and(|space| Area::Local.get(&space.lesson()).is_some());
    let (id, title) = (lesson.id.clone(), lesson.title.clone());
    view! {
        <li>
            <a href=address data-testid="lesson-open" data-value=lesson.id>{lesson.title}</a>
            <span class="muted number">
                {texts::minutes(lesson.minutes)} {is_begun.then(|| format!(" · {}", texts::BEGUN))}
            </span>
            <span class="muted">{lesson.goals.into_iter().next()}</span>
            <ForTeachers id title reading/>
        </li>
    }
}
