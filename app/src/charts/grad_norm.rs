//! The gradient's norm over the steps.

use super::line_chart::LineChart;
use super::line_data::{Band, last_of_metric, lines_of_metric};
use super::run_style::about_last;
use crate::format::{fixed, full};
use crate::state::use_lab;
use leptos::prelude::*;
use tilt_protocol::metrics::GRAD_NORM;

#[component]
pub fn GradNormChart() -> impl IntoView {
    let shown = use_lab().charts.shown();
    let last = move || shown.with(|shown| last_of_metric(shown, GRAD_NORM));
    let summary = move || match last() {
        Some((step, norm)) => format!("Step {step}: {} before clipping.", fixed(norm, 2)),
        None => "Length of the gradient of each step, before clipping.".to_owned(),
    };
    let bands = move |()| {
        vec![Band {
            lines: shown.with(|shown| lines_of_metric(shown, GRAD_NORM, "gradient norm")),
            is_from_zero: true,
            ..Band::default()
        }]
    };
    view! {
        <LineChart
            testid="chart-grad-norm"
            name="gradient norm"
            value=Signal::derive(move || full(last().map(|(_, norm)| norm)))
            heading=|| view! { <h2>"Gradient norm"</h2> }
            bands=bands
            summary=Signal::derive(move || shown.with(|shown| about_last(shown, summary())))
            height=84.0
            digits=3
        />
    }
}
