//! What most of the class got wrong.

use super::bars::bar;
use crate::model::class_table::heading;
use crate::model::shown_class::ShownClass;
use crate::stores::class::ClassStore;
use crate::texts::board as texts;
use leptos::prelude::*;
use tilt_protocol::classroom::{Wrong, wrong_of};

/// Of more a teacher would not speak in one lesson.
const MOST: usize = 5;

#[component]
pub fn MostWrong() -> impl IntoView {
    let class = expect_context::<ClassStore>();
    let told = move || {
        let shown = class.shown().get()?;
        let wrong = wrong_of(shown.itself.as_ref(), shown.steps(), &shown.reports());
        Some(match wrong.is_empty() {
            true => view! { <p class="muted">{texts::NOTHING_WRONG}</p> }.into_any(),
            false => {
                let rows = wrong.iter().take(MOST).map(|one| row(&shown, one));
                view! { <ul class="board-bars" data-testid="board-wrong">{rows.collect_view()}</ul> }
                    .into_any()
            }
        })
    };
    view! {
        <section class="board-part" aria-labelledby="board-hard">
            <h3 id="board-hard">{texts::MOST_WRONG}</h3>
            {told}
        </section>
    }
}

fn row(shown: &ShownClass, wrong: &Wrong) -> impl IntoView + use<> {
    let step = shown
        .itself
        .as_ref()
        .and_then(|lesson| lesson.steps.get(wrong.step));
    let quiz = step.and_then(|step| step.quiz.as_ref());
    let question = quiz.filter(|_| wrong.asked == tilt_protocol::classroom::Asked::Quiz);
    let about = match (question, step) {
        (Some(quiz), _) => heading(&quiz.question),
        (None, Some(step)) => heading(&step.text),
        (None, None) => String::new(),
    };
    bar(
        &texts::wrong_at(wrong.step, wrong.asked, &about),
        wrong.wrong,
        wrong.of,
        &texts::wrong_count(wrong.wrong, wrong.of),
        "is-wrong",
    )
}
