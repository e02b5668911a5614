//! Let the judge label: pairs drawn and labelled by a principle.

use super::autolabel_more::MoreOfTheJudge;
use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::lab::use_lab;
use crate::model::autolabel_form::judge_in_words;
use crate::parts::action::Action;
use crate::parts::acts;
use crate::parts::define::Define;
use crate::parts::later::Later;
use crate::parts::opened::noted;
use crate::parts::principle_options::principle_options;
use crate::texts::glossary::Term;
use crate::texts::judge as texts;
use leptos::prelude::*;
use tilt_protocol::{Label, Labeller, Origin, Principle};

/// By the judge of this lab.
fn is_judged_here(label: &Label) -> bool {
    label.labeller != Labeller::Person && label.origin() == Origin::Here
}

#[component]
pub fn AutolabelPanel() -> impl IntoView {
    let is_open = RwSignal::new(false);
    view! {
        <details class="panel drawer" data-place="judge" on:toggle=noted(is_open)>
            <summary data-testid="autolabel-open">{texts::LET_THE_JUDGE_LABEL}</summary>
            <Later wanted=is_open load=|| Box::pin(fields())/>
        </details>
    }
}

#[wasm_split(labels, wasm_split_path = leptos::wasm_split, fallible)]
fn fields() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Fields/> }.into_any())
}

#[component]
fn Fields() -> impl IntoView {
    let lab = use_lab();
    let form = lab.evaluate.autolabel_form();
    let progress = lab.evaluate.autolabel();
    let is_busy = move || progress.with(|progress| progress.as_ref().is_some_and(|p| !p.is_done));
    let cannot = Signal::derive(move || !lab.engine.is_up() || is_busy());
    let explanation = move || form.with(|form| form.principle.explanation());
    let judged = Memo::new(move |_| {
        lab.labels.entries().with(|entries| {
            entries
                .iter()
                .filter(|entry| is_judged_here(&entry.label))
                .count()
        })
    });
    let report = move || {
        progress.get().map(|progress| {
            let judge = judge_in_words(&progress.judge);
            texts::report(progress.done, progress.asked, &judge, progress.ties)
        })
    };
    let share = move || {
        progress.with(|progress| {
            progress
                .as_ref()
                .map_or(0.0, |p| p.done as f64 / p.asked.max(1) as f64)
        })
    };
    view! {
        <div class="fields three">
            <div class="field">
                <Define term=Term::Principle id="autolabel-principle-label"/>
                <select
                    data-testid="autolabel-principle"
                    aria-labelledby="autolabel-principle-label"
                    prop:value=move || form.with(|form| form.principle.slug())
                    on:change=move |event| {
                        if let Some(principle) = Principle::from_slug(&event_target_value(&event)) {
                            form.update(|form| form.principle = principle);
                        }
                    }
                >
                    {principle_options(form.with_untracked(|form| Some(form.principle)))}
                </select>
            </div>
            <div class="field">
                <label for="autolabel-count">{texts::PAIRS}</label>
                <input
                    id="autolabel-count"
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    data-testid="autolabel-count"
                    prop:value=move || form.with(|form| form.count.clone())
                    on:input=move |event| form.update(|form| form.count = event_target_value(&event))
                />
            </div>
            <div class="field">
                <Define term=Term::Noise id="autolabel-noise-label"/>
                <input
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    data-testid="autolabel-noise"
                    aria-labelledby="autolabel-noise-label"
                    prop:value=move || form.with(|form| form.noise.clone())
                    on:input=move |event| form.update(|form| form.noise = event_target_value(&event))
                />
            </div>
        </div>
        <p class="muted">{explanation}</p>
        <MoreOfTheJudge/>
        <div class="row">
            <Action
                testid="autolabel-run"
                text=Signal::derive(move || {
                    if is_busy() { texts::LABELLING.to_owned() } else { texts::LABEL.to_owned() }
                })
                class="strong"
                disabled=cannot
                on_press=move || acts::autolabel(lab, None)
            />
            <Action
                text=Signal::derive(move || texts::remove_judged(judged.get()))
                disabled=Signal::derive(move || judged.get() == 0)
                on_press=move || lab.labels.remove(|entry| is_judged_here(&entry.label))
            />
        </div>
        <Show when=move || progress.with(Option::is_some)>
            <progress aria-label=texts::PAIRS_LABELLED max="1" value=share></progress>
            <p class="number" data-testid="autolabel-report">{report} " " <Define term=Term::WhyTies/></p>
        </Show>
    }
}
