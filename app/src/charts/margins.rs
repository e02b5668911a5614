//! How the implicit-reward margins of the last pairs are spread, at any step of the run.

use super::bins::{Bin, bins};
use super::figure::ChartFigure;
use super::histogram::{HEIGHT, draw};
use super::plot::WIDTH;
use super::table::{Cell, ChartTable};
use crate::lab::use_lab;
use crate::parts::define::Define;
use crate::parts::slider::{Steps, follow};
use crate::stores::run::CurvePoint;
use crate::texts::glossary::Term;
use crate::texts::margins as texts;
use crate::texts::numbers::percent;
use leptos::html::Input;
use leptos::prelude::*;
use serde_json::json;
use std::sync::Arc;

/// Pairs that are looked at: those of the last steps, this many at least.
const PAIRS: usize = 64;
const BINS: usize = 18;

#[derive(Clone, Debug, Default, PartialEq)]
struct StepMargins {
    run: String,
    step: usize,
    values: Vec<f64>,
}

impl StepMargins {
    /// Pairs that the policy would still order the wrong way round.
    fn below_zero(&self) -> f64 {
        let below = self.values.iter().filter(|margin| **margin < 0.0).count();
        below as f64 / self.values.len().max(1) as f64
    }

    fn summary(&self) -> String {
        if self.values.is_empty() {
            return texts::NO_PAIRS.to_owned();
        }
        texts::below_zero(&percent(self.below_zero()), self.values.len(), self.step)
    }
}

#[component]
pub fn MarginsChart() -> impl IntoView {
    let charts = use_lab().charts;
    let margins = Memo::new(move |_| {
        let pointed = charts.step().get();
        charts.shown().with(|shown| {
            let run = shown.last()?;
            let (step, values) = recent(&run.curve, pointed)?;
            Some(StepMargins {
                run: run.name.clone(),
                step,
                values,
            })
        })
    });
    let with = move |read: fn(&StepMargins) -> String| {
        Signal::derive(move || {
            margins
                .with(|margins| margins.as_ref().map(read))
                .unwrap_or_else(|| read(&StepMargins::default()))
        })
    };
    let value = Signal::derive(move || {
        margins
            .with(|margins| margins.as_ref().map(carried))
            .unwrap_or_default()
    });
    let summary = with(StepMargins::summary);
    let counted = Memo::new(move |_| {
        margins.with(|margins| {
            let margins = margins.as_ref();
            margins
                .map(|margins| bins(&margins.values, BINS))
                .unwrap_or_default()
        })
    });
    let of_run = move || {
        let are_several = charts.shown().with(|shown| shown.len() > 1);
        let name = margins.with(|margins| margins.as_ref().map(|margins| margins.run.clone()));
        name.filter(|_| are_several)
    };
    let heading = move || {
        view! {
            <h2><Define term=Term::Margin text=texts::HEADING/></h2>
            <span class="muted legend-name">{of_run}</span>
        }
    };
    view! {
        <ChartFigure
            testid="chart-margins"
            name=texts::NAME
            value=value
            heading=heading
            words=summary
            table=Signal::derive(move || counted.with(|counted| table(counted)))
            without_legend=true
        >
            <svg
                class="drawing"
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                role="img"
                aria-label=move || summary.get()
            >
                {move || counted.with(|counted| draw(&[counted], texts::PAIRS))}
            </svg>
            <Scrubber/>
        </ChartFigure>
    }
}

/// Goes back through the run; at its end it follows the run.
#[component]
fn Scrubber() -> impl IntoView {
    let charts = use_lab().charts;
    let slider = NodeRef::<Input>::new();
    let last = move || charts.extent().get().1 as usize;
    follow(slider, move || {
        let last = last();
        let chosen = charts.step().get().unwrap_or(last);
        let first = 1;
        Some(Steps {
            first,
            last,
            chosen,
        })
    });
    view! {
        <label class="scrubber">
            {texts::STEP}
            <input
                node_ref=slider
                type="range"
                step="1"
                aria-label=texts::STEP_OF_MARGINS
                data-testid="chart-margins-step"
                on:input=move |event| {
                    if let Ok(step) = event_target_value(&event).parse::<usize>() {
                        let is_last = step >= untrack(last);
                        charts.point_at((!is_last).then_some(step));
                    }
                }
            />
            <span class="number">
                {move || match charts.step().get() {
                    Some(step) => step.to_string(),
                    None => texts::LATEST.to_owned(),
                }}
            </span>
        </label>
    }
}

/// The last step up to `pointed`, and the margins of its pairs and of those before it.
fn recent(curve: &[Arc<CurvePoint>], pointed: Option<usize>) -> Option<(usize, Vec<f64>)> {
    let until = match pointed {
        Some(step) => curve.partition_point(|point| point.step <= step),
        None => curve.len(),
    };
    let points = curve.get(..until)?;
    let step = points.last()?.step;
    let mut values = Vec::new();
    for point in points.iter().rev() {
        values.extend(
            point
                .margins
                .iter()
                .copied()
                .filter(|margin| margin.is_finite()),
        );
        if values.len() >= PAIRS {
            break;
        }
    }
    Some((step, values))
}

fn carried(margins: &StepMargins) -> String {
    json!({
        "step": margins.step,
        "below_zero": margins.below_zero(),
        "count": margins.values.len(),
    })
    .to_string()
}

fn table(bins: &[Bin]) -> ChartTable {
    ChartTable {
        head: texts::TABLE_HEAD.map(str::to_owned).to_vec(),
        rows: bins
            .iter()
            .map(|bin| {
                vec![
                    Cell::Number(bin.low),
                    Cell::Number(bin.high),
                    Cell::Count(bin.count),
                ]
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::Metrics;

    fn curve(steps: usize) -> Vec<Arc<CurvePoint>> {
        (1..=steps)
            .map(|step| CurvePoint {
                step,
                metrics: Metrics::default(),
                margins: vec![step as f64; 8],
            })
            .map(Arc::new)
            .collect()
    }

    #[test]
    fn the_last_pairs_up_to_the_step() {
        let curve = curve(20);
        let (step, values) = recent(&curve, None).unwrap_or_default();
        assert_eq!((step, values.len(), values.last()), (20, 64, Some(&13.0)));
        let (step, values) = recent(&curve, Some(3)).unwrap_or_default();
        assert_eq!((step, values.len()), (3, 24));
        assert_eq!(recent(&curve, Some(0)), None);
    }

    #[test]
    fn zero_is_not_below_zero() {
        let margins = StepMargins {
            values: vec![-0.5, 0.0, 0.5, 1.0],
            ..StepMargins::default()
        };
        assert_eq!(margins.below_zero(), 0.25);
    }
}
