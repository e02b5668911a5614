//! The lines behind a chart, each with its round value.

use super::plot::{LEFT, RIGHT, TOP, WIDTH};
use super::scale::{Scale, tick_text};
use leptos::prelude::*;

/// About `count` lines across, with their values at the left.
pub fn rows(y: Scale, count: usize) -> AnyView {
    let lines = y.ticks(count).into_iter().map(|tick| {
        let at = y.at(tick);
        view! {
            <line class="grid" x1=LEFT x2=WIDTH - RIGHT y1=at y2=at></line>
            <text class="tick end" x=LEFT - 5.0 y=at + 3.5>{tick_text(tick)}</text>
        }
    });
    lines.collect_view().into_any()
}

/// About `count` lines down to `bottom`, with their values below.
pub fn columns(x: Scale, count: usize, bottom: f64) -> AnyView {
    let lines = x.ticks(count).into_iter().map(|tick| {
        let at = x.at(tick);
        view! {
            <line class="grid" x1=at x2=at y1=TOP y2=bottom></line>
            <text class="tick middle" x=at y=bottom + 12.0>{tick_text(tick)}</text>
        }
    });
    lines.collect_view().into_any()
}
