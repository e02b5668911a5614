//! The closed form: the exact optimum over a handful of answers beside what training
//! reached.

use crate::format::{fixed, percent, signed};
use crate::parts::define::Define;
use crate::state::closed_bars::{Bars, Summary};
use crate::state::closed_form::BETAS;
use crate::state::use_lab;
use crate::texts::glossary::Term;
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
    let store = lab.closed_form;
    let bars = store.bars();
    let hint = move || {
        if let Some(reason) = store.failure().get() {
            format!("These answers cannot be scored: {reason}")
        } else if store.question().with(|q| q.candidates.is_empty()) {
            "Label a pair, or write a prompt and answers.".to_owned()
        } else if lab.engine.is_up() {
            "Scoring the answers\u{2026}".to_owned()
        } else {
            "The engine scores these answers once it is ready.".to_owned()
        }
    };
    view! {
        <section class="panel closed" data-testid="closed-form" aria-labelledby="closed-title">
            <header class="panel-head">
                <h2 id="closed-title">"Closed form"</h2>
                <span class="keyline">
                    <span class="swatch reference" aria-hidden="true"></span>
                    <Define term=Term::Reference/>
                    <span class="swatch optimum" aria-hidden="true"></span>
                    "optimum \u{03c0}*"
                    <span class="swatch policy" aria-hidden="true"></span>
                    <Define term=Term::Policy/>
                </span>
            </header>
            <div class="closed-formula">
                <math display="block" inner_html=FORMULA></math>
            </div>
            <p class="closed-note">
                "The best possible policy for rewards r: the reference, tilted towards answers with more reward, and the more the smaller beta is."
            </p>
            <BetaSlider/>
            <ClosedCandidates/>
            {move || bars.with(|bars| match bars {
                Some(bars) => sums(bars).into_any(),
                None => view! { <p class="closed-hint">{hint}</p> }.into_any(),
            })}
            <p class="closed-note muted">
                "Shares are among these answers alone; a shorter answer is often far likelier than a longer one. The policy was trained on labels, not on these rewards: compare direction and size, do not expect the same numbers."
            </p>
        </section>
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
                    <th scope="col">{format!("after {} steps", bars.step)}</th>
                    <th scope="col">"reference"</th>
                    <th scope="col">"optimum"</th>
                    <th scope="col">"policy"</th>
                </tr>
            </thead>
            <tbody>
                {summary_row("expected reward E[r]", bars, |summary| signed(summary.reward, 3))}
                {summary_row("KL from the reference, nats", bars, |summary| fixed(summary.kl, 3))}
            </tbody>
        </table>
        <p class="visually-hidden">{sentence(bars)}</p>
    }
}

fn summary_row(
    name: &'static str,
    bars: &Bars,
    read: fn(&Summary) -> String,
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

/// What the bars say, for those who do not see them.
fn sentence(bars: &Bars) -> String {
    let best = bars
        .rows
        .iter()
        .max_by(|a, b| a.optimum.total_cmp(&b.optimum));
    best.map_or_else(String::new, |best| {
        format!(
            "The optimum gives most to \u{201c}{}\u{201d}: {}, against {} under the reference and {} under the policy.",
            best.answer,
            percent(best.optimum),
            percent(best.reference),
            percent(best.policy)
        )
    })
}
