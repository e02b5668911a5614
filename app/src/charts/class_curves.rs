//! The learners' curves of the same run over each other.

use super::figure::ChartFigure;
use super::grid;
use super::path::{Point, drawn, line};
use super::plot::{FOOT, LEFT, RIGHT, TOP, WIDTH};
use super::run_style::{Look, swatch};
use super::scale::{Scale, domain};
use super::table::ChartTable;
use crate::model::shown_class::{AskedRun, ShownClass};
use crate::stores::class::ClassStore;
use crate::texts::board as texts;
use crate::texts::charts::STEP;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::metrics::{
    LOGPS_CHOSEN, LOGPS_REJECTED, LOSS, REWARDS_ACCURACIES, REWARDS_MARGINS,
};

const HEIGHT: f64 = 170.0;
/// What reports keep of a curve, by TRL's names.
const METRICS: [&str; 5] = [
    LOSS,
    REWARDS_MARGINS,
    REWARDS_ACCURACIES,
    LOGPS_CHOSEN,
    LOGPS_REJECTED,
];

/// One learner's curve.
#[derive(Clone, Debug, PartialEq)]
struct LearnerLine {
    name: String,
    look: Look,
    points: Vec<Point>,
}

#[component]
pub fn ClassCurves() -> impl IntoView {
    let class = expect_context::<ClassStore>();
    let metric = RwSignal::new(LOSS);
    let asked = RwSignal::new(0);
    let runs = Memo::new(move |_| {
        let shown = class.shown().get();
        shown.map(|shown| shown.asked_runs()).unwrap_or_default()
    });
    let run = move || runs.with(|runs| runs.get(asked.get()).or(runs.first()).copied());
    let lines = Memo::new(move |_| {
        let lines = class.shown().get().zip(run());
        let lines = lines.map(|(shown, run)| lines_of(&shown, run, metric.get()));
        Arc::new(lines.unwrap_or_default())
    });
    let summary = Signal::derive(move || {
        let count = lines.with(|lines| lines.iter().filter(|line| !line.points.is_empty()).count());
        texts::drawn(count, metric.get())
    });
    let run_options = move || {
        let shown = class.shown().get()?;
        let options = runs.get().into_iter().enumerate().map(|(index, run)| {
            let objective = shown.learners.iter().find_map(|one| one.objective(run));
            let title = objective.map_or("", |objective| objective.title());
            let text = texts::asked_run(run.step, run.act, title);
            view! { <option value=index.to_string()>{text}</option> }
        });
        Some(options.collect_view())
    };
    let heading = move || {
        view! {
            <select
                aria-label=texts::WHICH_RUN
                data-testid="board-curve-run"
                on:change=move |event| {
                    asked.set(event_target_value(&event).parse().unwrap_or_default());
                }
            >
                {run_options}
            </select>
            <select
                aria-label=texts::WHICH_METRIC
                data-testid="board-curve-metric"
                on:change=move |event| {
                    let name = event_target_value(&event);
                    let found = METRICS.into_iter().find(|metric| *metric == name);
                    metric.set(found.unwrap_or(LOSS));
                }
            >
                {METRICS.map(|name| view! { <option value=name>{name}</option> })}
            </select>
        }
    };
    let table = move || lines.with(|lines| table(lines));
    let has_runs = Memo::new(move |_| runs.with(|runs| !runs.is_empty()));
    view! {
        <Show
            when=move || has_runs.get()
            fallback=|| view! { <p class="muted">{texts::NO_RUNS}</p> }
        >
            <ChartFigure
                testid="board-curves-chart"
                name=texts::CURVES_FILE
                value=Signal::derive(move || lines.with(|lines| carried(lines)))
                heading=heading
                words=summary
                table=Signal::derive(table)
                digits=4
                without_legend=true
            >
                <svg
                    class="drawing"
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    role="img"
                    aria-label=move || summary.get()
                >
                    {move || lines.with(|lines| draw(lines))}
                </svg>
                <ul class="run-legend">
                    {move || lines.with(|lines| {
                        let drawn = lines.iter().filter(|line| !line.points.is_empty());
                        drawn
                            .map(|line| view! { <li>{swatch(line.look)} {line.name.clone()}</li> })
                            .collect_view()
                    })}
                </ul>
            </ChartFigure>
        </Show>
    }
}

fn lines_of(shown: &ShownClass, run: AskedRun, metric: &str) -> Vec<LearnerLine> {
    let lines = shown.learners.iter().enumerate().map(|(index, one)| {
        let curve = one.run(run).map(|run| run.curve.as_slice());
        let points = curve.unwrap_or_default().iter().filter_map(|point| {
            let value = point.metrics.get(metric)?;
            value.is_finite().then_some((point.step as f64, value))
        });
        LearnerLine {
            name: one.name.clone(),
            look: Look::of_run(index, false),
            points: points.collect(),
        }
    });
    lines.collect()
}

/// The last point of each line, for whoever scripts the page.
fn carried(lines: &[LearnerLine]) -> String {
    let last = lines.iter().filter_map(|line| {
        let (step, value) = line.points.last()?;
        Some(serde_json::json!({"learner": line.name, "step": step, "value": value}))
    });
    serde_json::Value::from(last.collect::<Vec<_>>()).to_string()
}

fn table(lines: &[LearnerLine]) -> ChartTable {
    ChartTable::of_lines(
        lines
            .iter()
            .map(|line| (line.name.as_str(), line.points.as_slice())),
    )
}

fn draw(lines: &[LearnerLine]) -> AnyView {
    let (top, bottom, right) = (TOP, HEIGHT - FOOT, WIDTH - RIGHT);
    let frame = view! {
        <rect class="plot" x=LEFT y=top width=right - LEFT height=bottom - top></rect>
    };
    let all = || lines.iter().flat_map(|line| &line.points);
    let last = all().map(|(step, _)| *step).reduce(f64::max);
    let (Some(values), Some(last)) = (domain(all().map(|(_, value)| *value)), last) else {
        return frame.into_any();
    };
    let x = Scale::linear((1.0, last.max(2.0)), (LEFT, right));
    let y = Scale::linear(values, (bottom, top));
    let ticks = grid::rows(y, 4);
    let curves = lines
        .iter()
        .filter(|line| !line.points.is_empty())
        .map(|one| {
            let points: Vec<Point> = drawn(&one.points)
                .into_iter()
                .map(|(step, value)| (x.at(step), y.at(value)))
                .collect();
            let class = one.look.class();
            view! {
                <g>
                    <title>{one.name.clone()}</title>
                    <path class=format!("curve {class}") d=line(&points)></path>
                    <path class=format!("run-mark {class}") d=one.look.marks(&points)></path>
                </g>
            }
        });
    view! {
        {frame}
        {ticks}
        {curves.collect_view()}
        <text class="tick end" x=right y=HEIGHT - 4.0>{last.to_string()}</text>
        <text class="tick" x=LEFT y=HEIGHT - 4.0>{STEP} " 1"</text>
    }
    .into_any()
}
