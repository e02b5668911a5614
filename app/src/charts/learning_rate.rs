//! The learning rate over the steps.

use super::line_chart::LineChart;
use super::line_data::{Band, last_of_metric, lines_of_metric};
use super::run_style::about_last;
use super::table::Cell;
use crate::format::full;
use crate::glossary::Term;
use crate::parts::define::Define;
use crate::state::use_lab;
use leptos::prelude::*;
use tilt_protocol::metrics::LEARNING_RATE;

#[component]
pub fn LearningRateChart() -> impl IntoView {
    let shown = use_lab().charts.shown();
    let last = move || shown.with(|shown| last_of_metric(shown, LEARNING_RATE));
    let summary = move || match last() {
        Some((step, rate)) => format!("Step {step}: {}.", Cell::Number(rate).shown(5)),
        None => "What each step was multiplied by.".to_owned(),
    };
    let bands = move |()| {
        vec![Band {
            lines: shown.with(|shown| lines_of_metric(shown, LEARNING_RATE, "learning rate")),
            is_from_zero: true,
            ..Band::default()
        }]
    };
    view! {
        <LineChart
            testid="chart-lr"
            name="learning rate"
            value=Signal::derive(move || full(last().map(|(_, rate)| rate)))
            heading=|| view! { <h2><Define term=Term::LearningRate text="Learning rate"/></h2> }
            bands=bands
            summary=Signal::derive(move || shown.with(|shown| about_last(shown, summary())))
            height=84.0
            digits=5
        />
    }
}
