//! All learners' labels together: how far they agree, where they do not, and what most say.

use super::bars::bar;
use crate::flows::board::save_majority;
use crate::lab::use_lab;
use crate::parts::action::Action;
use crate::stores::class::ClassStore;
use crate::texts::board as texts;
use crate::texts::numbers::{fixed, full, percent};
use crate::texts::page::NO_NUMBER;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::classroom::{Pooled, PooledPair};

/// Disputed pairs that are shown.
const MOST: usize = 6;

#[component]
pub fn PooledLabels() -> impl IntoView {
    let lab = use_lab();
    let class = expect_context::<ClassStore>();
    let pooled = Memo::new(move |_| {
        let shown = class.shown().get()?;
        let pooled = Pooled::of(shown.learners.iter().map(|one| &*one.report));
        Some(Arc::new(pooled))
    });
    let body = move || {
        let pooled = pooled.get()?;
        Some(match pooled.pairs.is_empty() {
            true => view! { <p class="muted">{texts::NO_LABELS}</p> }.into_any(),
            false => view! {
                {agreement(&pooled)}
                {disputed(&pooled)}
                <p class="row">
                    <Action
                        testid="board-majority"
                        text=texts::SAVE_MAJORITY
                        on_press=move || {
                            if let Some(shown) = class.shown().get_untracked() {
                                save_majority(lab, &shown);
                            }
                        }
                    />
                    <span class="muted">{majority_note(&pooled)}</span>
                </p>
            }
            .into_any(),
        })
    };
    view! {
        <section class="board-part" aria-labelledby="board-labels">
            <h3 id="board-labels">{texts::LABELS}</h3>
            {body}
        </section>
    }
}

fn majority_note(pooled: &Pooled) -> String {
    let (rows, left_out) = pooled.majority_rows();
    texts::majority_note(rows.len(), left_out)
}

fn agreement(pooled: &Pooled) -> impl IntoView + use<> {
    let number = |value: Option<f64>| value.map_or(NO_NUMBER.to_owned(), |value| fixed(value, 2));
    let kappa = (pooled.raters == 2).then(|| {
        view! {
            <div>
                <dt>{texts::KAPPA}</dt>
                <dd class="number" data-testid="board-kappa" data-value=full(pooled.kappa)>
                    {number(pooled.kappa)}
                </dd>
            </div>
        }
    });
    view! {
        <p>{texts::pooled(pooled.pairs.len(), pooled.raters, pooled.shared())}</p>
        <dl class="board-figures">
            <div>
                <dt>{texts::SAME_SAID}</dt>
                <dd class="number" data-testid="board-agreement" data-value=full(pooled.agreement)>
                    {pooled.agreement.map_or(NO_NUMBER.to_owned(), percent)}
                </dd>
            </div>
            {kappa}
            <div>
                <dt>{texts::ALPHA}</dt>
                <dd class="number" data-testid="board-alpha" data-value=full(pooled.alpha)>
                    {number(pooled.alpha)}
                </dd>
            </div>
        </dl>
        <p class="muted">{texts::AGREEMENT_NOTE}</p>
    }
}

fn disputed(pooled: &Pooled) -> impl IntoView + use<> {
    let all = pooled.disputed();
    let count = all.len();
    let pairs = all.into_iter().take(MOST).map(one_pair);
    let pairs = pairs.collect_view();
    (count > 0).then(|| {
        view! {
            <h4>{texts::disputed(count, MOST)}</h4>
            <ul class="board-pairs" data-testid="board-disputed">{pairs}</ul>
        }
    })
}

fn one_pair(pair: &PooledPair) -> impl IntoView + use<> {
    let of = pair.votes.len();
    let [first, second, neither] = pair.counts();
    let row = |name: &str, count: usize| bar(name, count, of, &texts::learners(count), "");
    let [one, other] = &pair.answers;
    view! {
        <li>
            <p class="board-prompt">{pair.prompt.clone()}</p>
            <ul class="board-bars">
                {row(one, first)}
                {row(other, second)}
                {(neither > 0).then(|| row(texts::NEITHER, neither))}
            </ul>
        </li>
    }
}
