//! The chosen objective as a formula, with the selected pair's numbers in it.

use crate::formula::{formula, live_values, mark_new, pair_text};
use crate::panels::against_dpo::AgainstDpo;
use crate::panels::parameters::Parameters;
use crate::panels::trl_config::TrlConfigView;
use crate::parts::define::Define;
use crate::state::use_lab;
use crate::texts::formula as texts;
use crate::texts::glossary::Term;
use crate::texts::objectives::{objective_definition, objective_expectation};
use leptos::prelude::*;
use tilt_protocol::metrics::KL;
use tilt_protocol::{Objective, ObjectiveKind};
use wasm_bindgen::JsCast;
use web_sys::HtmlDetailsElement;

const ID: &str = "formula";

#[component]
pub fn FormulaPanel() -> impl IntoView {
    let lab = use_lab();
    let kind = lab.form.objective();
    let objective = Memo::new(move |_| lab.form.configured());
    let inspection = lab.selection.inspection();
    let kl = Memo::new(move |_| lab.run.run().with(|run| run.metrics.get(KL)));
    let numbers = move || {
        inspection.with(|inspection| pair_text(inspection.as_ref()?, &objective.get(), kl.get()))
    };
    let values = move || {
        inspection.with(|inspection| match inspection {
            Some(inspection) => live_values(inspection, &objective.get(), kl.get()),
            None => Vec::new(),
        })
    };
    view! {
        <section class="panel formula-panel" aria-label=texts::PANEL>
            <div class="formula-line">
                {move || {
                    lines(&objective.get())
                        .into_iter()
                        .map(|line| view! { <math display="block" inner_html=line></math> })
                        .collect_view()
                }}
            </div>
            <details id=ID class="drawer">
                <summary>
                    <span>{texts::PARAMETERS_AND_MEANING}</span>
                    <span class="formula-numbers number">{numbers}</span>
                    <kbd aria-hidden="true">"F"</kbd>
                </summary>
                <Parameters/>
                <dl class="live-values number" data-testid="live-values">
                    {move || {
                        values()
                            .into_iter()
                            .map(|value| view! {
                                <div>
                                    <dt><i>{value.symbol}</i>" "{value.meaning}</dt>
                                    <dd>{value.value}</dd>
                                </div>
                            })
                            .collect_view()
                    }}
                </dl>
                <p>{move || objective_definition(kind.get())}</p>
                <p>{move || objective_expectation(kind.get())}</p>
                <Show when=move || lab.form.is_customised()>
                    <p class="muted">{texts::FOR_DEFAULTS}</p>
                </Show>
                {move || {
                    objective
                        .with(reward)
                        .map(|reward| view! {
                            <p>
                                {texts::reward_is_before(reward)}
                                <Define term=Term::ImplicitReward/>
                                {texts::REWARD_IS_AFTER}
                            </p>
                        })
                }}
                <AgainstDpo/>
                <TrlConfigView/>
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

/// What counts as an answer's reward, as TRL logs it.
fn reward(objective: &Objective) -> Option<&'static str> {
    match objective {
        Objective::Dpo(_) | Objective::Kto(_) => Some(texts::REWARD_LOG_RATIO),
        Objective::Cpo(cpo) if cpo.alpha != 0.0 => Some(texts::REWARD_BENT),
        Objective::Cpo(cpo) if !cpo.uses_means() => Some(texts::REWARD_LOG_PROB),
        Objective::Cpo(_) | Objective::Orpo { .. } => Some(texts::REWARD_MEAN_LOG_PROB),
        Objective::Sft(_) | Objective::Reward { .. } => None,
    }
}
