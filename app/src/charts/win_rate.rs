//! Measured win rates with their intervals, at the steps at which they were measured.

use super::figure::ChartFigure;
use super::line_chart::changes_at;
use super::path::Point;
use super::path::line as path;
use super::plot::{FOOT, LEFT, RIGHT, StepPlot, TOP, WIDTH, words_at_step, x_scale};
use super::run_style::{Look, looks, prefix};
use super::scale::Scale;
use super::table::{Cell, ChartTable};
use crate::lab::use_lab;
use crate::model::run_record::{RunRecord, WinRatePoint};
use crate::parts::define::Define;
use crate::texts::charts as shared;
use crate::texts::glossary::Term;
use crate::texts::numbers::percent;
use crate::texts::win_rate_chart as texts;
use leptos::prelude::*;
use serde_json::json;

const HEIGHT: f64 = 124.0;
/// Between the points of two runs at the same step.
const ASIDE: f64 = 3.0;

#[component]
pub fn WinRateChart() -> impl IntoView {
    let charts = use_lab().charts;
    let shown = charts.shown();
    let summary = Signal::derive(move || shown.with(|shown| summary(shown, None)));
    let readout = Callback::new(move |step: usize| {
        shown.with(|shown| {
            let changes = changes_at(shown, step);
            shared::at_step(step, &changes, &summary_up_to(shown, step))
        })
    });
    let words = words_at_step(charts, readout, summary);
    let draw = move || shown.with(|shown| draw(shown, charts.range().get()));
    let heading = || {
        view! {
            <h2><Define term=Term::WinRate text=texts::HEADING_TERM/>{texts::HEADING_AFTER}</h2>
            <span class="muted">{texts::INTERVAL_BEFORE}<Define term=Term::Interval/></span>
        }
    };
    view! {
        <ChartFigure
            testid="chart-winrate"
            name=texts::NAME
            value=Signal::derive(move || shown.with(|shown| carried(shown)))
            heading=heading
            words=words
            table=Signal::derive(move || shown.with(|shown| table(shown)))
            digits=3
        >
            <StepPlot
                height=HEIGHT
                summary=summary
                readout=readout
                draw=draw
                at_step=Callback::new(|_| ().into_any())
            />
        </ChartFigure>
    }
}

fn carried(shown: &[RunRecord]) -> String {
    let points: Vec<serde_json::Value> = shown
        .iter()
        .filter_map(|run| {
            let point = run.win_rates.last()?;
            Some(json!({
                "principle": point.principle.slug(),
                "run": run.name,
                "step": point.step,
                "rate": point.rate,
                "low": point.low,
                "high": point.high,
                "count": run.win_rates.len(),
            }))
        })
        .collect();
    if points.is_empty() {
        String::new()
    } else {
        serde_json::Value::Array(points).to_string()
    }
}

fn summary_up_to(shown: &[RunRecord], step: usize) -> String {
    let is_any = shown
        .iter()
        .flat_map(|run| &run.win_rates)
        .any(|point| point.step <= step);
    if is_any {
        summary(shown, Some(step))
    } else {
        texts::NOT_MEASURED_BY_THEN.to_owned()
    }
}

fn summary(shown: &[RunRecord], until: Option<usize>) -> String {
    let clauses: Vec<String> = shown
        .iter()
        .flat_map(|run| {
            let is_in = |point: &WinRatePoint| until.is_none_or(|step| point.step <= step);
            let latest = by_principle(run).into_iter().filter_map(move |points| {
                let point = points.into_iter().rev().find(|point| is_in(point))?;
                Some(texts::measured(
                    &prefix(shown, run),
                    &percent(point.rate),
                    &percent(point.low),
                    &percent(point.high),
                    point.decisive,
                    point.step,
                    &point.principle.name(),
                ))
            });
            latest.collect::<Vec<String>>()
        })
        .collect();
    if clauses.is_empty() {
        texts::NOT_MEASURED.to_owned()
    } else {
        texts::all_measured(&clauses)
    }
}

/// A run's points under each principle, in the order in which they were first used: one
/// line each, since what is judged by something else is another quantity.
fn by_principle(run: &RunRecord) -> Vec<Vec<&WinRatePoint>> {
    let mut lines: Vec<Vec<&WinRatePoint>> = Vec::new();
    for point in &run.win_rates {
        let known = lines
            .iter_mut()
            .find(|line| line[0].principle == point.principle);
        match known {
            Some(line) => line.push(point),
            None => lines.push(vec![point]),
        }
    }
    lines
}

fn table(shown: &[RunRecord]) -> ChartTable {
    let rows = shown.iter().flat_map(|run| {
        run.win_rates.iter().map(|point| {
            vec![
                Cell::Text(run.name.clone()),
                Cell::Count(point.step),
                Cell::Text(point.principle.slug().to_owned()),
                Cell::Number(point.rate),
                Cell::Number(point.low),
                Cell::Number(point.high),
                point.decisive.map_or(Cell::Missing, Cell::Count),
                point.ties.map_or(Cell::Missing, Cell::Count),
            ]
        })
    });
    ChartTable {
        head: texts::TABLE_HEAD.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn draw(shown: &[RunRecord], range: (f64, f64)) -> impl IntoView + use<> {
    let right = WIDTH - RIGHT;
    let bottom = HEIGHT - FOOT;
    let x = x_scale(range);
    let y = Scale::linear((0.0, 1.0), (bottom, TOP));
    let ticks = [0.0, 0.5, 1.0].map(|tick| {
        // The outer two stand inside the drawing.
        let text = y.at(tick) + if tick == 1.0 { 8.0 } else { 3.0 };
        view! { <text class="tick end" x=LEFT - 5.0 y=text>{percent(tick)}</text> }
    });
    let half = y.at(0.5);
    let lines: Vec<(Look, Vec<&WinRatePoint>)> = looks(shown)
        .flat_map(|(run, look)| by_principle(run).into_iter().map(move |line| (look, line)))
        .collect();
    let count = lines.len() as f64;
    let are_principles_mixed = lines
        .iter()
        .any(|(_, line)| line[0].principle != lines[0].1[0].principle);
    let runs = lines.iter().enumerate().map(|(index, (look, line))| {
        let aside = (index as f64 - (count - 1.0) / 2.0) * ASIDE;
        let points: Vec<(&WinRatePoint, Point)> = line
            .iter()
            .copied()
            .filter(|point| (range.0..=range.1).contains(&(point.step as f64)))
            .map(|point| {
                let at = (x.at(point.step as f64) + aside).clamp(LEFT + 3.0, right - 3.0);
                (point, (at, y.at(point.rate)))
            })
            .collect();
        let class = look.class();
        let places: Vec<Point> = points.iter().map(|(_, at)| *at).collect();
        let intervals: String = points
            .iter()
            .map(|(point, (at, _))| {
                let (low, high) = (y.at(point.low), y.at(point.high));
                let left = at - 3.0;
                format!("M{at:.1} {low:.1}V{high:.1}M{left:.1} {low:.1}h6M{left:.1} {high:.1}h6")
            })
            .collect();
        let marks: String = places.iter().map(|at| look.mark(*at, 3.4)).collect();
        // What a line is judged by stands at its end, where there are several.
        let name = points
            .last()
            .filter(|_| are_principles_mixed)
            .map(|(point, (x, y))| {
                let (x, anchor) = if *x > (LEFT + right) / 2.0 {
                    (x - 7.0, "tick end")
                } else {
                    (x + 7.0, "tick")
                };
                view! { <text class=anchor x=x y=y - 4.0>{point.principle.name()}</text> }
            });
        view! {
            <path class=format!("curve thin {class}") d=path(&places)></path>
            <path class=format!("interval {class}") d=intervals></path>
            <path class=format!("dot {class}") d=marks></path>
            {name}
        }
    });
    view! {
        <rect class="plot" x=LEFT y=TOP width=right - LEFT height=bottom - TOP></rect>
        {ticks.collect_view()}
        <line class="guide" x1=LEFT x2=right y1=half y2=half></line>
        <text class="guide-name end" x=right - 4.0 y=half + 12.0>{texts::AS_GOOD}</text>
        {runs.collect_view()}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run_record::record_for_tests;
    use tilt_protocol::Principle;

    #[test]
    fn what_is_judged_by_another_principle_is_another_line() {
        let point = |step: usize, principle: Principle, rate: f64| WinRatePoint {
            step,
            principle,
            rate,
            low: rate - 0.1,
            high: rate + 0.1,
            decisive: Some(200),
            ties: Some(3),
            kl: None,
        };
        let run = RunRecord {
            win_rates: vec![
                point(10, Principle::Polite, 0.6),
                point(20, Principle::Short, 0.4),
                point(30, Principle::Polite, 0.7),
            ],
            ..record_for_tests()
        };
        let steps: Vec<Vec<usize>> = by_principle(&run)
            .into_iter()
            .map(|line| line.into_iter().map(|point| point.step).collect())
            .collect();
        assert_eq!(steps, [vec![10, 30], vec![20]]);
        assert_eq!(
            summary(&[run], None),
            "70% (60% to 80%) of 200 after 30 steps, judged by polite; \
             40% (30% to 50%) of 200 after 20 steps, judged by short."
        );
    }
}
