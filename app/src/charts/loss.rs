//! The loss, with the value it starts from as a guide (ln 2 for DPO), where it is known
//! beforehand.

use super::{Scale, TABLE_ROWS, domain, drawn, line, thin, tick_text};
use crate::format::fixed;
use crate::formula::{StartingLoss, starting_loss};
use crate::glossary::Term;
use crate::parts::define::Define;
use crate::state::run::{Curve, CurvePoint};
use crate::state::use_lab;
use leptos::prelude::*;
use tilt_protocol::metrics::LOSS;

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 100.0;
const LEFT: f64 = 40.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 4.0;
const BOTTOM: f64 = 84.0;

#[component]
pub fn LossChart() -> impl IntoView {
    let lab = use_lab();
    let curve = lab.run.curve();
    // The guide of the run that is drawn, or of the one that the form would start.
    let guide = Memo::new(move |_| {
        let of_run = lab.run.run().with(|run| run.objective.clone());
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
    let summary = move || curve.with(|curve| summary(curve, guide.get()));
    view! {
        <figure class="panel chart" data-testid="chart-loss" data-value=value>
            <figcaption class="panel-head">
                <h2><Define term=Term::Loss text="Loss"/></h2>
            </figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=summary>
                {move || curve.with(|curve| draw(curve, guide.get()))}
            </svg>
            <p class="chart-summary">{summary}</p>
            <details class="chart-data">
                <summary>"Data"</summary>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"step"</th>
                            <th scope="col">"loss"</th>
                        </tr>
                    </thead>
                    <tbody>{move || curve.with(rows)}</tbody>
                </table>
            </details>
        </figure>
    }
}

fn loss_of(point: &CurvePoint) -> Option<(f64, f64)> {
    Some((point.step as f64, point.metrics.get(LOSS)?))
}

fn summary(curve: &Curve, guide: Option<StartingLoss>) -> String {
    let starts = guide.map_or_else(String::new, |guide| format!("; untrained {}", guide.text()));
    match curve.last().and_then(loss_of) {
        Some((step, loss)) => format!("Step {step}: {}{starts}.", fixed(loss, 3)),
        None => format!("Mean over each batch{starts}."),
    }
}

fn draw(curve: &Curve, guide: Option<StartingLoss>) -> impl IntoView + use<> {
    let losses: Vec<(f64, f64)> = drawn(curve).into_iter().filter_map(loss_of).collect();
    let last_step = losses.last().map_or(1.0, |(step, _)| *step);
    let x = Scale {
        domain: (1.0, last_step.max(2.0)),
        range: (LEFT, WIDTH - RIGHT),
    };
    let values = losses.iter().map(|(_, loss)| *loss);
    let (low, high) =
        domain(values.chain(guide.iter().map(|guide| guide.value))).unwrap_or((0.0, 1.0));
    let y = Scale {
        domain: (low.min(0.0), high),
        range: (BOTTOM, TOP),
    };
    let points: Vec<(f64, f64)> = losses.iter().map(|(s, l)| (x.at(*s), y.at(*l))).collect();
    let dot = points.last().copied();
    let ticks = y.ticks(3).into_iter().map(|tick| {
        let height = y.at(tick);
        view! {
            <line class="grid" x1=LEFT x2=WIDTH - RIGHT y1=height y2=height></line>
            <text class="tick end" x=LEFT - 5.0 y=height + 3.0>{tick_text(tick)}</text>
        }
    });
    let guide = guide.map(|guide| {
        let height = y.at(guide.value);
        view! {
            <line class="guide" x1=LEFT x2=WIDTH - RIGHT y1=height y2=height></line>
            <text class="guide-name end" x=WIDTH - RIGHT - 4.0 y=height + 12.0>{guide.name}</text>
        }
    });
    view! {
        <rect class="plot" x=LEFT y=TOP width=WIDTH - RIGHT - LEFT height=BOTTOM - TOP></rect>
        {ticks.collect_view()}
        {guide}
        <path class="curve loss" d=line(&points)></path>
        {dot.map(|(cx, cy)| view! { <circle class="dot loss" cx=cx cy=cy r="2.6"></circle> })}
        <text class="tick" x=LEFT y=HEIGHT - 4.0>"step 1"</text>
        <text class="tick end" x=WIDTH - RIGHT y=HEIGHT - 4.0>{last_step.to_string()}</text>
    }
}

fn rows(curve: &Curve) -> impl IntoView + use<> {
    thin(curve, TABLE_ROWS)
        .into_iter()
        .filter_map(loss_of)
        .map(|(step, loss)| {
            view! {
                <tr>
                    <td>{step}</td>
                    <td>{fixed(loss, 4)}</td>
                </tr>
            }
        })
        .collect_view()
}
