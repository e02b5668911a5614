//! Bins as bars: one series around zero, or two side by side.

use super::bins::{Bin, counted};
use super::plot::{LEFT, RIGHT, TOP, WIDTH};
use super::scale::{Scale, tick_text};
use leptos::prelude::*;
use tilt_protocol::report::Histogram;

pub const HEIGHT: f64 = 116.0;
const BOTTOM: f64 = HEIGHT - 18.0;

/// A histogram with its sentence, which says what the drawing shows.
pub fn small_histogram(histogram: &Histogram, axis: &'static str, summary: String) -> AnyView {
    let series = counted(histogram);
    let series: Vec<&Vec<Bin>> = series.iter().collect();
    view! {
        <div class="chart-frame">
            <svg
                class="drawing"
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                role="img"
                aria-label=summary.clone()
            >
                {draw(&series, axis)}
            </svg>
        </div>
        <p class="muted">{summary}</p>
    }
    .into_any()
}

/// The inside of the drawing. All series have the same edges; the first of two is blue, the
/// second orange. A single one is blue above zero and orange below.
pub fn draw(series: &[&Vec<Bin>], axis: &'static str) -> AnyView {
    let right = WIDTH - RIGHT;
    let bins = || series.iter().flat_map(|bins| bins.iter());
    let low = bins().next().map_or(-1.0, |bin| bin.low);
    let high = bins().last().map_or(1.0, |bin| bin.high);
    let most = bins().map(|bin| bin.count).max().unwrap_or(0).max(1);
    let x = Scale::linear((low, high), (LEFT, right));
    let y = Scale::linear((0.0, most as f64 * 1.08), (BOTTOM, TOP));
    let is_single = series.len() < 2;
    let bars = series.iter().enumerate().flat_map(|(place, bins)| {
        let drawn = bins.iter().filter(|bin| bin.count > 0);
        drawn.map(move |bin| {
            let width = (x.at(bin.high) - x.at(bin.low)) / if is_single { 1.0 } else { 2.0 };
            let (left, top) = (x.at(bin.low) + place as f64 * width, y.at(bin.count as f64));
            // Half a width inwards: an edge at zero is not exactly zero.
            let is_below = place > 0 || (is_single && bin.low + bin.high < 0.0);
            view! {
                <rect
                    class=if is_below { "bin below" } else { "bin" }
                    x=left + 0.5
                    y=top
                    width=(width - 1.0).max(1.0)
                    height=BOTTOM - top
                ></rect>
            }
        })
    });
    let ticks = x.ticks(5).into_iter().map(|tick| {
        view! { <text class="tick middle" x=x.at(tick) y=HEIGHT - 5.0>{tick_text(tick)}</text> }
    });
    let zero = (low <= 0.0 && high >= 0.0).then(|| {
        let zero = x.at(0.0);
        view! { <line class="zero" x1=zero x2=zero y1=TOP y2=BOTTOM></line> }
    });
    view! {
        <rect class="plot" x=LEFT y=TOP width=right - LEFT height=BOTTOM - TOP></rect>
        {bars.collect_view()}
        {zero}
        {ticks.collect_view()}
        <text class="tick end" x=LEFT - 5.0 y=y.at(most as f64) + 4.0>{most.to_string()}</text>
        <text class="tick end" x=LEFT - 5.0 y=BOTTOM>{axis}</text>
    }
    .into_any()
}
