//! The gradient's norm over the steps.

use super::metric_chart::MetricChart;
use super::path::Point;
use crate::format::fixed;
use leptos::prelude::*;
use tilt_protocol::metrics::GRAD_NORM;

#[component]
pub fn GradNormChart() -> impl IntoView {
    view! {
        <MetricChart
            testid="chart-grad-norm"
            name="gradient norm"
            metric=GRAD_NORM
            heading=|| view! { <h2>"Gradient norm"</h2> }
            summary=summary
            digits=3
        />
    }
}

fn summary(last: Option<Point>) -> String {
    match last {
        Some((step, norm)) => format!("Step {step}: {} before clipping.", fixed(norm, 2)),
        None => "Length of the gradient of each step, before clipping.".to_owned(),
    }
}
