//! Next-token bars: what policy and reference would write at the selected token.

use super::scrubber::Scrubber;
use super::token::{joined, readable_token, token_note};
use crate::lab::use_lab;
use crate::model::selected::AnswerSide;
use crate::parts::define::Define;
use crate::texts::glossary::Term;
use crate::texts::next_tokens as texts;
use crate::texts::numbers::{probability, rounded};
use leptos::prelude::*;
use serde_json::json;
use tilt_protocol::{NextToken, TokenView};

/// Bars shown; `data-value` carries all that the engine sent.
const SHOWN: usize = 5;

#[component]
pub fn NextTokenBars() -> impl IntoView {
    let lab = use_lab();
    let inspection = lab.selection.inspection();
    // The selected token and the text before it.
    let current = Memo::new(move |_| {
        let at = lab.selection.token();
        inspection.with(|inspection| {
            let inspection = inspection.as_ref()?;
            let tokens = match at.side {
                AnswerSide::Chosen => &inspection.chosen,
                AnswerSide::Rejected => &inspection.rejected,
            };
            let token = tokens.completion.get(at.index)?;
            let before = tokens.completion[..at.index].iter();
            let before = joined(before.map(|token| token.token.as_str()));
            let before = before.replace('\n', "\u{21b5}");
            Some((token.clone(), tail(&before), at.side))
        })
    });
    let value = move || {
        current
            .get()
            .map_or_else(String::new, |(token, _, _)| as_json(&token))
    };
    let bars = move || {
        current
            .get()
            .map(|(token, _, _)| {
                let mut shown: Vec<&NextToken> = token.next_tokens.iter().take(SHOWN).collect();
                // The token that stands in the text belongs among the bars.
                let own = token.next_tokens.iter().find(|next| next.id == token.id);
                if let Some(own) = own
                    && !shown.iter().any(|next| next.id == own.id)
                {
                    shown.truncate(SHOWN - 1);
                    shown.push(own);
                }
                shown
                    .into_iter()
                    .map(|next| bar_row(next, next.id == token.id))
                    .collect_view()
            })
            .into_any()
    };
    let context = move || match current.get() {
        None => texts::NO_TOKEN.to_owned(),
        Some((_, before, side)) => {
            let side = match side {
                AnswerSide::Chosen => Term::Chosen,
                AnswerSide::Rejected => Term::Rejected,
            };
            texts::context(side.name(), &before)
        }
    };
    view! {
        <section class="panel" data-place="next-token-bars" aria-labelledby="next-title">
            <header class="panel-head">
                <h2 id="next-title"><Define term=Term::NextToken text=texts::HEADING/></h2>
                <span class="muted context">{context}</span>
                <span class="keyline">
                    <span class="swatch policy" aria-hidden="true"></span>
                    <Define term=Term::Policy/>
                    <span class="swatch reference" aria-hidden="true"></span>
                    <Define term=Term::Reference/>
                </span>
            </header>
            <div data-testid="next-token-bars" class="bars" data-value=value>
                {bars}
            </div>
            <Scrubber/>
        </section>
    }
}

fn as_json(token: &TokenView) -> String {
    let rows: Vec<_> = token
        .next_tokens
        .iter()
        .map(|next| {
            json!({ "token": next.token, "policy": next.policy, "reference": next.reference })
        })
        .collect();
    serde_json::Value::Array(rows).to_string()
}

fn bar_row(next: &NextToken, is_own: bool) -> impl IntoView + use<> {
    let width = |share: f64| format!("{:.2}%", (share * 100.0).clamp(0.0, 100.0));
    let class = if is_own { "bar-row own" } else { "bar-row" };
    let title = is_own.then_some(texts::OWN_TOKEN);
    view! {
        <div class=class title=title>
            <span class="bar-token" title=token_note(&next.token)>{readable_token(&next.token)}</span>
            <span class="bar-pair" aria-hidden="true">
                <span class="bar policy" style=("--share", width(next.policy))></span>
                <span class="bar reference" style=("--share", width(next.reference))></span>
            </span>
            <span class="number">
                <span class="visually-hidden">{Term::Policy.name()}" "</span>
                {probability(next.policy)}
            </span>
            <span class="number muted">
                <span class="visually-hidden">{Term::Reference.name()}" "</span>
                {probability(next.reference)}
            </span>
            {change(next)}
        </div>
    }
}

/// The change in percentage points: a sign and an arrow, and a colour besides.
fn change(next: &NextToken) -> impl IntoView + use<> {
    let points = rounded((next.policy - next.reference) * 100.0, 1);
    let (class, arrow) = match points.chars().next() {
        Some('+') => ("number change up", "\u{25b2}"),
        Some('\u{2212}') => ("number change down", "\u{25bc}"),
        _ => ("number change", ""),
    };
    view! {
        <span class=class title=texts::CHANGE_IS>
            <span aria-hidden="true">{arrow}</span>
            <span class="visually-hidden">{texts::CHANGE}" "</span>
            {points}
        </span>
    }
}

/// The last words of a text.
fn tail(text: &str) -> String {
    const KEPT: usize = 36;
    let count = text.chars().count();
    if count <= KEPT {
        text.to_owned()
    } else {
        let kept: String = text.chars().skip(count - KEPT).collect();
        format!("\u{2026}{kept}")
    }
}
