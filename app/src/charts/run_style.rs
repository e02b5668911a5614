//! How runs are told apart: a colour, a dash and a marker each, and the legend of them.

use super::path::{Point, thin};
use crate::state::runs::{RunRecord, STYLES};
use crate::state::use_lab;
use crate::texts::charts as texts;
use leptos::prelude::*;

/// Markers along a line at most.
const MARKS: usize = 5;

/// The classes of a run's line: colour and dash stand in the style sheet.
pub fn run_class(style: usize) -> String {
    format!("run run-{}", style % STYLES)
}

/// A run's marker as an SVG path around a point.
pub fn marker((x, y): Point, style: usize, r: f64) -> String {
    let d = 2.0 * r;
    match style % STYLES {
        0 => format!(
            "M{:.1} {y:.1}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0Z",
            x - r
        ),
        1 => format!("M{:.1} {:.1}h{d}v{d}h-{d}Z", x - r, y - r),
        2 => format!("M{x:.1} {:.1}l{r} {d}h-{d}Z", y - r),
        3 => format!("M{x:.1} {:.1}l{r} {r}l-{r} {r}l-{r} -{r}Z", y - r),
        4 => format!("M{:.1} {:.1}l{d} {d}m0 -{d}l-{d} {d}", x - r, y - r),
        _ => format!("M{x:.1} {:.1}l{r} -{d}h-{d}Z", y + r),
    }
}

/// Markers at a few places of a line, and at its end.
pub fn markers(points: &[Point], style: usize) -> String {
    thin(points, MARKS)
        .into_iter()
        .map(|point| marker(*point, style, 2.6))
        .collect()
}

/// The drawn runs by name and style, where there are several.
pub fn run_names(shown: &[RunRecord]) -> Vec<(String, usize)> {
    if shown.len() < 2 {
        return Vec::new();
    }
    shown
        .iter()
        .map(|run| (run.name.clone(), run.style % STYLES))
        .collect()
}

/// [`run_names`]; the last one, which the sentence above is about, is bold.
#[component]
pub fn RunLegend() -> impl IntoView {
    let shown = use_lab().charts.shown();
    let names = Memo::new(move |_| shown.with(|shown| run_names(shown)));
    move || {
        names.with(|names| {
            (!names.is_empty()).then(|| {
                let entries = names.iter().map(|(name, style)| entry(name, *style));
                view! { <ul class="run-legend">{entries.collect_view()}</ul> }
            })
        })
    }
}

fn entry(name: &str, style: usize) -> impl IntoView + use<> {
    let class = run_class(style);
    view! {
        <li>
            <svg class="legend-swatch" viewBox="0 0 34 10" aria-hidden="true">
                <path class=format!("curve {class}") d="M1 5H33"></path>
                <path class=format!("run-mark {class}") d=marker((17.0, 5.0), style, 3.0)></path>
            </svg>
            <span class="legend-name">{name.to_owned()}</span>
        </li>
    }
}

/// "DPO: " where several runs are drawn, nothing where one is.
pub fn prefix(shown: &[RunRecord], run: &RunRecord) -> String {
    if shown.len() > 1 {
        texts::of_run(&run.name)
    } else {
        String::new()
    }
}

/// A sentence about the live or latest run, which it names where several are drawn.
pub fn about_last(shown: &[RunRecord], sentence: String) -> String {
    match shown.last() {
        Some(run) if shown.len() > 1 => texts::about_run(&run.name, &sentence),
        _ => sentence,
    }
}
