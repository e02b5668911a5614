//! What a line chart draws, and where: lines in bands, smoothed, thinned and scaled.

use super::path::{Point, drawn};
use super::plot::{FOOT, TOP, x_scale};
use super::run_style::{Look, looks};
use super::scale::{Scale, domain, log_domain};
use super::smooth::smoothed;
use super::table::ChartTable;
use crate::model::run_record::RunRecord;
use crate::stores::charts::ChartsStore;
use leptos::prelude::*;

/// Between two bands.
const GAP: f64 = 10.0;

#[derive(Clone, Debug)]
pub struct Line {
    /// The name of its column in the data, and of its value at a step.
    pub column: String,
    pub look: Look,
    /// Steps and values, all of them.
    pub points: Vec<Point>,
}

#[derive(Clone, Debug)]
pub struct Guide {
    pub value: f64,
    pub name: &'static str,
}

/// Lines over one y axis.
#[derive(Clone, Debug, Default)]
pub struct Band {
    /// Text and class.
    pub name: Option<(String, &'static str)>,
    pub lines: Vec<Line>,
    pub guide: Option<Guide>,
    /// The axis starts at zero unless it is logarithmic.
    pub is_from_zero: bool,
    /// The class of the area between the first two lines, where it is filled.
    pub gap: Option<&'static str>,
}

/// A line as it is drawn, in pixels.
pub struct PlacedLine {
    pub look: Look,
    pub points: Vec<Point>,
    /// The line before it was smoothed.
    pub raw: Vec<Point>,
}

pub struct PlacedBand {
    pub top: f64,
    pub bottom: f64,
    /// None without values.
    pub y: Option<Scale>,
    pub lines: Vec<PlacedLine>,
}

/// A line a run: its values of one of the step's metrics.
pub fn lines_of_metric(shown: &[RunRecord], metric: &str, name: &str) -> Vec<Line> {
    looks(shown)
        .map(|(run, look)| Line {
            column: if shown.len() > 1 {
                run.name.clone()
            } else {
                name.to_owned()
            },
            look,
            points: points_of_metric(run, metric),
        })
        .collect()
}

/// What is not there (a batch without rows of a kind, an objective without a reference)
/// gives no point.
pub fn points_of_metric(run: &RunRecord, metric: &str) -> Vec<Point> {
    run.curve
        .iter()
        .filter_map(|point| Some((point.step as f64, point.metrics.get(metric)?)))
        .collect()
}

/// The last step and value of the live or latest run.
pub fn last_of_metric(shown: &[RunRecord], metric: &str) -> Option<Point> {
    let points = shown.last()?.curve.iter().rev();
    points
        .filter_map(|point| Some((point.step as f64, point.metrics.get(metric)?)))
        .next()
}

/// The last value at or before a step of a line that reaches that step.
pub fn value_at(points: &[Point], step: usize) -> Option<f64> {
    let step = step as f64;
    let after = points.partition_point(|(x, _)| *x <= step);
    let (_, value) = points.get(after.checked_sub(1)?)?;
    let reaches = points.last().is_some_and(|(x, _)| *x >= step);
    reaches.then_some(*value)
}

pub fn table(bands: &[Band]) -> ChartTable {
    let lines = bands.iter().flat_map(|band| &band.lines);
    ChartTable::of_lines(lines.map(|line| (line.column.as_str(), line.points.as_slice())))
}

/// Follows the shared smoothing, y scale and range of steps.
pub fn place(bands: &[Band], charts: ChartsStore, height: f64) -> Vec<PlacedBand> {
    let count = bands.len().max(1) as f64;
    let room = (height - TOP - FOOT - GAP * (count - 1.0)) / count;
    bands
        .iter()
        .enumerate()
        .map(|(index, band)| {
            let top = TOP + index as f64 * (room + GAP);
            place_band(band, charts, top, top + room)
        })
        .collect()
}

fn place_band(band: &Band, charts: ChartsStore, top: f64, bottom: f64) -> PlacedBand {
    let range = charts.range().get();
    let smoothing = charts.smoothing().get();
    let visible = |points: &[Point]| -> Vec<Point> {
        let inside: Vec<Point> = points
            .iter()
            .copied()
            .filter(|(step, _)| (range.0..=range.1).contains(step))
            .collect();
        drawn(&inside)
    };
    let lines: Vec<(&Line, Vec<Point>, Vec<Point>)> = band
        .lines
        .iter()
        .map(|line| {
            let raw = visible(&line.points);
            if smoothing > 0.0 {
                (line, visible(&smoothed(&line.points, smoothing)), raw)
            } else {
                (line, raw, Vec::new())
            }
        })
        .collect();
    let values = || {
        let of_lines = lines
            .iter()
            .flat_map(|(_, points, raw)| points.iter().chain(raw));
        of_lines
            .map(|(_, value)| *value)
            .chain(band.guide.iter().map(|guide| guide.value))
    };
    let logarithmic = charts
        .is_log()
        .get()
        .then(|| log_domain(values()))
        .flatten();
    let y = match logarithmic {
        Some(domain) => Some(Scale::log(domain, (bottom, top))),
        None => domain(values()).map(|(low, high)| {
            let low = if band.is_from_zero { low.min(0.0) } else { low };
            Scale::linear((low, high), (bottom, top))
        }),
    };
    let x = x_scale(range);
    let at = |points: Vec<Point>| -> Vec<Point> {
        let Some(y) = y else { return Vec::new() };
        points
            .into_iter()
            .map(|(step, value)| (x.at(step), y.at(value)))
            .collect()
    };
    PlacedBand {
        top,
        bottom,
        y,
        lines: lines
            .into_iter()
            .map(|(line, points, raw)| PlacedLine {
                look: line.look,
                points: at(points),
                raw: at(raw),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_values_as_far_as_it_reaches() {
        let points = [(1.0, 0.5), (2.0, 0.4), (4.0, 0.2)];
        assert_eq!(value_at(&points, 2), Some(0.4));
        assert_eq!(value_at(&points, 3), Some(0.4));
        assert_eq!(value_at(&points, 5), None);
        assert_eq!(value_at(&points, 0), None);
    }
}
