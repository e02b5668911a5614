//! A field of the training form: a term, a text, and whether the text will do.

use crate::glossary::Term;
use crate::parts::define::Define;
use crate::state::form::Field;
use crate::state::{training, use_lab};
use leptos::prelude::*;

#[component]
pub fn NumberField(field: Field, term: Term, id: &'static str) -> impl IntoView {
    let lab = use_lab();
    let text = lab.form.text(field);
    let label_id = match field {
        Field::Beta => "beta-label",
        Field::LearningRate => "lr-label",
        Field::Steps => "steps-label",
        Field::Seed => "seed-label",
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
                aria-invalid=move || lab.form.defect(field).is_some().to_string()
                prop:value=move || text.get().text
                on:input=move |event| {
                    lab.form.set_text(field, event_target_value(&event));
                    if untrack(|| lab.form.defect(field)).is_none() {
                        lab.notices.dismiss(&training::field_key(field));
                    }
                }
                on:change=move |_| training::check_field(lab, field)
            />
        </div>
    }
}
