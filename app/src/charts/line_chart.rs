//! A chart of lines over the steps.

use super::figure::ChartFigure;
use super::grid;
use super::line_data::{Band, PlacedBand, place, table, value_at};
use super::path::{area, line};
use super::plot::{LEFT, RIGHT, StepPlot, WIDTH, words_at_step, x_scale};
use super::table::{Cell, ChartTable};
use crate::lab::use_lab;
use crate::model::run_record::RunRecord;
use crate::texts::charts as texts;
use leptos::prelude::*;
use std::sync::Arc;

#[component]
pub fn LineChart(
    testid: &'static str,
    name: &'static str,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] heading: ViewFn,
    /// Computed when the runs change.
    #[prop(into)]
    bands: Callback<(), Vec<Band>>,
    #[prop(into)] summary: Signal<String>,
    #[prop(default = 100.0)] height: f64,
    /// What is saved, where that is not the table of the drawn lines.
    #[prop(optional, into)]
    csv: Option<Signal<ChartTable>>,
    #[prop(default = 2)] digits: usize,
) -> impl IntoView {
    let charts = use_lab().charts;
    let bands = Memo::new_with_compare(move |_| Arc::new(bands.run(())), |_, _| true);
    let placed = Memo::new_with_compare(
        move |_| bands.with(|bands| Arc::new(place(bands, charts, height))),
        |_, _| true,
    );
    let readout = Callback::new(move |step: usize| {
        let values = bands.with(|bands| values_at(bands, step, digits));
        let changes = charts.shown().with(|shown| changes_at(shown, step));
        texts::at_step(step, &changes, &values)
    });
    let words = words_at_step(charts, readout, summary);
    let at_step = Callback::new(move |step: usize| {
        let x = x_scale(charts.range().get()).at(step as f64);
        bands.with(|bands| {
            placed.with(|placed| {
                let dots = bands.iter().zip(placed.iter()).flat_map(|(band, placed)| {
                    let y = placed.y;
                    band.lines.iter().filter_map(move |line| {
                        let y = y?.at(value_at(&line.points, step)?);
                        let class = format!("dot {}", line.look.class());
                        Some(view! { <circle class=class cx=x cy=y r="3"></circle> })
                    })
                });
                dots.collect_view().into_any()
            })
        })
    });
    let draw = move || {
        bands.with(|bands| {
            placed.with(|placed| {
                bands
                    .iter()
                    .zip(placed.iter())
                    .map(|(band, placed)| draw_band(band, placed))
                    .collect_view()
            })
        })
    };
    view! {
        <ChartFigure
            testid=testid
            name=name
            value=value
            heading=heading
            words=words
            table=Signal::derive(move || bands.with(|bands| table(bands)))
            csv=csv.unwrap_or(Signal::derive(move || bands.with(|bands| table(bands))))
            digits=digits
        >
            <StepPlot height=height summary=summary readout=readout draw=draw at_step=at_step/>
        </ChartFigure>
    }
}

/// " (β 0.1 → 0.3)" where settings were changed after this step.
pub fn changes_at(shown: &[RunRecord], step: usize) -> String {
    let changes: Vec<&str> = shown
        .iter()
        .flat_map(|run| &run.changes)
        .filter(|change| change.step == step)
        .map(|change| change.what.as_str())
        .collect();
    texts::changes_at_step(&changes)
}

fn values_at(bands: &[Band], step: usize, digits: usize) -> String {
    let values: Vec<String> = bands
        .iter()
        .flat_map(|band| &band.lines)
        .filter_map(|line| {
            let value = Cell::Number(value_at(&line.points, step)?);
            Some(texts::value(&line.column, &value.shown(digits)))
        })
        .collect();
    texts::values(&values)
}

fn draw_band(band: &Band, placed: &PlacedBand) -> impl IntoView + use<> {
    let (top, bottom) = (placed.top, placed.bottom);
    let right = WIDTH - RIGHT;
    let grid = placed.y.map(|y| grid::rows(y, 3));
    let guide = band.guide.as_ref().zip(placed.y).map(|(guide, y)| {
        let height = y.at(guide.value);
        view! {
            <line class="guide" x1=LEFT x2=right y1=height y2=height></line>
            <text class="guide-name end" x=right - 4.0 y=height + 12.0>{guide.name}</text>
        }
    });
    let gap = match (band.gap, &placed.lines[..]) {
        (Some(class), [first, second, ..]) => {
            let outline = area(&first.points, &second.points);
            Some(view! { <path class=format!("gap {class}") d=outline></path> })
        }
        _ => None,
    };
    let raws = placed.lines.iter().map(|placed| {
        let class = format!("curve raw {}", placed.look.class());
        view! { <path class=class d=line(&placed.raw)></path> }
    });
    let curves = placed.lines.iter().map(|placed| {
        let look = placed.look;
        let class = look.class();
        // A reference is its dashes alone.
        let marked = if look.is_reference() {
            &[]
        } else {
            &placed.points[..]
        };
        let marks = (!marked.is_empty()).then(|| {
            view! { <path class=format!("run-mark {class}") d=look.marks(marked)></path> }
        });
        let dot = marked.last().map(|last| look.mark(*last, 3.4));
        view! {
            <path class=format!("curve {class}") d=line(&placed.points)></path>
            {marks}
            {dot.map(|d| view! { <path class=format!("dot {class}") d=d></path> })}
        }
    });
    let name = band.name.as_ref().map(|(text, class)| {
        view! {
            <text class=format!("band-name {class}") x=LEFT + 6.0 y=top + 13.0>{text.clone()}</text>
        }
    });
    let is_log = placed.y.is_some_and(|y| y.is_log);
    let log = (is_log && band.name.is_none()).then(|| {
        view! { <text class="tick" x=LEFT + 6.0 y=top + 13.0>{texts::LOG}</text> }
    });
    view! {
        <rect class="plot" x=LEFT y=top width=right - LEFT height=bottom - top></rect>
        {grid}
        {log}
        {guide}
        {gap}
        {raws.collect_view()}
        {curves.collect_view()}
        {name}
    }
}
