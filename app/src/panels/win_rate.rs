//! How often the policy beats the reference on held-out prompts, as the judge sees it.

use crate::flows::act::perform;
use crate::lab::use_lab;
use crate::model::act::Act;
use crate::parts::action::Action;
use crate::parts::acts;
use crate::parts::define::Define;
use crate::parts::policy_date::PolicyDate;
use crate::parts::principle_options::principle_options;
use crate::texts::glossary::Term;
use crate::texts::numbers::{fixed, full, percent, with_interval};
use crate::texts::win_rate as texts;
use leptos::prelude::*;
use tilt_protocol::statistics::{interval_of, wilson_interval};
use tilt_protocol::{PolicyAt, Principle, WinRateReport};

#[component]
pub fn WinRatePanel() -> impl IntoView {
    let lab = use_lab();
    let measured = lab.evaluate.win_rate();
    let principle = lab.evaluate.principle();
    let is_busy = lab.evaluate.is_measuring();
    let report = move || measured.with(|measured| measured.as_ref().map(|m| m.report.clone()));
    let value = move |read: fn(&WinRateReport) -> f64| move || full(report().as_ref().map(read));
    let count = move |read: fn(&WinRateReport) -> usize| {
        move || {
            report()
                .as_ref()
                .map(read)
                .map(|count| count.to_string())
                .unwrap_or_default()
        }
    };
    let shown = move || match report().and_then(|report| report.win_rate) {
        Some(rate) => percent(rate),
        None => texts::NOT_MEASURED.to_owned(),
    };
    let at = move |share: fn(&WinRateReport) -> f64, without: f64| {
        move || {
            let share = report().map_or(without, |report| share(&report));
            format!("{:.1}%", share * 100.0)
        }
    };
    let seen = move || if report().is_some() { "1" } else { "0" };
    let cannot = Signal::derive(move || !lab.engine.is_up() || is_busy.get());
    view! {
        <section class="panel win-panel" data-place="win-rate" aria-labelledby="win-title">
            <header class="panel-head">
                <h2 id="win-title"><Define term=Term::WinRate text=texts::WIN_RATE/></h2>
                <span class="muted">{texts::HELD_OUT_BEFORE} <Define term=Term::Temperature/> {texts::HELD_OUT_AFTER}</span>
            </header>
            <div class="row">
                <select
                    data-testid="winrate-principle"
                    aria-label=texts::PRINCIPLE
                    prop:value=move || principle.get().map_or("", Principle::slug)
                    on:change=move |event| {
                        let principle = Principle::from_slug(&event_target_value(&event));
                        perform(lab, Act::ChoosePrinciple(principle));
                    }
                >
                    <option value="">{texts::CHOOSE}</option>
                    {principle_options(principle.get_untracked())}
                </select>
                <Action
                    testid="winrate-run"
                    text=Signal::derive(move || {
                        if is_busy.get() { texts::MEASURING.to_owned() } else { texts::MEASURE.to_owned() }
                    })
                    disabled=cannot
                    on_press=move || acts::measure_win_rate(lab)
                />
                <span
                    class="win-value number"
                    data-testid="winrate-value"
                    data-value=move || full(report().and_then(|report| report.win_rate))
                    data-n=count(WinRateReport::decisive)
                    data-ties=count(|report| report.ties)
                    data-policy-rate=value(|report| report.policy_rate)
                    data-reference-rate=value(|report| report.reference_rate)
                    data-kl=value(|report| report.kl)
                    data-low=value(|report| report.low)
                    data-high=value(|report| report.high)
                    data-principle=move || report().map(|report| report.principle.slug())
                    data-done=move || {
                        measured.with(|m| m.as_ref().is_some_and(|m| m.is_done)).to_string()
                    }
                >
                    {shown}
                </span>
            </div>
            <div
                class="win-scale"
                style=("--low", at(|report| report.low, 0.0))
                style=("--high", at(|report| report.high, 1.0))
                style=("--rate", at(|report| report.win_rate.unwrap_or(0.5), 0.5))
                style=("--seen", seen)
                aria-hidden="true"
            >
                <span class="win-range"></span>
                <span class="win-half"></span>
                <span class="win-dot"></span>
            </div>
            {move || measured.get().map(|measured| details(&measured.report, measured.of))}
        </section>
    }
}

fn details(report: &WinRateReport, of: PolicyAt) -> impl IntoView + use<> {
    let kl = match report.kl_standard_error {
        Some(error) => {
            let interval = interval_of(report.kl, error, report.answers);
            with_interval(report.kl, interval, 2)
        }
        None => fixed(report.kl, 2),
    };
    view! {
        <p class="win-words number">
            {texts::judged_by(&report.principle.name())}
            <PolicyDate of=Signal::stored(Some(of))/>
            {texts::wins(report.wins, report.losses, report.ties)}
            <Define term=Term::Interval/>
            {texts::interval(&percent(report.low), &percent(report.high))}
            " " <Define term=Term::IsThatGood/>
        </p>
        <dl class="win-facts">
            <div>
                <dt>{texts::POLICY}</dt>
                <dd class="number">{rate(report.policy_rate, report.policy_rated)}</dd>
            </div>
            <div>
                <dt>{texts::REFERENCE}</dt>
                <dd class="number">{rate(report.reference_rate, report.reference_rated)}</dd>
            </div>
            <div>
                <dt><Define term=Term::Kl/></dt>
                <dd class="number">{texts::kl(&kl, report.answers)}</dd>
            </div>
        </dl>
    }
}

/// A share of `count` answers with its interval.
fn rate(share: f64, count: usize) -> String {
    let having = (share * count as f64).round() as u64;
    let (low, high) = wilson_interval(having, count as u64);
    texts::rate(&percent(share), &percent(low), &percent(high), count)
}
