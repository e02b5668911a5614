//! One step of a lesson.

use super::acts::Acts;
use super::check::CheckView;
use super::fold::Fold;
use super::predict::PredictView;
use super::words::{ExplainView, QuizView};
use crate::lab::use_lab;
use crate::parts::action::Action;
use crate::parts::focus::focus;
use crate::parts::markdown::Markdown;
use crate::parts::tabs::Tabs;
use crate::stores::lesson::LessonStore;
use crate::texts::lesson as texts;
use leptos::prelude::*;

const HEADING: &str = ".lesson-text";

/// Puts the focus where the step begins, once it is there.
pub fn focus_heading() {
    request_animation_frame(|| {
        focus(HEADING);
    });
}

#[component]
pub fn StepView(index: usize) -> impl IntoView {
    let lab = use_lab();
    let store = expect_context::<LessonStore>();
    let tabs = use_context::<Tabs>();
    let fold = expect_context::<Fold>();
    let lesson = store.lesson();
    let Some(step) = lesson.steps.get(index).cloned() else {
        return ().into_any();
    };
    let count = lesson.steps.len();
    let is_done = store.is_done(index);
    let looks = step.show.iter().map(|&place| {
        view! {
            <button
                type="button"
                class="button slim"
                data-testid="lesson-show"
                data-value=place.slug()
                on:click=move |_| {
                    fold.go_to(lab, tabs, place);
                }
            >
                {texts::look_at(place)}
            </button>
        }
    });
    let looks = looks.collect_view();
    view! {
        <div class="lesson-text" tabindex="-1" lang=lesson.lang.clone()><Markdown text=step.text.clone()/></div>
        <div class="row lesson-looks">{looks}</div>
        {step.predict.clone().map(|predict| view! { <PredictView index=index predict=predict/> })}
        <Acts index=index step=step.clone()/>
        {step.check.is_some().then(|| view! { <CheckView index=index/> })}
        {step.explain.clone().map(|explain| view! { <ExplainView index=index explain=explain/> })}
        {step.quiz.clone().map(|quiz| view! { <QuizView index=index quiz=quiz/> })}
        {step.hint.clone().map(|hint| view! {
            <details class="lesson-hint" data-testid="lesson-hint">
                <summary>{texts::HINT}</summary>
                <Markdown text=hint/>
            </details>
        })}
        <nav class="lesson-nav row" aria-label=texts::LESSON>
            <Action
                testid="lesson-back"
                text=texts::BACK
                disabled=Signal::stored(index == 0)
                on_press=move || store.go_to(index.saturating_sub(1))
            />
            <Action
                testid="lesson-next"
                class="strong"
                disabled=Signal::derive(move || !store.has_begun())
                text=Signal::derive(move || next_text(is_done.get(), index + 1 == count).to_owned())
                on_press=move || store.go_to(index + 1)
            />
        </nav>
    }
    .into_any()
}

fn next_text(is_done: bool, is_last: bool) -> &'static str {
    match (is_done, is_last) {
        (true, true) => texts::FINISH,
        (true, false) => texts::NEXT,
        (false, _) => texts::SKIP,
    }
}
