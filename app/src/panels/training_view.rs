//! Beside Train: what training would see of the labels, where that is not all of them.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::lab::use_lab;
use crate::parts::later::Later;
use crate::texts::training as texts;
use leptos::prelude::*;
use tilt_protocol::report::TrainingView;
use tilt_protocol::{HeldOut, RowKind};

#[component]
pub fn WhatTrainingSees() -> impl IntoView {
    let lab = use_lab();
    let entries = lab.labels.entries();
    let kind = Memo::new(move |_| lab.form.settings().objective.row_kind());
    // Before anything of it needs to be said its words need not be here.
    let is_any = Memo::new(move |_| {
        let held_out = lab.data_report.held_out().get();
        let is_plain = held_out == HeldOut::default() && kind.get() != RowKind::Unpaired;
        entries.with(|entries| {
            let mut labels = entries.iter().map(|entry| &entry.label);
            !entries.is_empty() && (!is_plain || labels.any(|label| !label.is_decisive()))
        })
    });
    view! { <Later wanted=is_any load=|| Box::pin(note())/> }
}

#[wasm_split(labels, wasm_split_path = leptos::wasm_split, fallible)]
fn note() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Note/> }.into_any())
}

#[component]
fn Note() -> impl IntoView {
    let lab = use_lab();
    let entries = lab.labels.entries();
    let view = Memo::new(move |_| {
        let kind = lab.form.settings().objective.row_kind();
        let held_out = lab.data_report.held_out().get();
        entries.with(|entries| {
            let labels = entries.iter().map(|entry| &entry.label);
            (TrainingView::of(labels, &held_out, kind), kind)
        })
    });
    let said = move || {
        let (view, kind) = view.get();
        let title = lab.form.objective().get().title();
        texts::training_sees(&view, kind, title)
    };
    view! {
        <p
            class="field-note muted"
            data-testid="training-sees"
            data-value=move || view.get().0.seen.to_string()
            hidden=move || said().is_empty()
        >
            {said}
        </p>
    }
}
