//! The end of a lesson: what was expected and what came, and a report to keep.

use crate::flows::lesson_report::{ReportFormat, save_report};
use crate::lab::use_lab;
use crate::model::prediction_words::in_words;
use crate::parts::action::Action;
use crate::stores::lesson::LessonStore;
use crate::texts::lesson as texts;
use leptos::prelude::*;

#[component]
pub fn End() -> impl IntoView {
    let lab = use_lab();
    let store = expect_context::<LessonStore>();
    let lesson = store.lesson();
    let told = store.progress().with_untracked(|progress| {
        lesson
            .steps
            .iter()
            .zip(&progress.steps)
            .enumerate()
            .filter_map(|(index, (step, done))| {
                let said = step.predict.as_ref().zip(done.prediction.as_ref());
                let said = said
                    .filter(|_| done.is_locked)
                    .map(|(predict, prediction)| in_words(predict, prediction));
                let verdict = done.verdict.clone();
                (said.is_some() || verdict.is_some()).then(|| {
                    let stands = verdict.as_ref().map(|one| texts::verdict(one.verdict));
                    view! {
                        <li>
                            {said.map(|said| view! { <p>{texts::you_said(index + 1, &said)}</p> })}
                            {verdict.map(|verdict| view! {
                                <p><b>{stands}</b> ". " <span class="muted">{verdict.seen}</span></p>
                            })}
                        </li>
                    }
                })
            })
            .collect_view()
    });
    let count = lesson.steps.len();
    let name = store
        .progress()
        .with_untracked(|progress| progress.name.clone());
    view! {
        <div class="lesson-text" tabindex="-1" data-testid="lesson-end">
            <h3>{texts::END}</h3>
            <p>{texts::END_TEXT}</p>
            <ol class="lesson-told">{told}</ol>
        </div>
        <label class="field">
            <span>{texts::NICKNAME}</span>
            <input
                type="text"
                autocomplete="off"
                maxlength="60"
                data-testid="lesson-name"
                prop:value=name
                on:input=move |event| store.set_name(event_target_value(&event))
            />
        </label>
        <div class="row">
            <Action
                testid="lesson-report"
                class="strong"
                text=texts::REPORT
                on_press=move || save_report(lab, store, ReportFormat::Page)
            />
            <Action
                testid="lesson-report-json"
                text=texts::REPORT_JSON
                on_press=move || save_report(lab, store, ReportFormat::Json)
            />
            <Action testid="lesson-anew" text=texts::ANEW on_press=move || store.begin_anew()/>
        </div>
        <p class="muted">{texts::REPORT_NOTE}</p>
        <nav class="lesson-nav row" aria-label=texts::LESSON>
            <Action
                testid="lesson-back"
                text=texts::BACK
                on_press=move || store.go_to(count.saturating_sub(1))
            />
        </nav>
    }
}
