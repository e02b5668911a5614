//! How runs are told apart, the one scheme of all charts and of their legends: hue and
//! marker are the run, a dash is its reference, a thicker line the live or latest run.
//! Blue and orange are chosen and rejected, which are bands of their own: no run has them.

use super::path::{Point, thin};
use crate::lab::use_lab;
use crate::model::run_record::{RunRecord, STYLES};
use crate::texts::charts as texts;
use leptos::prelude::*;

/// Markers along a line at most.
const MARKS: usize = 5;
/// Told apart by colour-blind eyes too: the tests look at the style sheet.
const HUES: usize = 5;
const MARKERS: usize = 8;
// The two have no common factor, so as many runs as their product have pairs of their own.
const _: () = assert!(HUES * MARKERS == STYLES);

/// The look of a line, of its markers and of their swatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Look {
    style: usize,
    is_live: bool,
    is_reference: bool,
}

impl Look {
    /// The policy of a run; `is_live` for the live or latest one.
    pub fn of_run(style: usize, is_live: bool) -> Look {
        Look {
            style: style % STYLES,
            is_live,
            is_reference: false,
        }
    }

    /// The same run's reference.
    pub fn reference(self) -> Look {
        Look {
            is_reference: true,
            ..self
        }
    }

    pub fn is_reference(self) -> bool {
        self.is_reference
    }

    pub fn hue(self) -> usize {
        self.style % HUES
    }

    pub fn marker(self) -> usize {
        self.style % MARKERS
    }

    /// What the style sheet draws by.
    pub fn class(self) -> String {
        let live = if self.is_live { " live" } else { "" };
        let reference = if self.is_reference { " reference" } else { "" };
        format!(
            "run hue-{} mark-{}{live}{reference}",
            self.hue(),
            self.marker()
        )
    }

    /// The marker as an SVG path around a point, `r` from its middle to its edge.
    pub fn mark(self, (x, y): Point, r: f64) -> String {
        let d = 2.0 * r;
        let (left, top) = (x - r, y - r);
        match self.marker() {
            0 => format!("M{left:.1} {y:.1}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0Z"),
            1 => format!("M{left:.1} {top:.1}h{d}v{d}h-{d}Z"),
            2 => format!("M{x:.1} {top:.1}l{r} {d}h-{d}Z"),
            3 => format!("M{x:.1} {top:.1}l{r} {r}l-{r} {r}l-{r} -{r}Z"),
            4 => format!("M{left:.1} {top:.1}l{d} {d}m0 -{d}l-{d} {d}"),
            5 => format!("M{x:.1} {:.1}l{r} -{d}h-{d}Z", y + r),
            6 => format!("M{left:.1} {y:.1}h{d}m-{r} -{r}v{d}"),
            _ => format!("M{left:.1} {top:.1}h{d}l-{d} {d}h{d}Z"),
        }
    }

    /// Markers at a few places of a line, and at its end.
    pub fn marks(self, points: &[Point]) -> String {
        thin(points, MARKS)
            .into_iter()
            .map(|point| self.mark(*point, 2.6))
            .collect()
    }
}

/// The drawn runs with their looks, in the order in which charts have them: the last is
/// the live or latest one.
pub fn looks(shown: &[RunRecord]) -> impl Iterator<Item = (&RunRecord, Look)> {
    let last = shown.len().saturating_sub(1);
    shown
        .iter()
        .enumerate()
        .map(move |(index, run)| (run, Look::of_run(run.style, index == last)))
}

/// The entries of a legend, where there are several runs.
pub fn legend(shown: &[RunRecord]) -> Vec<(String, Look)> {
    if shown.len() < 2 {
        return Vec::new();
    }
    looks(shown)
        .map(|(run, look)| (run.title(), look))
        .collect()
}

/// [`legend`]; the last one, which the sentence above is about, is bold.
#[component]
pub fn RunLegend() -> impl IntoView {
    let shown = use_lab().charts.shown();
    let entries = Memo::new(move |_| shown.with(|shown| legend(shown)));
    move || {
        entries.with(|entries| {
            (!entries.is_empty()).then(|| {
                let entries = entries.iter().map(|(name, look)| {
                    view! {
                        <li>
                            {swatch(*look)}
                            <span class="legend-name">{name.clone()}</span>
                        </li>
                    }
                });
                view! { <ul class="run-legend">{entries.collect_view()}</ul> }
            })
        })
    }
}

/// A piece of a run's line with its marker.
pub fn swatch(look: Look) -> impl IntoView + use<> {
    let class = look.class();
    view! {
        <span class=format!("run-swatch {class}") aria-hidden="true">
            <svg class="legend-swatch" viewBox="0 0 34 10">
                <path class=format!("curve {class}") d="M1 5H33"></path>
                <path class=format!("run-mark {class}") d=look.mark((17.0, 5.0), 3.0)></path>
            </svg>
        </span>
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

#[cfg(test)]
#[path = "run_style_tests.rs"]
mod tests;
