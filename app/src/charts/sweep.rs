//! A sweep's runs together: for each setting the mean over its seeds, with its interval as
//! a band.

use super::figure::ChartFigure;
use super::grid;
use super::path::{Point, area, drawn, line};
use super::plot::{FOOT, LEFT, RIGHT, TOP, WIDTH};
use super::run_style::{Look, swatch};
use super::scale::{Scale, domain};
use super::table::{Cell, ChartTable};
use crate::lab::use_lab;
use crate::model::sweep::{SweepGroup, groups};
use crate::stores::sweep::SweepStore;
use crate::texts::charts::STEP;
use crate::texts::sweep as texts;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::metrics::{LOSS, REWARDS_ACCURACIES, REWARDS_MARGINS};
use tilt_protocol::statistics::OverSeeds;

const HEIGHT: f64 = 150.0;
/// What can be drawn, by TRL's names.
const METRICS: [&str; 3] = [LOSS, REWARDS_MARGINS, REWARDS_ACCURACIES];

/// One setting's mean and interval over the steps.
#[derive(Clone, Debug, PartialEq)]
struct SeedBand {
    setting: String,
    look: Look,
    points: Vec<(usize, OverSeeds)>,
}

#[component]
pub fn SweepChart() -> impl IntoView {
    let lab = use_lab();
    let store = expect_context::<SweepStore>();
    let metric = RwSignal::new(LOSS);
    let bands = Memo::new(move |_| {
        let sweep = store.sweep().get();
        let groups = lab.runs.records().with(|records| groups(&sweep, records));
        Arc::new(bands_of(&groups, metric.get()))
    });
    let summary = Signal::derive(move || {
        let drawn = bands.with(|bands| bands.iter().filter(|band| !band.points.is_empty()).count());
        match drawn {
            0 => texts::NO_RUNS.to_owned(),
            count => texts::drawn(count, metric.get()),
        }
    });
    let heading = move || {
        view! {
            <h3>{texts::CHART_HEADING}</h3>
            <select
                aria-label=texts::METRIC
                data-testid="sweep-metric"
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
    view! {
        <ChartFigure
            testid="chart-sweep-seeds"
            name=texts::CHART
            value=Signal::derive(move || bands.with(|bands| carried(bands)))
            heading=heading
            words=summary
            table=Signal::derive(move || bands.with(|bands| table(bands)))
            digits=4
            without_legend=true
        >
            <svg
                class="drawing"
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                role="img"
                aria-label=move || summary.get()
            >
                {move || bands.with(|bands| draw(bands))}
            </svg>
            <ul class="run-legend">
                {move || bands.with(|bands| {
                    bands
                        .iter()
                        .map(|band| view! { <li>{swatch(band.look)} {band.setting.clone()}</li> })
                        .collect_view()
                })}
            </ul>
        </ChartFigure>
    }
}

fn bands_of(groups: &[SweepGroup], metric: &str) -> Vec<SeedBand> {
    let bands = groups.iter().enumerate().map(|(index, group)| SeedBand {
        setting: group.setting.clone(),
        look: Look::of_run(index, false),
        points: group.curve(metric),
    });
    bands.collect()
}

/// The last point of each setting, for whoever scripts the page.
fn carried(bands: &[SeedBand]) -> String {
    let last = bands.iter().filter_map(|band| {
        let (step, over) = band.points.last()?;
        Some(serde_json::json!({
            "setting": band.setting,
            "step": step,
            "mean": over.mean,
            "interval": over.interval,
            "seeds": over.seeds,
        }))
    });
    serde_json::Value::from(last.collect::<Vec<_>>()).to_string()
}

fn table(bands: &[SeedBand]) -> ChartTable {
    let mut table = ChartTable {
        head: [texts::SETTING, STEP, texts::MEAN, texts::LOW, texts::HIGH]
            .map(str::to_owned)
            .to_vec(),
        rows: Vec::new(),
    };
    for band in bands {
        for (step, over) in &band.points {
            table.rows.push(vec![
                Cell::Text(band.setting.clone()),
                Cell::Count(*step),
                Cell::Number(over.mean),
                Cell::of(over.interval.map(|[low, _]| low)),
                Cell::of(over.interval.map(|[_, high]| high)),
            ]);
        }
    }
    table
}

fn draw(bands: &[SeedBand]) -> impl IntoView + use<> {
    let (top, bottom, right) = (TOP, HEIGHT - FOOT, WIDTH - RIGHT);
    let frame = view! {
        <rect class="plot" x=LEFT y=top width=right - LEFT height=bottom - top></rect>
    };
    let all = bands.iter().flat_map(|band| &band.points);
    let ends = all.clone().flat_map(|(_, over)| {
        let [low, high] = over.interval.unwrap_or([over.mean; 2]);
        [low, high]
    });
    let last = all.map(|(step, _)| *step).max();
    let (Some(values), Some(last)) = (domain(ends), last) else {
        return frame.into_any();
    };
    let x = Scale::linear((1.0, last.max(2) as f64), (LEFT, right));
    let y = Scale::linear(values, (bottom, top));
    let ticks = grid::rows(y, 4);
    let lines = bands.iter().map(|band| {
        let points = drawn(&band.points);
        let at = |read: &dyn Fn(&OverSeeds) -> f64| -> Vec<Point> {
            let placed = points.iter();
            placed
                .map(|(step, over)| (x.at(*step as f64), y.at(read(over))))
                .collect()
        };
        let means = at(&|over| over.mean);
        let lows = at(&|over| over.interval.map_or(over.mean, |[low, _]| low));
        let highs = at(&|over| over.interval.map_or(over.mean, |[_, high]| high));
        let class = band.look.class();
        view! {
            <path class=format!("seed-band {class}") d=area(&highs, &lows)></path>
            <path class=format!("curve {class}") d=line(&means)></path>
            <path class=format!("run-mark {class}") d=band.look.marks(&means)></path>
        }
    });
    view! {
        {frame}
        {ticks}
        {lines.collect_view()}
        <text class="tick end" x=right y=HEIGHT - 4.0>{last}</text>
        <text class="tick" x=LEFT y=HEIGHT - 4.0>{STEP} " 1"</text>
    }
    .into_any()
}
