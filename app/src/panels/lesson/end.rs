//! The end of a lesson: what was expected and what came, and a report to keep.

use super::predict::in_words;
use crate::browser::download::download;
use crate::browser::url::version;
use crate::lab::{Lab, use_lab};
use crate::model::lesson_progress::LessonProgress;
use crate::model::notice::NoticeKey;
use crate::parts::action::Action;
use crate::stores::lesson::LessonStore;
use crate::texts::lesson as texts;
use gloo_file::Blob;
use leptos::prelude::*;
use serde_json::{Value, json};
use tilt_protocol::lesson::{Facts, Lesson};

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
    view! {
        <div class="lesson-text" tabindex="-1" data-testid="lesson-end">
            <h3>{texts::END}</h3>
            <p>{texts::END_TEXT}</p>
            <ol class="lesson-told">{told}</ol>
        </div>
        <div class="row">
            <Action
                testid="lesson-report"
                text=texts::REPORT
                on_press=move || save(lab, store)
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

fn save(lab: Lab, store: LessonStore) {
    let lesson = store.lesson();
    let facts = store.facts().get_untracked();
    let report = store
        .progress()
        .with_untracked(|progress| report_of(lab, &lesson, progress, &facts));
    let name = format!("tilt-report-{}.json", lesson.id);
    let blob = Blob::new_with_options(&*format!("{report:#}\n"), Some("application/json"));
    if let Err(error) = download(&name, &blob) {
        lab.notices.error(NoticeKey::Lesson, &error.to_string());
    }
}

/// All that a teacher reads of it, as `docs/lessons.md` has it.
fn report_of(lab: Lab, lesson: &Lesson, progress: &LessonProgress, facts: &Facts) -> Value {
    let of_steps = |read: &dyn Fn(usize) -> Value| -> Vec<Value> {
        (0..progress.steps.len()).map(read).collect()
    };
    let step = |index: usize| &progress.steps[index];
    let model = lab.engine.model().get_untracked();
    let device = lab.engine.device().get_untracked();
    json!({
        "tilt_report": 1,
        "lesson": lesson.id,
        "lesson_hash": lesson.hash(),
        "tilt": version(),
        "device": device.map(|device| device.kind.slug()),
        "model_hash": model.map(|model| serde_json::to_value(model.identity).unwrap_or_default()),
        "name": "",
        "started": progress.started_ms,
        "predictions": of_steps(&|index| json!(step(index).prediction)),
        "acts": of_steps(&|index| json!({"done": step(index).done, "runs": step(index).runs})),
        "answers": of_steps(&|index| json!({
            "explanation": step(index).explanation,
            "ticked": step(index).ticked,
            "answer": step(index).answer,
            "chosen": step(index).chosen,
        })),
        "labels": facts.labels,
        "runs": facts.runs,
        "facts": {"agreement": facts.agreement},
        "verdicts": of_steps(&|index| json!(step(index).verdict)),
    })
}
