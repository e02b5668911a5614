//! The chosen objective as a formula, with the selected pair's numbers in it.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::formula::{formula, mark_new, pair_text};
use crate::lab::use_lab;
use crate::panels::drawer::drawer;
use crate::parts::later::Later;
use crate::parts::opened::noted;
use crate::parts::scroll::Scroll;
use crate::texts::formula as texts;
use leptos::prelude::*;
use tilt_protocol::metrics::KL;
use tilt_protocol::{Objective, ObjectiveKind};
use wasm_bindgen::JsCast;
use web_sys::HtmlDetailsElement;

const ID: &str = "formula";

#[wasm_split(formula, wasm_split_path = leptos::wasm_split, fallible)]
pub fn formula_panel() -> Result<Build, NotLoaded> {
    Ok(|| view! { <FormulaPanel/> }.into_any())
}

#[component]
fn FormulaPanel() -> impl IntoView {
    let lab = use_lab();
    let objective = Memo::new(move |_| lab.form.configured());
    let inspection = lab.selection.inspection();
    let kl = Memo::new(move |_| lab.run.run().with(|run| run.metrics.get(KL)));
    let numbers = move || {
        inspection.with(|inspection| pair_text(inspection.as_ref()?, &objective.get(), kl.get()))
    };
    // The run whose weights the numbers are of, where its objective is another one.
    let other = Memo::new(move |_| {
        let (id, step) = lab.run.run().with(|run| (run.id, run.step));
        let formula = objective.get();
        lab.runs.records().with(|records| {
            let record = records.iter().find(|record| record.id == id && step > 0)?;
            (record.settings.objective != formula).then(|| record.name.clone())
        })
    });
    let is_open = RwSignal::new(false);
    view! {
        <section class="panel formula-panel" aria-label=texts::PANEL>
            <Scroll class="formula-line" name=texts::LOSS>
                {move || {
                    lines(&objective.get())
                        .into_iter()
                        .map(|line| view! { <math display="block" inner_html=line></math> })
                        .collect_view()
                }}
            </Scroll>
            {move || other.get().map(|run| view! {
                <p class="field-note muted" data-testid="formula-of">{texts::weights_of(&run)}</p>
            })}
            <details
                id=ID
                class="drawer"
                on:toggle=noted(is_open)
            >
                <summary>
                    <span>{texts::PARAMETERS_AND_MEANING}</span>
                    <span class="formula-numbers number">{numbers}</span>
                    <kbd aria-hidden="true">"F"</kbd>
                </summary>
                <Later wanted=is_open load=|| Box::pin(drawer())/>
            </details>
        </section>
    }
}

/// The formula, with what DPO's has not marked.
fn lines(objective: &Objective) -> Vec<String> {
    let dpo = ObjectiveKind::Dpo.with_beta(ObjectiveKind::Dpo.default_beta());
    let dpo = formula(&dpo).concat();
    formula(objective)
        .iter()
        .map(|line| mark_new(line, &dpo))
        .collect()
}

/// Opens or closes the drawer.
pub fn toggle() {
    let details = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id(ID))
        .and_then(|element| element.dyn_into::<HtmlDetailsElement>().ok());
    if let Some(details) = details {
        details.set_open(!details.open());
    }
}
