//! A step's claim beside what was measured.

use crate::lab::use_lab;
use crate::parts::action::Action;
use crate::stores::lesson::LessonStore;
use crate::texts::lesson as texts;
use leptos::prelude::*;
use tilt_protocol::lesson::Standing;

#[component]
pub fn CheckView(index: usize) -> impl IntoView {
    let lab = use_lab();
    let store = expect_context::<LessonStore>();
    let verdict = store.of_step(index, |step| step.verdict.clone());
    // Heard by whoever does not see it; what stood there before is not news.
    Effect::new(move |earlier: Option<Option<Standing>>| {
        let now = verdict.with(|verdict| verdict.as_ref().map(|verdict| verdict.verdict));
        if let Some(standing) = now
            && earlier.is_some_and(|earlier| earlier != now)
        {
            let seen = verdict.with_untracked(|verdict| {
                verdict
                    .as_ref()
                    .map(|verdict| verdict.seen.clone())
                    .unwrap_or_default()
            });
            lab.notices
                .say(&format!("{}. {seen}", texts::verdict(standing)));
        }
        now
    });
    let has_acts = store
        .lesson()
        .steps
        .get(index)
        .is_some_and(|step| !step.acts.is_empty());
    move || {
        let verdict = verdict.get()?;
        let name = verdict.verdict.name();
        let may_again = has_acts && verdict.verdict != Standing::Holds;
        Some(view! {
            <section class="lesson-check" data-testid="lesson-check" data-value=name>
                <h3>{texts::verdict(verdict.verdict)}</h3>
                <p class="muted">{texts::CHECKED}</p>
                <p><b>{texts::CLAIM}</b> {verdict.expected}</p>
                <p><b>{texts::SEEN}</b> {verdict.seen}</p>
                {may_again.then(|| view! {
                    <Action
                        testid="lesson-again"
                        class="slim"
                        text=texts::AGAIN
                        on_press=move || store.again()
                    />
                })}
            </section>
        })
    }
}
