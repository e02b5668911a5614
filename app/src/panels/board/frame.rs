//! The board's frame: how reports come onto it, and what stands there once they do.

use super::labels::PooledLabels;
use super::replay::Replay;
use super::save::SavePart;
use super::steps::StepByStep;
use super::table::ClassTable;
use super::take::{Aside, Refused, Take};
use super::wrong::MostWrong;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::charts::class_curves::ClassCurves;
use crate::flows::board::take_read;
use crate::lab::use_lab;
use crate::model::shown_class::ShownClass;
use crate::panels::lesson::LessonStyles;
use crate::parts::check_box::CheckBox;
use crate::parts::focus::focus;
use crate::parts::style_sheet::StyleSheet;
use crate::stores::class::ClassStore;
use crate::stores::replay::ReplayStore;
use crate::texts::board as texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::statistics::median;

#[wasm_split(board, wasm_split_path = leptos::wasm_split, fallible)]
pub fn board() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Board/> }.into_any())
}

#[component]
fn Board() -> impl IntoView {
    let lab = use_lab();
    let class = ClassStore::new();
    provide_context(class);
    provide_context(ReplayStore::new());
    // What was dropped on the page, before the board was there and since.
    Effect::new(move |_| {
        if lab.board.has_dropped() {
            let dropped = lab.board.take_dropped();
            if !dropped.is_empty() {
                untrack(|| take_read(lab, class, dropped));
            }
        }
    });
    let is_open = lab.board.is_open();
    Effect::new(move |_| {
        if is_open.get() {
            request_animation_frame(|| {
                focus("#board-title");
            });
        }
    });
    let has_class = Memo::new(move |_| class.shown().with(Option::is_some));
    view! {
        <LessonStyles/>
        <StyleSheet file="board.css"/>
        <section class="panel board" data-testid="board" aria-labelledby="board-title">
            <header class="panel-head">
                <h2 id="board-title" tabindex="-1">{texts::TITLE}</h2>
                <button
                    type="button"
                    class="button icon small"
                    data-testid="board-close"
                    aria-label=texts::CLOSE
                    on:click=move |_| {
                        lab.board.set_open(false);
                        request_animation_frame(|| {
                            focus("[data-testid=\"lessons\"]");
                        });
                    }
                >
                    "×"
                </button>
            </header>
            <Take/>
            <Refused/>
            <Show when=move || has_class.get()>
                <Head/>
                <Aside/>
                <ClassTable/>
                <MostWrong/>
                <StepByStep/>
                <section class="board-part" aria-labelledby="board-curves">
                    <h3 id="board-curves">{texts::CURVES}</h3>
                    <ClassCurves/>
                </section>
                <PooledLabels/>
                <Replay/>
                <SavePart/>
            </Show>
        </section>
    }
}

/// Which lesson is looked at, in one sentence how the class did, and whether names are shown.
#[component]
fn Head() -> impl IntoView {
    let class = expect_context::<ClassStore>();
    let lessons = class.lessons();
    let several = move || lessons.with(|lessons| lessons.len() > 1);
    let options = move || {
        let shown = class.shown().get()?;
        Some(lessons.with(|lessons| {
            let options = lessons.iter().enumerate().map(|(index, one)| {
                let title = one
                    .itself
                    .as_ref()
                    .map_or(&one.lesson, |lesson| &lesson.title);
                let text = texts::lesson_option(title, &one.hash, one.reports.len());
                let is_shown = one.lesson == shown.lesson && one.hash == shown.hash;
                view! { <option value=index.to_string() selected=is_shown>{text}</option> }
            });
            options.collect_view()
        }))
    };
    let choose = move |event| {
        let index: Option<usize> = event_target_value(&event).parse().ok();
        let found = lessons.with_untracked(|lessons| {
            let one = lessons.get(index?)?;
            Some((one.lesson.clone(), one.hash.clone()))
        });
        if let Some((lesson, hash)) = found {
            class.choose(&lesson, &hash);
        }
    };
    view! {
        <div class="board-head">
            <Show
                when=several
                fallback=move || view! {
                    <h3 class="board-lesson">{move || class.shown().get().map(|shown| shown.title().to_owned())}</h3>
                }
            >
                <label class="field">
                    <span>{texts::LESSON}</span>
                    <select data-testid="board-lesson" on:change=choose>{options}</select>
                </label>
            </Show>
            <p data-testid="board-summary">{move || class.shown().get().map(|shown| summary(&shown))}</p>
            <p class="row">
                <CheckBox
                    testid="board-hide-names"
                    class="board-check"
                    text=texts::HIDE_NAMES
                    is_on=class.hides_names()
                    on_change=move |hides| class.hide_names(hides)
                />
                <span class="muted">{texts::HIDE_NAMES_FOR}</span>
            </p>
        </div>
    }
}

fn summary(shown: &Arc<ShownClass>) -> String {
    let ways = || shown.learners.iter().map(|one| one.way);
    let finished = ways().filter(|way| way.is_complete()).count();
    let minutes: Vec<f64> = ways().map(|way| way.minutes).collect();
    let points: Vec<f64> = ways().map(|way| way.points()).collect();
    texts::summary(
        shown.learners.len(),
        finished,
        median(&minutes),
        median(&points),
    )
}
