//! What the formula's drawer holds: the objective's parameters, its terms with the selected
//! pair's numbers, and its meaning. It comes when the drawer is opened.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::formula::live_values;
use crate::lab::use_lab;
use crate::panels::against_dpo::AgainstDpo;
use crate::panels::parameters::Parameters;
use crate::panels::trl_config::TrlConfigView;
use crate::parts::define::Define;
use crate::texts::formula as texts;
use crate::texts::glossary::Term;
use crate::texts::objectives::{objective_definition, objective_expectation};
use leptos::prelude::*;
use tilt_protocol::Objective;
use tilt_protocol::metrics::KL;

#[wasm_split(labels, wasm_split_path = leptos::wasm_split, fallible)]
pub fn drawer() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Drawer/> }.into_any())
}

#[component]
fn Drawer() -> impl IntoView {
    let lab = use_lab();
    let kind = lab.form.objective();
    let objective = Memo::new(move |_| lab.form.configured());
    let inspection = lab.selection.inspection();
    let kl = Memo::new(move |_| lab.run.run().with(|run| run.metrics.get(KL)));
    let values = move || {
        inspection.with(|inspection| match inspection {
            Some(inspection) => live_values(inspection, &objective.get(), kl.get()),
            None => Vec::new(),
        })
    };
    view! {
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
    }
}

/// What counts as an answer's reward, as TRL logs it.
fn reward(objective: &Objective) -> Option<&'static str> {
    match objective {
        Objective::Dpo(_) | Objective::Kto(_) => Some(texts::REWARD_LOG_RATIO),
        Objective::Cpo(cpo) if cpo.alpha != 0.0 => Some(texts::REWARD_BENT),
        Objective::Cpo(cpo) if !cpo.uses_means() => Some(texts::REWARD_LOG_PROB),
        Objective::Cpo(_) | Objective::Orpo { .. } => Some(texts::REWARD_MEAN_LOG_PROB),
        Objective::Sft(_) | Objective::Reward { .. } | Objective::Online(_) => None,
    }
}
