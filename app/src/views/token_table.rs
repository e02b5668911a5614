//! The selected pair's tokens as a table: log-probs under both models.

use super::token::{readable_token, token_note};
use crate::lab::use_lab;
use crate::parts::define::Define;
use crate::texts::glossary::Term;
use crate::texts::heatmap as texts;
use crate::texts::numbers::{fixed, signed};
use leptos::prelude::*;
use tilt_protocol::SequenceView;

#[component]
pub fn TokenTable() -> impl IntoView {
    let inspection = use_lab().selection.inspection();
    let rows = move || {
        inspection.with(|inspection| {
            inspection.as_ref().map(|inspection| {
                view! {
                    {of_answer(Term::Chosen.name(), &inspection.chosen)}
                    {of_answer(Term::Rejected.name(), &inspection.rejected)}
                }
            })
        })
    };
    view! {
        <details class="panel drawer" data-testid="token-table">
            <summary>{texts::TABLE}</summary>
            <div class="chart-data token-table">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{texts::TOKEN}</th>
                            <th scope="col">{Term::Policy.name()}</th>
                            <th scope="col">{Term::Reference.name()}</th>
                            <th scope="col"><Define term=Term::LogRatio/></th>
                        </tr>
                    </thead>
                    {rows}
                </table>
            </div>
        </details>
    }
}

fn of_answer(name: &'static str, sequence: &SequenceView) -> impl IntoView + use<> {
    let row = |text: String, note: Option<&'static str>, policy: f64, reference: f64| {
        view! {
            <tr>
                <th scope="row" title=note>{text}</th>
                <td>{fixed(policy, 3)}</td>
                <td>{fixed(reference, 3)}</td>
                <td>{signed(policy - reference, 3)}</td>
            </tr>
        }
    };
    let tokens = sequence
        .completion
        .iter()
        .map(|token| {
            row(
                readable_token(&token.token),
                token_note(&token.token),
                token.policy_logp,
                token.reference_logp,
            )
        })
        .collect_view();
    view! {
        <tbody>
            {row(texts::whole_answer(name), None, sequence.policy_logp(), sequence.reference_logp())}
            {tokens}
        </tbody>
    }
}
