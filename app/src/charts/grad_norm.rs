//! The gradient's norm over the steps.

use super::metric_chart::MetricChart;
use super::path::Point;
use crate::texts::loss_charts as texts;
use crate::texts::numbers::fixed;
use leptos::prelude::*;
use tilt_protocol::metrics::GRAD_NORM;

#[component]
pub fn GradNormChart() -> impl IntoView {
    view! {
        <MetricChart
            testid="chart-grad-norm"
            name=texts::GRAD_NORM
            metric=GRAD_NORM
            heading=|| view! { <h2>{texts::GRAD_NORM_HEADING}</h2> }
            summary=summary
            digits=3
        />
    }
}

fn summary(last: Option<Point>) -> String {
    match last {
        Some((step, norm)) => texts::grad_norm_at(step, &fixed(norm, 2)),
        None => texts::GRAD_NORM_OF_NO_STEP.to_owned(),
    }
}
