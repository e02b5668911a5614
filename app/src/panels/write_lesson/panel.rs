//! Writing a lesson: its outline, one part of it as a form, and how a learner will see it.

use super::about::about;
use super::begin::{Begin, draft_of_lab};
use super::out::Out;
use super::preview::Preview;
use super::rail::Rail;
use super::setup::setup;
use super::step::step;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::browser::other_tabs::on_kept;
use crate::lab::use_lab;
use crate::panels::lesson::LessonStyles;
use crate::parts::focus::{focus, focus_after};
use crate::parts::style_sheet::StyleSheet;
use crate::stores::lesson_draft::{LessonDraftStore, Part};
use crate::texts::write_lesson as texts;
use leptos::prelude::*;

#[wasm_split(write_lesson, wasm_split_path = leptos::wasm_split, fallible)]
pub fn write_lesson() -> Result<Build, NotLoaded> {
    Ok(|| view! { <WriteLesson/> }.into_any())
}

#[component]
fn WriteLesson() -> impl IntoView {
    let lab = use_lab();
    let store = LessonDraftStore::new(lab.space, lab.notices, || draft_of_lab(lab));
    provide_context(store);
    let is_open = lab.lesson_list.is_writing();
    Effect::new(move |_| {
        if !is_open.get() {
            return;
        }
        // What nobody has touched follows the Lab.
        store.renew(|| draft_of_lab(lab));
        request_animation_frame(|| {
            focus("#draft-title");
        });
    });
    let key = lab.space.draft();
    on_kept(move |changed, _| {
        if changed == key {
            store.follow();
        }
    });
    let part = store.part();
    view! {
        <LessonStyles/>
        <StyleSheet file="write_lesson.css"/>
        <section class="panel draft" data-testid="lesson-draft" aria-labelledby="draft-title">
            <header class="panel-head">
                <h2 id="draft-title" tabindex="-1">{texts::TITLE}</h2>
                <button
                    type="button"
                    class="button icon small"
                    data-testid="draft-close"
                    aria-label=texts::CLOSE
                    on:click=move |_| {
                        lab.lesson_list.set_writing(false);
                        focus_after(&["[data-testid=\"lesson-write\"]"]);
                    }
                >
                    "\u{00d7}"
                </button>
            </header>
            <p class="muted">{texts::INTRO}</p>
            <Begin/>
            <div class="draft-desk">
                <Rail/>
                <div class="draft-form" data-testid="draft-form">
                    {move || match part.get() {
                        Part::About => about(),
                        Part::Setup => setup(),
                        Part::Step(id) => step(id),
                    }}
                </div>
                <Preview/>
            </div>
            <Out/>
        </section>
    }
}
