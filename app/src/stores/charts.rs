//! What all charts share: the runs they draw, smoothing, the y scale, the range of steps
//! and the step that is pointed at.

use super::run::RunStore;
use super::runs::RunsStore;
use crate::model::run_record::RunRecord;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::RunId;

/// The strongest smoothing: the share of the smoothed value that is kept from step to step.
pub const MOST_SMOOTHING: f64 = 0.98;

pub type ShownRuns = Arc<Vec<RunRecord>>;

#[derive(Clone, Copy)]
pub struct ChartsStore {
    smoothing: RwSignal<f64>,
    is_log: RwSignal<bool>,
    /// The live or latest run.
    live: Memo<(RunId, bool)>,
    /// With the run in which it was chosen: another run starts with all its steps.
    zoom: RwSignal<Option<(RunId, (f64, f64))>>,
    pointed: RwSignal<Option<usize>>,
    shown: Memo<ShownRuns>,
    all: Memo<ShownRuns>,
    extent: Memo<(f64, f64)>,
    range: Memo<(f64, f64)>,
    step: Memo<Option<usize>>,
}

impl ChartsStore {
    pub fn new(run: RunStore, runs: RunsStore) -> ChartsStore {
        let zoom = RwSignal::new(None::<(RunId, (f64, f64))>);
        let pointed = RwSignal::new(None::<usize>);
        // The live run changes with every step, its curve at most ten times a second:
        // charts follow the curve.
        let live = Memo::new(move |_| run.run().with(|run| (run.id, run.phase.is_active())));
        let shown = Memo::new_with_compare(
            move |_| {
                live.track();
                run.curve().track();
                runs.records().track();
                Arc::new(untrack(|| run.shown()))
            },
            |_, _| true,
        );
        let all = Memo::new_with_compare(
            move |_| {
                live.track();
                run.curve().track();
                runs.records().track();
                Arc::new(untrack(|| run.all()))
            },
            |_, _| true,
        );
        let extent = Memo::new(move |_| shown.with(|shown| extent_of(shown)));
        let range = Memo::new(move |_| {
            let of_run = zoom.get().filter(|(id, _)| *id == live.get().0);
            within(of_run.map(|(_, range)| range), extent.get())
        });
        let step = Memo::new(move |_| {
            let (low, high) = extent.get();
            let is_any = shown.with(|shown| !shown.is_empty());
            pointed
                .get()
                .filter(|step| is_any && (low..=high).contains(&(*step as f64)))
        });
        ChartsStore {
            smoothing: RwSignal::new(0.0),
            is_log: RwSignal::new(false),
            live,
            zoom,
            pointed,
            shown,
            all,
            extent,
            range,
            step,
        }
    }

    /// The pinned runs and, last, the live or latest one.
    pub fn shown(&self) -> Memo<ShownRuns> {
        self.shown
    }

    /// Every listed run, for what is saved.
    pub fn all(&self) -> Memo<ShownRuns> {
        self.all
    }

    /// From 0 (none) to [`MOST_SMOOTHING`].
    pub fn smoothing(&self) -> Signal<f64> {
        self.smoothing.into()
    }

    pub fn is_log(&self) -> Signal<bool> {
        self.is_log.into()
    }

    /// First and last step of the shown runs.
    pub fn extent(&self) -> Memo<(f64, f64)> {
        self.extent
    }

    /// The steps that charts draw: the zoomed range, or all.
    pub fn range(&self) -> Memo<(f64, f64)> {
        self.range
    }

    pub fn is_zoomed(&self) -> Signal<bool> {
        let store = *self;
        Signal::derive(move || {
            let extent = store.extent.get();
            store.range.get() != extent
        })
    }

    /// The step that is pointed at in all charts.
    pub fn step(&self) -> Memo<Option<usize>> {
        self.step
    }

    pub fn smooth(&self, smoothing: f64) {
        if smoothing.is_finite() {
            self.smoothing.set(smoothing.clamp(0.0, MOST_SMOOTHING));
        }
    }

    pub fn set_log(&self, is_log: bool) {
        self.is_log.set(is_log);
    }

    pub fn zoom_to(&self, from: f64, to: f64) {
        let (low, high) = (from.min(to), from.max(to));
        let (first, last) = self.extent.get_untracked();
        if low <= first && high >= last {
            self.reset_zoom();
        } else if high - low >= 1.0 {
            let id = self.live.get_untracked().0;
            self.zoom.set(Some((id, (low, high))));
        }
    }

    /// Makes the range this many times as wide, about the step that is pointed at.
    pub fn zoom_by(&self, factor: f64) {
        let range = self.range.get_untracked();
        let centre = self.step.get_untracked().map(|step| step as f64);
        let (low, high) = scaled(range, centre, factor);
        self.zoom_to(low, high);
    }

    pub fn reset_zoom(&self) {
        self.zoom.set(None);
    }

    pub fn point_at(&self, step: Option<usize>) {
        if self.pointed.get_untracked() != step {
            self.pointed.set(step);
        }
    }

    /// Moves the step that is pointed at within the drawn range; from nowhere, it starts
    /// at the last one.
    pub fn move_step(&self, by: isize) {
        let (low, high) = self.range.get_untracked();
        let next = match self.step.get_untracked() {
            Some(step) => (step as f64 + by as f64).clamp(low.ceil(), high.floor()),
            None => high.floor(),
        };
        self.point_at(Some(next as usize));
    }
}

fn extent_of(shown: &[RunRecord]) -> (f64, f64) {
    let firsts = shown.iter().flat_map(|run| run.win_rates.first());
    let low = firsts.fold(1.0, |low: f64, point| low.min(point.step as f64));
    let high = shown
        .iter()
        .flat_map(|run| {
            let curve = run.curve.last().map(|point| point.step);
            let measured = run.win_rates.last().map(|point| point.step);
            curve.into_iter().chain(measured)
        })
        .max()
        .unwrap_or(1);
    (low, (high as f64).max(2.0))
}

/// A range `factor` times as wide with `centre` where it was in it, from one step upwards.
fn scaled((low, high): (f64, f64), centre: Option<f64>, factor: f64) -> (f64, f64) {
    let centre = centre.unwrap_or((low + high) / 2.0).clamp(low, high);
    let share = (centre - low) / (high - low);
    let width = ((high - low) * factor).max(1.0);
    let low = centre - share * width;
    (low, low + width)
}

/// The zoomed range as far as there are steps; a range that lies beyond them is dropped.
fn within(zoom: Option<(f64, f64)>, (first, last): (f64, f64)) -> (f64, f64) {
    match zoom {
        Some((low, high)) if low < last && high > first => {
            let (low, high) = (low.max(first), high.min(last));
            if high - low >= 1.0 {
                (low, high)
            } else {
                (first, last)
            }
        }
        _ => (first, last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zoom_keeps_to_the_steps_there_are() {
        assert_eq!(within(Some((5.0, 50.0)), (1.0, 20.0)), (5.0, 20.0));
        assert_eq!(within(Some((30.0, 50.0)), (1.0, 20.0)), (1.0, 20.0));
        assert_eq!(within(None, (1.0, 20.0)), (1.0, 20.0));
    }

    #[test]
    fn zooming_keeps_the_step_in_its_place() {
        assert_eq!(scaled((0.0, 40.0), Some(10.0), 0.5), (5.0, 25.0));
        assert_eq!(scaled((4.0, 5.0), None, 0.5), (4.0, 5.0));
    }
}
