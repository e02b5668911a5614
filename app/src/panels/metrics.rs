//! The live run's numbers. Digits change, places do not.

use super::run_line::RunLine;
use crate::lab::use_lab;
use crate::model::run::LiveRun;
use crate::parts::define::Define;
use crate::texts::glossary::Term;
use crate::texts::numbers::{fixed, full, percent, signed};
use crate::texts::page::NO_NUMBER;
use crate::texts::training as texts;
use leptos::prelude::*;
use tilt_protocol::Objective;
use tilt_protocol::metrics::{KL, LOSS, REWARDS_ACCURACIES, REWARDS_MARGINS};

#[component]
pub fn MetricsStrip() -> impl IntoView {
    let lab = use_lab();
    let run = lab.run.run();
    let metric =
        move |name: &'static str| Signal::derive(move || run.with(|run| run.metrics.get(name)));
    let step = Signal::derive(move || run.with(|run| (run.step > 0).then_some(run.step as f64)));
    // APO on thumbs logs TRL's `kl` too, though it estimates none.
    let has_kl = move |run: &LiveRun| {
        run.objective
            .as_ref()
            .is_some_and(Objective::needs_mismatched)
    };
    let kto_kl =
        Signal::derive(move || run.with(|run| run.metrics.get(KL).filter(|_| has_kl(run))));
    view! {
        <section class="panel metrics-panel" data-place="metrics" aria-label=texts::LIVE_NUMBERS>
            <RunLine/>
            <div class="metrics">
                <Metric testid="metric-step" term=Term::Step value=step show=|v| fixed(v, 0)/>
                <Metric testid="metric-loss" term=Term::Loss value=metric(LOSS) show=|v| fixed(v, 4)/>
                <Metric
                    testid="metric-accuracy" term=Term::Accuracy
                    value=metric(REWARDS_ACCURACIES) show=percent
                />
                <Metric
                    testid="metric-margin" term=Term::Margin
                    value=metric(REWARDS_MARGINS) show=|v| signed(v, 3)
                />
                <Metric
                    testid="metric-kl" term=Term::Kl
                    value=Signal::derive(move || run.with(|run| run.kl)) show=|v| fixed(v, 2)
                />
                <Metric
                    testid="metric-tokens-per-second" term=Term::TokensPerSecond
                    value=Signal::derive(move || run.with(|run| run.tokens_per_second))
                    show=|v| fixed(v, 0)
                />
            </div>
            <Show when=move || kto_kl.get().is_some()>
                <p class="muted number">
                    {texts::KTO_ESTIMATE}
                    {move || kto_kl.get().map(|kl| fixed(kl, 3))}
                </p>
            </Show>
        </section>
    }
}

#[component]
fn Metric(
    testid: &'static str,
    term: Term,
    #[prop(into)] value: Signal<Option<f64>>,
    show: fn(f64) -> String,
) -> impl IntoView {
    view! {
        <div class="metric">
            <Define term=term/>
            <span class="metric-value number" data-testid=testid data-value=move || full(value.get())>
                {move || value.get().map_or_else(|| NO_NUMBER.to_owned(), show)}
            </span>
        </div>
    }
}
