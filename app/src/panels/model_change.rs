//! Another model is wanted while a run is under way: the person is asked first.

use crate::flows::models;
use crate::lab::use_lab;
use crate::parts::action::Action;
use crate::texts::training as texts;
use leptos::prelude::*;

#[component]
pub fn ModelQuestion() -> impl IntoView {
    let lab = use_lab();
    let is_asking = lab.models.is_asking();
    // As the run stood when it was asked: what is said once stays.
    let question = move || {
        let of_run = lab.run.run();
        let (id, step, steps) = of_run.with_untracked(|run| (run.id, run.step, run.steps));
        let record = lab.runs.get(id);
        record.map(|record| texts::other_model_ends(&record.name, step, steps))
    };
    view! {
        <Show when=move || is_asking.get()>
            <div class="confirm" role="group" aria-label=texts::ANOTHER_MODEL>
                <p role="alert">{question}</p>
                <Action
                    testid="model-change" text=texts::CHANGE_MODEL class="strong"
                    on_press=move || models::change_model(lab, true)
                />
                <Action
                    testid="model-keep" text=texts::KEEP_MODEL
                    on_press=move || models::change_model(lab, false)
                />
            </div>
        </Show>
    }
}
