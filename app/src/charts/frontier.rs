//! KL against judged reward: what each run pays in distance for what it gains, a trail a
//! run.

use super::figure::ChartFigure;
use super::path::{Point, drawn, line};
use super::plot::{LEFT, RIGHT, TOP, WIDTH};
use super::run_style::{marker, prefix, run_class};
use super::scale::{Scale, domain, tick_text};
use super::table::{Cell, Table};
use crate::format::{fixed, signed};
use crate::parts::define::Define;
use crate::state::runs::{KlPoint, RunRecord};
use crate::state::use_lab;
use crate::texts::frontier as texts;
use crate::texts::glossary::Term;
use leptos::prelude::*;
use serde_json::json;

const HEIGHT: f64 = 156.0;
const BOTTOM: f64 = HEIGHT - 32.0;

#[component]
pub fn FrontierChart() -> impl IntoView {
    let charts = use_lab().charts;
    let shown = charts.shown();
    let words = Signal::derive(move || shown.with(|shown| summary(shown, charts.step().get())));
    let summary = Signal::derive(move || shown.with(|shown| summary(shown, None)));
    let heading = || {
        view! {
            <h2>{texts::HEADING_BEFORE}<Define term=Term::Kl/></h2>
            <span class="muted">{texts::TRAILS}</span>
        }
    };
    view! {
        <ChartFigure
            testid="chart-frontier"
            name=texts::NAME
            value=Signal::derive(move || shown.with(|shown| carried(shown)))
            heading=heading
            words=words
            table=Signal::derive(move || shown.with(|shown| table(shown)))
            digits=3
        >
            <svg
                class="drawing"
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                role="img"
                aria-label=move || summary.get()
            >
                {move || shown.with(|shown| draw(shown, charts.step().get()))}
            </svg>
        </ChartFigure>
    }
}

/// The points that have both numbers.
fn trail(run: &RunRecord) -> Vec<(KlPoint, f64)> {
    run.kls
        .iter()
        .filter(|point| point.kl.is_finite())
        .filter_map(|point| Some((*point, point.reward.filter(|reward| reward.is_finite())?)))
        .collect()
}

/// The last point, or the last one up to a step.
fn last_of(trail: &[(KlPoint, f64)], step: Option<usize>) -> Option<(KlPoint, f64)> {
    trail
        .iter()
        .rev()
        .find(|(point, _)| step.is_none_or(|step| point.step <= step))
        .copied()
}

fn carried(shown: &[RunRecord]) -> String {
    let points: Vec<serde_json::Value> = shown
        .iter()
        .filter_map(|run| {
            let (point, reward) = last_of(&trail(run), None)?;
            Some(json!({
                "run": run.name,
                "step": point.step,
                "kl": point.kl,
                "reward": reward,
            }))
        })
        .collect();
    if points.is_empty() {
        String::new()
    } else {
        serde_json::Value::Array(points).to_string()
    }
}

fn summary(shown: &[RunRecord], step: Option<usize>) -> String {
    let clauses: Vec<String> = shown
        .iter()
        .filter_map(|run| {
            let (point, reward) = last_of(&trail(run), step)?;
            Some(texts::reached(
                &prefix(shown, run),
                point.step,
                &fixed(point.kl, 2),
                &signed(reward, 2),
            ))
        })
        .collect();
    if !clauses.is_empty() {
        return texts::all_reached(&clauses);
    }
    let has_kl = shown.iter().any(|run| !run.kls.is_empty());
    let text = if has_kl {
        texts::NO_REWARDS
    } else {
        texts::NO_POINTS
    };
    text.to_owned()
}

fn table(shown: &[RunRecord]) -> Table {
    let rows = shown.iter().flat_map(|run| {
        run.kls.iter().map(|point| {
            vec![
                Cell::Text(run.name.clone()),
                Cell::Count(point.step),
                Cell::Number(point.kl),
                Cell::of(point.reward),
            ]
        })
    });
    Table {
        head: texts::TABLE_HEAD.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn draw(shown: &[RunRecord], step: Option<usize>) -> impl IntoView + use<> {
    let right = WIDTH - RIGHT;
    let trails: Vec<(usize, Vec<(KlPoint, f64)>)> =
        shown.iter().map(|run| (run.style, trail(run))).collect();
    let points = || trails.iter().flat_map(|(_, trail)| trail);
    // A trail starts at the reference, where the KL is zero.
    let kls = points().map(|(point, _)| point.kl).chain([0.0]);
    let x = Scale::linear(domain(kls).unwrap_or((0.0, 1.0)), (LEFT, right));
    let rewards = points().map(|(_, reward)| *reward);
    let y = domain(rewards).map(|domain| Scale::linear(domain, (BOTTOM, TOP)));
    let columns = x.ticks(5).into_iter().map(|tick| {
        let at = x.at(tick);
        view! {
            <line class="grid" x1=at x2=at y1=TOP y2=BOTTOM></line>
            <text class="tick middle" x=at y=BOTTOM + 12.0>{tick_text(tick)}</text>
        }
    });
    let lines = y.map(|y| {
        let ticks = y.ticks(4).into_iter().map(|tick| {
            let at = y.at(tick);
            view! {
                <line class="grid" x1=LEFT x2=right y1=at y2=at></line>
                <text class="tick end" x=LEFT - 5.0 y=at + 3.5>{tick_text(tick)}</text>
            }
        });
        let place = |(point, reward): &(KlPoint, f64)| -> Point { (x.at(point.kl), y.at(*reward)) };
        let trails = trails.iter().map(|(style, trail)| {
            let class = run_class(*style);
            let places: Vec<Point> = drawn(&trail.iter().map(place).collect::<Vec<Point>>());
            let small: String = places.iter().map(|at| marker(*at, *style, 1.8)).collect();
            let last = last_of(trail, step).map(|last| marker(place(&last), *style, 5.0));
            view! {
                <path class=format!("curve {class}") d=line(&places)></path>
                <path class=format!("run-mark {class}") d=small></path>
                {last.map(|d| view! { <path class=format!("dot strong {class}") d=d></path> })}
            }
        });
        view! { {ticks.collect_view()} {trails.collect_view()} }
    });
    view! {
        <rect class="plot" x=LEFT y=TOP width=right - LEFT height=BOTTOM - TOP></rect>
        {columns.collect_view()}
        {lines}
        <text class="tick end" x=right y=HEIGHT - 5.0>{texts::KL_AXIS}</text>
        <text class="tick axis-name" x=LEFT + 6.0 y=TOP + 12.0>{texts::REWARD_AXIS}</text>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_point_up_to_a_step() {
        let point = |step: usize, kl: f64| {
            (
                KlPoint {
                    step,
                    kl,
                    reward: None,
                },
                kl * 2.0,
            )
        };
        let trail = [point(5, 0.1), point(10, 0.2), point(15, 0.4)];
        let step_of = |step| last_of(&trail, step).map(|(point, _)| point.step);
        assert_eq!(step_of(None), Some(15));
        assert_eq!(step_of(Some(12)), Some(10));
        assert_eq!(step_of(Some(2)), None);
    }
}
