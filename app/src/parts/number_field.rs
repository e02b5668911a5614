//! A field of the training form: a term, a text, and whether the text will do.

use super::define::Define;
use crate::flows::act::perform;
use crate::flows::settings;
use crate::lab::use_lab;
use crate::model::act::Act;
use crate::model::train_form::TrainField;
use crate::texts::glossary::Term;
use crate::texts::parts as texts;
use leptos::prelude::*;

#[component]
pub fn NumberField(
    field: TrainField,
    term: Term,
    id: &'static str,
    /// The id of the note that says why the objective does not read the field.
    #[prop(optional)]
    unused_note: Option<&'static str>,
) -> impl IntoView {
    let lab = use_lab();
    let is_unused = move || !lab.form.is_used(field);
    let text = lab.form.text(field);
    // A run under way takes these two over.
    let is_adjusted = move || {
        matches!(field, TrainField::Beta | TrainField::LearningRate)
            && !is_unused()
            && settings::adjustable(lab).is_some()
    };
    let defect = Memo::new(move |_| lab.form.defect(field).map(|error| error.to_string()));
    let label_id = match field {
        TrainField::Beta => "beta-label",
        TrainField::LearningRate => "lr-label",
        TrainField::Steps => "steps-label",
        TrainField::Seed => "seed-label",
    };
    view! {
        <div class="field">
            <Define term=term id=label_id/>
            <input
                type="text"
                inputmode="decimal"
                autocomplete="off"
                spellcheck="false"
                data-testid=id
                aria-labelledby=label_id
                aria-describedby=move || {
                    if defect.get().is_some() {
                        return Some(format!("{id}-defect"));
                    }
                    if is_adjusted() {
                        return Some(format!("{id}-next-step"));
                    }
                    unused_note.filter(|_| is_unused()).map(str::to_owned)
                }
                disabled=is_unused
                aria-invalid=move || defect.get().is_some().to_string()
                // What was typed waits for an objective that reads it.
                prop:value=move || if is_unused() { String::new() } else { text.get().text }
                on:input=move |event| {
                    lab.form.set_text(field, event_target_value(&event));
                    if untrack(|| lab.form.defect(field)).is_none() {
                        lab.notices.dismiss(field.key());
                    }
                }
                on:change=move |event| {
                    let text = event_target_value(&event);
                    perform(lab, Act::SetField { field, text });
                }
            />
            <Show when=move || defect.get().is_some()>
                <span class="next-step field-defect" id=format!("{id}-defect")>
                    {move || defect.get()}
                </span>
            </Show>
            <Show when=move || is_adjusted() && defect.get().is_none()>
                <span class="next-step" id=format!("{id}-next-step")>
                    {texts::FROM_NEXT_STEP}
                </span>
            </Show>
        </div>
    }
}
