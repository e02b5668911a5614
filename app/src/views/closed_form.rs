//! The closed form: the exact optimum over a handful of answers beside what training
//! reached.

use crate::browser::later::{Build, NotLoaded, wasm_split};
use crate::lab::use_lab;
use crate::model::closed_bars::{Bars, RewardAndKl};
use crate::parts::action::Action;
use crate::parts::define::Define;
use crate::parts::later::Later;
use crate::parts::policy_date::PolicyDate;
use crate::parts::scroll::Scroll;
use crate::parts::style_sheet::StyleSheet;
use crate::stores::closed_form::BETAS;
use crate::texts::closed_form as texts;
use crate::texts::glossary::Term;
use crate::texts::numbers::{fixed, percent, signed};
use crate::views::closed_candidates::ClosedCandidates;
use leptos::prelude::*;

/// pi*(y) = pi_ref(y) exp(r(y)/beta) / Z, without a namespace of its own.
const FORMULA: &str = "<mrow><msup><mi>π</mi><mo>*</mo></msup><mo>(</mo><mi>y</mi><mo>)</mo><mo>=</mo>\
<mfrac><mn>1</mn><mi>Z</mi></mfrac><mspace width=\"0.2em\"/>\
<msub><mi>π</mi><mi>ref</mi></msub><mo>(</mo><mi>y</mi><mo>)</mo><mspace width=\"0.2em\"/>\
<mi>exp</mi><mo>(</mo><mi>r</mi><mo>(</mo><mi>y</mi><mo>)</mo><mo>/</mo><mi>β</mi><mo>)</mo></mrow>";

#[component]
pub fn ClosedForm() -> impl IntoView {
    let lab = use_lab();
    let question = lab.closed_form.question();
    let is_own = RwSignal::new(false);
    // The selected pair's answers, or those that the person writes.
    let is_any = Memo::new(move |had: Option<&bool>| {
        had.copied().unwrap_or_default()
            || is_own.get()
            || question.with(|q| !q.candidates.is_empty())
    });
    view! {
        <StyleSheet file="closed.css"/>
        <section class="panel closed" data-place="closed-form" data-testid="closed-form" aria-labelledby="closed-title">
            <header class="panel-head">
                <h2 id="closed-title">{texts::HEADING}</h2>
                <span class="keyline">
                    <span class="swatch reference" aria-hidden="true"></span>
                    <Define term=Term::Reference/>
                    <span class="swatch optimum" aria-hidden="true"></span>
                    {texts::OPTIMUM_SIGN}
                    <span class="swatch policy" aria-hidden="true"></span>
                    <Define term=Term::Policy/>
                </span>
            </header>
            <Scroll class="closed-formula" name=texts::OPTIMUM_FORMULA>
                <math display="block" inner_html=FORMULA></math>
            </Scroll>
            <p class="closed-note">{texts::EXPLANATION}</p>
            <Later wanted=is_any load=|| Box::pin(answers())/>
            <Show when=move || !is_any.get()>
                <p class="closed-hint">{texts::NO_ANSWERS}</p>
                <Action testid="closed-own" text=texts::WRITE_OWN on_press=move || is_own.set(true)/>
            </Show>
            <p class="closed-note muted">{texts::CAUTION}</p>
        </section>
    }
}

#[wasm_split(labels, wasm_split_path = leptos::wasm_split, fallible)]
fn answers() -> Result<Build, NotLoaded> {
    Ok(|| view! { <Answers/> }.into_any())
}

#[component]
fn Answers() -> impl IntoView {
    let lab = use_lab();
    let store = lab.closed_form;
    let bars = store.bars();
    let hint = move || {
        if let Some(reason) = store.failure().get() {
            texts::not_scored(&reason)
        } else if store.question().with(|q| q.candidates.is_empty()) {
            texts::NO_ANSWERS.to_owned()
        } else if lab.engine.is_up() {
            texts::SCORING.to_owned()
        } else {
            texts::NO_ENGINE.to_owned()
        }
    };
    view! {
            <BetaSlider/>
            <ClosedCandidates/>
            {move || bars.with(|bars| match bars {
                Some(bars) => sums(bars).into_any(),
                None => view! { <p class="closed-hint">{hint}</p> }.into_any(),
            })}
    }
}

#[component]
fn BetaSlider() -> impl IntoView {
    let store = use_lab().closed_form;
    let beta = store.beta();
    view! {
        <div class="closed-beta">
            <Define term=Term::Beta id="closed-beta-label"/>
            <input
                type="range"
                min=BETAS.0.log10()
                max=BETAS.1.log10()
                step="any"
                data-testid="closed-beta"
                data-value=move || beta.get().to_string()
                aria-labelledby="closed-beta-label"
                aria-valuetext=move || fixed(beta.get(), 2)
                prop:value=move || beta.get().log10().to_string()
                on:input=move |event| {
                    if let Ok(power) = event_target_value(&event).parse::<f64>() {
                        store.set_beta(10f64.powf(power));
                    }
                }
            />
            <span class="number" aria-hidden="true">{move || fixed(beta.get(), 2)}</span>
        </div>
    }
}

fn sums(bars: &Bars) -> impl IntoView + use<> {
    view! {
        <table class="closed-sums">
            <thead>
                <tr>
                    <th scope="col"><PolicyDate of=Signal::stored(Some(bars.of))/></th>
                    <th scope="col">{Term::Reference.name()}</th>
                    <th scope="col">{texts::OPTIMUM}</th>
                    <th scope="col">{Term::Policy.name()}</th>
                </tr>
            </thead>
            <tbody>
                {summary_row(texts::EXPECTED_REWARD, bars, |summary| signed(summary.reward, 3))}
                {summary_row(texts::KL, bars, |summary| fixed(summary.kl, 3))}
            </tbody>
        </table>
        <p class="visually-hidden">{sentence(bars)}</p>
    }
}

fn summary_row(
    name: &'static str,
    bars: &Bars,
    read: fn(&RewardAndKl) -> String,
) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{read(&bars.reference)}</td>
            <td>{read(&bars.optimum)}</td>
            <td>{read(&bars.policy)}</td>
        </tr>
    }
}

fn sentence(bars: &Bars) -> String {
    let best = bars
        .rows
        .iter()
        .max_by(|a, b| a.optimum.total_cmp(&b.optimum));
    best.map_or_else(String::new, |best| {
        texts::most_to(
            &best.answer,
            &percent(best.optimum),
            &percent(best.reference),
            &percent(best.policy),
        )
    })
}
