//! Points in a plane, with intervals where they have them.

use super::grid;
use super::path::Point;
use super::plot::{LEFT, RIGHT, TOP, WIDTH};
use super::scale::{Scale, domain, tick_text};
use leptos::prelude::*;

const HEIGHT: f64 = 150.0;
const BOTTOM: f64 = HEIGHT - 18.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScatterPoint {
    pub x: f64,
    pub y: f64,
    /// Of `y`.
    pub interval: Option<(f64, f64)>,
}

/// Points with a sentence, which says what the drawing shows. `axes` are the names of x and y;
/// with `has_diagonal` the line on which both are equal.
pub fn scatter(
    heading: &'static str,
    axes: [&'static str; 2],
    points: &[ScatterPoint],
    has_diagonal: bool,
    summary: String,
) -> AnyView {
    view! {
        <figure class="chart-frame">
            <figcaption>{heading}</figcaption>
            <svg
                class="drawing"
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                role="img"
                aria-label=summary.clone()
            >
                {draw(axes, points, has_diagonal)}
            </svg>
            <p class="muted">{summary}</p>
        </figure>
    }
    .into_any()
}

fn draw(axes: [&'static str; 2], points: &[ScatterPoint], has_diagonal: bool) -> AnyView {
    let right = WIDTH - RIGHT;
    let values = points.iter().flat_map(|point| {
        let (low, high) = point.interval.unwrap_or((point.y, point.y));
        [low, high, point.y]
    });
    let (Some(xs), Some(ys)) = (domain(points.iter().map(|point| point.x)), domain(values)) else {
        return ().into_any();
    };
    let x = Scale::linear(xs, (LEFT, right));
    let y = Scale::linear(ys, (BOTTOM, TOP));
    let columns = x.ticks(5).into_iter().map(|tick| {
        view! { <text class="tick middle" x=x.at(tick) y=HEIGHT - 5.0>{tick_text(tick)}</text> }
    });
    let diagonal = has_diagonal.then(|| {
        let ends = (xs.0.max(ys.0), xs.1.min(ys.1));
        view! {
            <line
                class="zero"
                x1=x.at(ends.0) y1=y.at(ends.0) x2=x.at(ends.1) y2=y.at(ends.1)
            ></line>
        }
    });
    let dots = points.iter().map(|point| {
        let at: Point = (x.at(point.x), y.at(point.y));
        let interval = point.interval.map(|(low, high)| {
            view! {
                <line class="whisker" x1=at.0 x2=at.0 y1=y.at(low) y2=y.at(high)></line>
            }
        });
        view! {
            {interval}
            <circle class="scatter-dot" cx=at.0 cy=at.1 r=2.0></circle>
        }
    });
    view! {
        <rect class="plot" x=LEFT y=TOP width=right - LEFT height=BOTTOM - TOP></rect>
        {grid::rows(y, 4)}
        {columns.collect_view()}
        {diagonal}
        {dots.collect_view()}
        <text class="tick end" x=right - 4.0 y=BOTTOM - 5.0>{axes[0]}</text>
        <text class="tick axis-name" x=LEFT + 6.0 y=TOP + 12.0>{axes[1]}</text>
    }
    .into_any()
}
