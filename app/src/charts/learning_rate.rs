//! The learning rate over the steps.

use super::metric_chart::MetricChart;
use super::path::Point;
use super::table::Cell;
use crate::parts::define::Define;
use crate::texts::glossary::Term;
use crate::texts::loss_charts as texts;
use leptos::prelude::*;
use tilt_protocol::metrics::LEARNING_RATE;

const DIGITS: usize = 5;

#[component]
pub fn LearningRateChart() -> impl IntoView {
    view! {
        <MetricChart
            testid="chart-lr"
            name=texts::LEARNING_RATE
            metric=LEARNING_RATE
            heading=|| view! { <h2><Define term=Term::LearningRate text=texts::LEARNING_RATE_HEADING/></h2> }
            summary=summary
            digits=DIGITS
        />
    }
}

fn summary(last: Option<Point>) -> String {
    match last {
        Some((step, rate)) => texts::learning_rate_at(step, &Cell::Number(rate).shown(DIGITS)),
        None => texts::LEARNING_RATE_OF_NO_STEP.to_owned(),
    }
}
