//! The chosen objective as a formula, with the selected pair's numbers in it.

use crate::format::{fixed, signed};
use crate::glossary::{Term, objective_definition, objective_expectation};
use crate::parts::define::Define;
use crate::state::use_lab;
use leptos::prelude::*;
use tilt_protocol::config::trl_config;
use tilt_protocol::{Inspection, ObjectiveKind};
use wasm_bindgen::JsCast;
use web_sys::HtmlDetailsElement;

const ID: &str = "formula";

#[component]
pub fn FormulaPanel() -> impl IntoView {
    let lab = use_lab();
    let objective = lab.form.objective();
    let beta = Memo::new(move |_| lab.form.beta());
    let inspection = lab.selection.inspection();
    let numbers = move || {
        let beta = beta.get()?;
        inspection
            .with(|inspection| Some(pair_numbers(inspection.as_ref()?, objective.get(), beta)))
    };
    let config = move || {
        let settings = lab.form.train_settings().ok()?;
        serde_json::to_string_pretty(&trl_config(&settings)).ok()
    };
    view! {
        <section class="panel formula-panel" aria-label="The objective">
            <div class="formula-line">
                <math
                    display="block"
                    inner_html=move || formula(objective.get())
                ></math>
            </div>
            <details id=ID class="drawer">
                <summary>
                    <span>"What to expect"</span>
                    <kbd aria-hidden="true">"F"</kbd>
                    <span class="formula-numbers number">{numbers}</span>
                </summary>
                <p>{move || objective_definition(objective.get())}</p>
                <p>{move || objective_expectation(objective.get())}</p>
                <p>
                    "Beta times a log-ratio is the answer\u{2019}s "
                    <Define term=Term::ImplicitReward/>
                    "."
                </p>
                <p class="muted">"The same in TRL:"</p>
                <pre class="trl" data-testid="trl-config">{config}</pre>
            </details>
        </section>
    }
}

/// Opens or closes the explanation.
pub fn toggle() {
    let details = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id(ID))
        .and_then(|element| element.dyn_into::<HtmlDetailsElement>().ok());
    if let Some(details) = details {
        details.set_open(!details.open());
    }
}

/// The loss of the selected pair by itself, from its log-ratios.
fn pair_numbers(inspection: &Inspection, kind: ObjectiveKind, beta: f64) -> String {
    let (chosen, rejected) = (&inspection.chosen, &inspection.rejected);
    let u_c = chosen.policy_logp() - chosen.reference_logp();
    let u_r = rejected.policy_logp() - rejected.reference_logp();
    match kind {
        ObjectiveKind::Dpo => {
            let h = u_c - u_r;
            let v = -beta * h;
            // softplus(v), without overflow.
            let loss = v.max(0.0) + (-v.abs()).exp().ln_1p();
            format!(
                "this pair: \u{2212}log \u{03c3}({beta} \u{00d7} ({} \u{2212} ({}))) = {}",
                signed(u_c, 2),
                signed(u_r, 2),
                fixed(loss, 3)
            )
        }
        ObjectiveKind::Ipo => {
            let per_token = |sum: f64, len: usize| sum / len.max(1) as f64;
            let m_c = per_token(u_c, chosen.completion.len());
            let m_r = per_token(u_r, rejected.completion.len());
            let target = 1.0 / (2.0 * beta);
            format!(
                "this pair: ({} \u{2212} ({}) \u{2212} {})\u{00b2} = {}",
                signed(m_c, 3),
                signed(m_r, 3),
                fixed(target, 2),
                fixed((m_c - m_r - target).powi(2), 3)
            )
        }
        ObjectiveKind::Kto => format!(
            "this pair: {} chosen, {} rejected, against z",
            signed(u_c, 2),
            signed(u_r, 2)
        ),
    }
}

/// MathML: y_c is the chosen answer, y_r the rejected one.
fn formula(kind: ObjectiveKind) -> &'static str {
    match kind {
        ObjectiveKind::Dpo => DPO,
        ObjectiveKind::Ipo => IPO,
        ObjectiveKind::Kto => KTO,
    }
}

const DPO: &str = r#"<mrow><mi mathvariant="normal">ℒ</mi><mo>=</mo><mo>−</mo><mi>log</mi><mspace width="0.15em"/><mi>σ</mi><mo fence="true" stretchy="true">(</mo><mi>β</mi><mspace width="0.15em"/><mo fence="true" stretchy="true">[</mo><mrow class="chosen"><mi>log</mi><mspace width="0.2em"/><mfrac><mrow><mi>π</mi><mo>(</mo><msub><mi>y</mi><mi>c</mi></msub><mo>|</mo><mi>x</mi><mo>)</mo></mrow><mrow><msub><mi>π</mi><mtext>ref</mtext></msub><mo>(</mo><msub><mi>y</mi><mi>c</mi></msub><mo>|</mo><mi>x</mi><mo>)</mo></mrow></mfrac></mrow><mo>−</mo><mrow class="rejected"><mi>log</mi><mspace width="0.2em"/><mfrac><mrow><mi>π</mi><mo>(</mo><msub><mi>y</mi><mi>r</mi></msub><mo>|</mo><mi>x</mi><mo>)</mo></mrow><mrow><msub><mi>π</mi><mtext>ref</mtext></msub><mo>(</mo><msub><mi>y</mi><mi>r</mi></msub><mo>|</mo><mi>x</mi><mo>)</mo></mrow></mfrac></mrow><mo fence="true" stretchy="true">]</mo><mo fence="true" stretchy="true">)</mo></mrow>"#;

const IPO: &str = r#"<mrow><mi mathvariant="normal">ℒ</mi><mo>=</mo><msup><mrow><mo fence="true" stretchy="true">(</mo><mrow class="chosen"><mfrac><mn>1</mn><mrow><mo>|</mo><msub><mi>y</mi><mi>c</mi></msub><mo>|</mo></mrow></mfrac><mi>log</mi><mspace width="0.2em"/><mfrac><mrow><mi>π</mi><mo>(</mo><msub><mi>y</mi><mi>c</mi></msub><mo>|</mo><mi>x</mi><mo>)</mo></mrow><mrow><msub><mi>π</mi><mtext>ref</mtext></msub><mo>(</mo><msub><mi>y</mi><mi>c</mi></msub><mo>|</mo><mi>x</mi><mo>)</mo></mrow></mfrac></mrow><mo>−</mo><mrow class="rejected"><mfrac><mn>1</mn><mrow><mo>|</mo><msub><mi>y</mi><mi>r</mi></msub><mo>|</mo></mrow></mfrac><mi>log</mi><mspace width="0.2em"/><mfrac><mrow><mi>π</mi><mo>(</mo><msub><mi>y</mi><mi>r</mi></msub><mo>|</mo><mi>x</mi><mo>)</mo></mrow><mrow><msub><mi>π</mi><mtext>ref</mtext></msub><mo>(</mo><msub><mi>y</mi><mi>r</mi></msub><mo>|</mo><mi>x</mi><mo>)</mo></mrow></mfrac></mrow><mo>−</mo><mfrac><mn>1</mn><mrow><mn>2</mn><mi>β</mi></mrow></mfrac><mo fence="true" stretchy="true">)</mo></mrow><mn>2</mn></msup></mrow>"#;

const KTO: &str = r#"<mrow><mi mathvariant="normal">ℒ</mi><mo>=</mo><mn>1</mn><mo>−</mo><mi>σ</mi><mo fence="true" stretchy="true">(</mo><mo>±</mo><mi>β</mi><mspace width="0.15em"/><mo fence="true" stretchy="true">[</mo><mrow class="chosen"><mi>log</mi><mspace width="0.2em"/><mfrac><mrow><mi>π</mi><mo>(</mo><mi>y</mi><mo>|</mo><mi>x</mi><mo>)</mo></mrow><mrow><msub><mi>π</mi><mtext>ref</mtext></msub><mo>(</mo><mi>y</mi><mo>|</mo><mi>x</mi><mo>)</mo></mrow></mfrac></mrow><mo>−</mo><mi>z</mi><mo fence="true" stretchy="true">]</mo><mo fence="true" stretchy="true">)</mo><mo>,</mo><mspace width="0.6em"/><mtext>+ good, − bad</mtext></mrow>"#;
