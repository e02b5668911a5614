//! The learning rate over the steps.

use super::metric_chart::MetricChart;
use super::path::Point;
use super::table::Cell;
use crate::parts::define::Define;
use crate::texts::glossary::Term;
use leptos::prelude::*;
use tilt_protocol::metrics::LEARNING_RATE;

const DIGITS: usize = 5;

#[component]
pub fn LearningRateChart() -> impl IntoView {
    view! {
        <MetricChart
            testid="chart-lr"
            name="learning rate"
            metric=LEARNING_RATE
            heading=|| view! { <h2><Define term=Term::LearningRate text="Learning rate"/></h2> }
            summary=summary
            digits=DIGITS
        />
    }
}

fn summary(last: Option<Point>) -> String {
    match last {
        Some((step, rate)) => format!("Step {step}: {}.", Cell::Number(rate).shown(DIGITS)),
        None => "What each step was multiplied by.".to_owned(),
    }
}
