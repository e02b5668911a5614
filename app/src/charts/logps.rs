//! Chosen and rejected log-probs: policy (solid) against reference (dashed).

use super::{Scale, TABLE_ROWS, area, domain, drawn, line, thin, tick_text};
use crate::format::{fixed, signed};
use crate::glossary::Term;
use crate::parts::define::Define;
use crate::state::run::{Curve, CurvePoint};
use crate::state::use_lab;
use leptos::prelude::*;
use serde_json::json;
use tilt_protocol::metrics::{LOGPS_CHOSEN, LOGPS_REJECTED, REF_LOGPS_CHOSEN, REF_LOGPS_REJECTED};
use tilt_protocol::{Objective, RowKind};

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 162.0;
const LEFT: f64 = 40.0;
const RIGHT: f64 = 8.0;
/// Each of the two bands: chosen above, rejected below.
const BANDS: [(f64, f64); 2] = [(4.0, 70.0), (80.0, 146.0)];

struct Band {
    class: &'static str,
    name: &'static str,
    policy: &'static str,
    reference: &'static str,
}

fn bands(is_unpaired: bool) -> [Band; 2] {
    let names = if is_unpaired {
        ["desirable", "undesirable"]
    } else {
        ["chosen", "rejected"]
    };
    [
        Band {
            class: "chosen",
            name: names[0],
            policy: LOGPS_CHOSEN,
            reference: REF_LOGPS_CHOSEN,
        },
        Band {
            class: "rejected",
            name: names[1],
            policy: LOGPS_REJECTED,
            reference: REF_LOGPS_REJECTED,
        },
    ]
}

#[component]
pub fn LogpsChart() -> impl IntoView {
    let lab = use_lab();
    let curve = lab.run.curve();
    let is_unpaired = Memo::new(move |_| {
        let of_run = lab
            .run
            .run()
            .with(|run| run.objective.as_ref().map(Objective::row_kind));
        let of_form = || lab.form.objective().get().row_kind();
        of_run.unwrap_or_else(of_form) == RowKind::Unpaired
    });
    let value = move || curve.with(|curve| curve.last().map_or_else(String::new, last_point));
    let summary = move || curve.with(|curve| summary(curve, is_unpaired.get()));
    view! {
        <figure class="panel chart" data-testid="chart-logps" data-value=value>
            <figcaption class="panel-head">
                <h2><Define term=Term::LogProb text="Log-probs"/></h2>
                <span class="keyline">
                    <span class="dash solid" aria-hidden="true"></span>
                    <Define term=Term::Policy/>
                    <span class="dash dashed" aria-hidden="true"></span>
                    <Define term=Term::Reference/>
                </span>
            </figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=summary>
                {move || curve.with(|curve| draw(curve, is_unpaired.get()))}
            </svg>
            <p class="chart-summary">{summary}</p>
            <details class="chart-data">
                <summary>"Data"</summary>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"step"</th>
                            {move || {
                                bands(is_unpaired.get())
                                    .map(|band| view! {
                                        <th scope="col">{band.name}" policy"</th>
                                        <th scope="col">{band.name}" reference"</th>
                                    })
                                    .into_iter()
                                    .collect_view()
                            }}
                        </tr>
                    </thead>
                    <tbody>{move || curve.with(rows)}</tbody>
                </table>
            </details>
        </figure>
    }
}

fn last_point(point: &CurvePoint) -> String {
    let metric = |name: &str| point.metrics.get(name);
    json!({
        "step": point.step,
        "policy_chosen": metric(LOGPS_CHOSEN),
        "policy_rejected": metric(LOGPS_REJECTED),
        "reference_chosen": metric(REF_LOGPS_CHOSEN),
        "reference_rejected": metric(REF_LOGPS_REJECTED),
    })
    .to_string()
}

fn summary(curve: &Curve, is_unpaired: bool) -> String {
    let Some(last) = curve.last() else {
        return "Mean over each batch, in nats.".to_owned();
    };
    let clauses: Vec<String> = bands(is_unpaired)
        .iter()
        .filter_map(|band| {
            let gap = last.metrics.get(band.policy)? - last.metrics.get(band.reference)?;
            Some(format!("{} {}", band.name, signed(gap, 2)))
        })
        .collect();
    if !clauses.is_empty() {
        return format!("From reference: {}.", clauses.join(", "));
    }
    let clauses: Vec<String> = bands(is_unpaired)
        .iter()
        .filter_map(|band| {
            Some(format!(
                "{} {}",
                band.name,
                fixed(last.metrics.get(band.policy)?, 2)
            ))
        })
        .collect();
    if clauses.is_empty() {
        return "This objective looks at tokens, not at whole answers: see its loss.".to_owned();
    }
    format!("Without a reference: {}.", clauses.join(", "))
}

fn draw(curve: &Curve, is_unpaired: bool) -> impl IntoView + use<> {
    let points = drawn(curve);
    let last_step = points.last().map_or(1.0, |point| point.step as f64);
    let x = Scale {
        domain: (1.0, last_step.max(2.0)),
        range: (LEFT, WIDTH - RIGHT),
    };
    let drawn_bands = bands(is_unpaired)
        .into_iter()
        .zip(BANDS)
        .map(|(band, (top, bottom))| draw_band(&points, &band, x, top, bottom))
        .collect_view();
    view! {
        {drawn_bands}
        <text class="tick" x=LEFT y=HEIGHT - 4.0>"step 1"</text>
        <text class="tick end" x=WIDTH - RIGHT y=HEIGHT - 4.0>{last_step.to_string()}</text>
    }
}

fn draw_band(
    points: &[&CurvePoint],
    band: &Band,
    x: Scale,
    top: f64,
    bottom: f64,
) -> impl IntoView + use<> {
    // A batch of KTO may have no row of one kind, SFT has no rejected ones, and some
    // objectives no reference: what is not there draws no point.
    let values = |name: &str| -> Vec<(f64, f64)> {
        points
            .iter()
            .filter_map(|point| Some((point.step as f64, point.metrics.get(name)?)))
            .collect()
    };
    let (policy, reference) = (values(band.policy), values(band.reference));
    let y = domain(policy.iter().chain(&reference).map(|(_, logp)| *logp)).map(|domain| Scale {
        domain,
        range: (bottom, top),
    });
    let frame = view! {
        <rect class="plot" x=LEFT y=top width=WIDTH - RIGHT - LEFT height=bottom - top></rect>
    };
    let lines = y.map(|y| {
        let place = |values: &[(f64, f64)]| -> Vec<(f64, f64)> {
            values
                .iter()
                .map(|(s, logp)| (x.at(*s), y.at(*logp)))
                .collect()
        };
        let (policy, reference) = (place(&policy), place(&reference));
        let gap = if reference.is_empty() {
            String::new()
        } else {
            area(&policy, &reference)
        };
        let dot = policy.last().copied();
        let ticks = y.ticks(3).into_iter().map(|tick| {
            let height = y.at(tick);
            view! {
                <line class="grid" x1=LEFT x2=WIDTH - RIGHT y1=height y2=height></line>
                <text class="tick end" x=LEFT - 5.0 y=height + 3.0>{tick_text(tick)}</text>
            }
        });
        view! {
            {ticks.collect_view()}
            <path class=format!("gap {}", band.class) d=gap></path>
            <path class=format!("curve reference {}", band.class) d=line(&reference)></path>
            <path class=format!("curve {}", band.class) d=line(&policy)></path>
            {dot.map(|(cx, cy)| view! {
                <circle class=format!("dot {}", band.class) cx=cx cy=cy r="2.6"></circle>
            })}
        }
    });
    view! {
        {frame}
        {lines}
        <text class=format!("band-name {}", band.class) x=LEFT + 6.0 y=top + 13.0>{band.name}</text>
    }
}

fn rows(curve: &Curve) -> impl IntoView + use<> {
    let cell = |value: Option<f64>| value.map_or_else(|| "\u{2013}".to_owned(), |v| fixed(v, 2));
    thin(curve, TABLE_ROWS)
        .into_iter()
        .map(|point| {
            view! {
                <tr>
                    <td>{point.step}</td>
                    <td>{cell(point.metrics.get(LOGPS_CHOSEN))}</td>
                    <td>{cell(point.metrics.get(REF_LOGPS_CHOSEN))}</td>
                    <td>{cell(point.metrics.get(LOGPS_REJECTED))}</td>
                    <td>{cell(point.metrics.get(REF_LOGPS_REJECTED))}</td>
                </tr>
            }
        })
        .collect_view()
}
