//! A lesson beside the Lab: one narrow column in which a learner reads, predicts, does,
//! sees checked and explains.

use super::acts::in_words;
use super::elsewhere::{Frame, PackButton};
use super::end::End;
use super::fold::Fold;
use super::step::{StepView, focus_heading};
use super::styles::LessonStyles;
use super::told::keep_told;
use super::watch::{arrange, observe};
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::browser::url::{full, here};
use crate::flows::lesson_file::OpenLesson;
use crate::lab::use_lab;
use crate::parts::action::Action;
use crate::parts::places::{go_to, hide};
use crate::parts::tabs::Tabs;
use crate::stores::lesson::LessonStore;
use crate::texts::elsewhere;
use crate::texts::lesson as texts;
use leptos::prelude::*;

#[wasm_split(lessons, wasm_split_path = leptos::wasm_split, fallible)]
pub fn lesson_panel() -> Result<Build, NotLoaded> {
    Ok(|| view! { <LessonPanel/> }.into_any())
}

#[component]
fn LessonPanel() -> impl IntoView {
    let lab = use_lab();
    let Some(lesson) = use_context::<OpenLesson>().and_then(|open| open.lesson()) else {
        return ().into_any();
    };
    let store = LessonStore::new(lesson.clone(), lab.space, lab.saving, lab.notices);
    provide_context(store);
    observe(lab, store, &lesson);
    keep_told(store);
    let arranged = arrange(lab, store, &lesson);

    let count = lesson.steps.len();
    let shown = store.shown();
    let fold = Fold::new();
    provide_context(fold);
    let is_folded = fold.0;
    // An act that is done shows what came of it, and what is next.
    let done = Memo::new(move |_| {
        let index = shown.get();
        let done = store
            .progress()
            .with(|progress| Some(progress.steps.get(index)?.done));
        (index, done)
    });
    let now = Memo::new(move |_| {
        let (index, done) = done.get();
        Some(in_words(store.lesson().steps.get(index)?.acts.get(done?)?))
    });
    Effect::new(move |earlier: Option<(usize, Option<usize>)>| {
        let now = done.get();
        if earlier.is_some_and(|(index, done)| index == now.0 && done < now.1) {
            is_folded.set(false);
        }
        now
    });
    // What the set-up shows is looked at first, once it is on the page.
    let first = lesson.setup.show.first().copied();
    let tabs = use_context::<Tabs>();
    Effect::new(move |was: Option<bool>| {
        let is_there = arranged.is_labelled.get();
        if let Some(first) = first.filter(|_| is_there && was == Some(false)) {
            go_to(lab, tabs, first);
        }
        is_there
    });
    // Whoever goes on reads from the top.
    Effect::new(move |earlier: Option<usize>| {
        let index = shown.get();
        if earlier.is_some_and(|earlier| earlier != index) {
            is_folded.set(false);
            focus_heading();
        }
        index
    });
    let (id, lang) = (lesson.id.clone(), lesson.lang.clone());
    let (title, goals) = (lesson.title.clone(), lesson.goals.clone());
    let minutes = texts::minutes(lesson.minutes);
    hide(&lesson.setup.hide);
    view! {
        <LessonStyles/>
        <aside
            class="lesson"
            data-testid="lesson"
            data-value=id
            data-folded=move || is_folded.get().then_some("")
            aria-label=texts::LESSON
        >
            <header class="lesson-head">
                <p class="lesson-kicker muted">
                    {texts::LESSON} " · " {minutes}
                </p>
                <h2 lang=lang.clone()>{title}</h2>
                <p class="lesson-at">
                    <span
                        class="number muted"
                        data-testid="lesson-step"
                        data-value=move || shown.get().to_string()
                    >
                        {move || texts::step_of(shown.get(), count)}
                    </span>
                    <progress
                        max=count.to_string()
                        value=move || shown.get().to_string()
                        aria-label=texts::WAY
                    ></progress>
                </p>
                <p class="lesson-now">{now}</p>
                <div class="lesson-tools">
                    <button
                        type="button"
                        class="button icon small lesson-fold"
                        data-testid="lesson-fold"
                        aria-expanded=move || (!is_folded.get()).to_string()
                        aria-label=move || if is_folded.get() { texts::UNFOLD } else { texts::FOLD }
                        on:click=move |_| is_folded.update(|folded| *folded = !*folded)
                    >
                        <svg viewBox="0 0 16 16" aria-hidden="true">
                            <path d=move || if is_folded.get() { "M3 10.5 8 5.5l5 5" } else { "M3 5.5 8 10.5l5-5" }></path>
                        </svg>
                    </button>
                    <a class="button icon small" data-testid="lesson-close" href=here() aria-label=texts::CLOSE>
                        "×"
                    </a>
                </div>
            </header>
            <div class="lesson-body" hidden=move || is_folded.get()>
                {move || {
                    let index = shown.get();
                    let goals = goals.clone();
                    view! {
                        <Show when=move || index == 0>
                            <section class="lesson-goals">
                                <h3>{texts::GOALS}</h3>
                                <ul>{goals.clone().into_iter().map(|goal| view! { <li>{goal}</li> }).collect_view()}</ul>
                            </section>
                        </Show>
                        <Show when=move || !arranged.is_labelled.get()>
                            <Show
                                when=move || arranged.is_broken_off.get()
                                fallback=|| view! {
                                    <p class="muted" role="status" data-testid="lesson-labels">{texts::LABELS_COMING}</p>
                                }
                            >
                                <p role="status" data-testid="lesson-labels">{texts::LABELS_MISSING}</p>
                                <Action
                                    testid="lesson-labels-again"
                                    text=texts::ASK_AGAIN
                                    on_press=move || arranged.ask_again.run(())
                                />
                            </Show>
                        </Show>
                        {if index < count {
                            view! { <StepView index=index/> }.into_any()
                        } else {
                            view! { <End/> }.into_any()
                        }}
                        {(index == 0).then(|| {
                            let lesson = store.lesson();
                            view! {
                                <details class="lesson-elsewhere" data-testid="lesson-elsewhere">
                                    <summary>{elsewhere::ELSEWHERE}</summary>
                                    <Frame
                                        address=full()
                                        title=lesson.title.clone()
                                        note=elsewhere::FRAME_NOTE
                                    />
                                    <PackButton lesson=lesson/>
                                </details>
                            }
                        })}
                    }
                }}
            </div>
        </aside>
    }
    .into_any()
}
