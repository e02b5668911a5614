//! What learners wrote, side by side.

use crate::model::shown_class::ShownClass;
use crate::parts::markdown::Markdown;
use crate::texts::board as texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::classroom::AnswerReport;

#[component]
pub fn Answers(
    title: &'static str,
    shown: Arc<ShownClass>,
    step: usize,
    read: fn(&AnswerReport) -> &str,
    /// The lesson's own answer, beside the others.
    model: String,
) -> impl IntoView {
    let written: Vec<(String, String, usize)> = shown
        .learners
        .iter()
        .filter_map(|one| {
            let own = one.report.answers.get(step)?;
            let text = read(own).trim();
            (!text.is_empty()).then(|| (one.name.clone(), text.to_owned(), own.ticked.len()))
        })
        .collect();
    let lang = shown.itself.as_ref().map(|lesson| lesson.lang.clone());
    let count = written.len();
    view! {
        <details class="board-answers" data-testid="board-answers">
            <summary>{texts::written(title, count)}</summary>
            <div class="board-cards">
                <div class="board-card is-model">
                    <h5>{texts::LESSONS_ANSWER}</h5>
                    <div lang=lang><Markdown text=model/></div>
                </div>
                {written
                    .into_iter()
                    .map(|(name, text, ticked)| view! {
                        <div class="board-card">
                            <h5>{name}</h5>
                            <p class="board-own-words">{text}</p>
                            {(ticked > 0).then(|| view! { <p class="muted">{texts::ticked(ticked)}</p> })}
                        </div>
                    })
                    .collect_view()}
            </div>
        </details>
    }
}
