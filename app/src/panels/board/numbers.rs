//! Predicted numbers as a spread, beside the numbers that were measured.

use crate::charts::histogram::small_histogram;
use crate::texts::board as texts;
use leptos::prelude::*;
use tilt_protocol::report::Histogram;
use tilt_protocol::statistics::median;

pub fn numbers(
    said: &[(usize, f64)],
    came: &[(usize, f64)],
    spread: &Histogram,
    unit: Option<&str>,
) -> AnyView {
    let middle = |of: &[(usize, f64)]| {
        let values: Vec<f64> = of.iter().map(|(_, value)| *value).collect();
        median(&values)
    };
    let summary = texts::spread(middle(said), middle(came), unit);
    // Two series where both are there: what was said, what came.
    let mut spread = spread.clone();
    if came.is_empty() {
        spread.counts.truncate(1);
    }
    view! {
        {small_histogram(&spread, texts::LEARNERS_AXIS, summary)}
        {(!came.is_empty()).then(|| view! {
            <ul class="board-key muted">
                <li class="is-said">{texts::WAS_SAID}</li>
                <li class="is-come">{texts::WAS_MEASURED}</li>
            </ul>
        })}
    }
    .into_any()
}
