//! The loss, with the value it starts from as a guide (ln 2 for DPO), where it is known
//! beforehand.

use super::line_chart::LineChart;
use super::line_data::{Band, Guide, last_of_metric, lines_of_metric};
use super::run_style::about_last;
use crate::formula::{StartingLoss, starting_loss};
use crate::lab::use_lab;
use crate::parts::define::Define;
use crate::texts::glossary::Term;
use crate::texts::loss_charts as texts;
use crate::texts::numbers::fixed;
use leptos::prelude::*;
use tilt_protocol::metrics::LOSS;

#[component]
pub fn LossChart() -> impl IntoView {
    let lab = use_lab();
    let curve = lab.run.curve();
    let shown = lab.charts.shown();
    // The guide of the run that is drawn, or of the one that the form would start.
    let guide = Memo::new(move |_| {
        // A live run keeps the objective it started with.
        let of_live = lab.run.run().with(|run| run.objective.clone());
        let of_last = || shown.with(|shown| shown.last().map(|run| run.settings.objective.clone()));
        let of_run = of_live.or_else(of_last);
        starting_loss(&of_run.unwrap_or_else(|| lab.form.configured()))
    });
    let value = move || {
        curve.with(|curve| {
            curve
                .last()
                .and_then(|point| point.metrics.get(LOSS))
                .map(|loss| loss.to_string())
                .unwrap_or_default()
        })
    };
    let summary = move || {
        shown.with(|shown| about_last(shown, summary(last_of_metric(shown, LOSS), guide.get())))
    };
    let bands = move |()| {
        let guide = guide.get().map(|guide| Guide {
            value: guide.value,
            name: guide.name,
        });
        let lines = shown.with(|shown| lines_of_metric(shown, LOSS, texts::LOSS));
        vec![Band {
            lines,
            guide,
            is_from_zero: true,
            ..Band::default()
        }]
    };
    view! {
        <LineChart
            testid="chart-loss"
            name=texts::LOSS
            value=Signal::derive(value)
            heading=|| view! { <h2><Define term=Term::Loss text=texts::LOSS_HEADING/></h2> }
            bands=bands
            summary=Signal::derive(summary)
            digits=4
        />
    }
}

fn summary(last: Option<(f64, f64)>, guide: Option<StartingLoss>) -> String {
    let untrained = guide.map(|guide| guide.text());
    let untrained = untrained.as_deref();
    match last {
        Some((step, loss)) => texts::loss_at(step, &fixed(loss, 3), untrained),
        None => texts::loss_of_no_step(untrained),
    }
}
