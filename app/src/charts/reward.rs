//! The mean reward of the answers that each step was trained on.

use super::line_chart::LineChart;
use super::line_data::{Band, last_of_metric, lines_of_metric};
use super::path::Point;
use super::run_style::about_last;
use crate::lab::use_lab;
use crate::model::run_record::RunRecord;
use crate::texts::numbers::{fixed, full};
use crate::texts::rollouts as texts;
use leptos::prelude::*;
use tilt_protocol::metrics::{REWARD, SCORES};

/// Of runs that sample their answers; there is no chart without one.
#[component]
pub fn RewardChart() -> impl IntoView {
    let shown = use_lab().charts.shown();
    let is_there = Memo::new(move |_| {
        shown.with(|shown| {
            let mut kinds = shown.iter().map(|run| run.kind);
            kinds.any(|kind| kind.samples_answers())
        })
    });
    let last = move || shown.with(|shown| last_reward(shown));
    let bands = move |()| {
        let lines = shown.with(|shown| {
            // Each trainer of TRL has a name of its own for it.
            let of = |name| lines_of_metric(shown, name, texts::REWARD_CHART).into_iter();
            let lines = of(REWARD).chain(of(SCORES));
            lines.filter(|line| !line.points.is_empty()).collect()
        });
        vec![Band {
            lines,
            is_from_zero: true,
            ..Band::default()
        }]
    };
    view! {
        <Show when=move || is_there.get()>
            <LineChart
                testid="chart-reward"
                name=texts::REWARD_CHART
                value=Signal::derive(move || full(last().map(|(_, value)| value)))
                heading=|| view! { <h2>{texts::REWARD_HEADING}</h2> }
                bands=bands
                summary=Signal::derive(move || {
                    shown.with(|shown| about_last(shown, summary(last_reward(shown))))
                })
                height=84.0
                digits=3
            />
        </Show>
    }
}

fn last_reward(shown: &[RunRecord]) -> Option<Point> {
    last_of_metric(shown, REWARD).or_else(|| last_of_metric(shown, SCORES))
}

fn summary(last: Option<Point>) -> String {
    match last {
        Some((step, reward)) => texts::reward_at(step, &fixed(reward, 2)),
        None => texts::REWARD_OF_NO_STEP.to_owned(),
    }
}
