//! A chart of one of the step's metrics, from zero up.

use super::line_chart::LineChart;
use super::line_data::{Band, last_of_metric, lines_of_metric};
use super::path::Point;
use super::run_style::about_last;
use crate::lab::use_lab;
use crate::texts::numbers::full;
use leptos::prelude::*;

#[component]
pub fn MetricChart(
    testid: &'static str,
    name: &'static str,
    /// TRL's name.
    metric: &'static str,
    #[prop(into)] heading: ViewFn,
    /// A sentence about the last step and value, if there are any.
    summary: fn(Option<Point>) -> String,
    digits: usize,
) -> impl IntoView {
    let shown = use_lab().charts.shown();
    let last = move || shown.with(|shown| last_of_metric(shown, metric));
    let bands = move |()| {
        vec![Band {
            lines: shown.with(|shown| lines_of_metric(shown, metric, name)),
            is_from_zero: true,
            ..Band::default()
        }]
    };
    view! {
        <LineChart
            testid=testid
            name=name
            value=Signal::derive(move || full(last().map(|(_, value)| value)))
            heading=heading
            bands=bands
            summary=Signal::derive(move || shown.with(|shown| about_last(shown, summary(last()))))
            height=84.0
            digits=digits
        />
    }
}
