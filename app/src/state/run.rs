//! The live run: its numbers as they come, its curves at most ten times a second.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::Arc;
use tilt_protocol::{Metrics, Objective, RunId};

/// Curves are drawn again at most this often.
const REDRAW_MS: u32 = 100;
/// Steps over which ms/step and tokens/s are averaged.
const SPEED_WINDOW: usize = 10;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// No run since the page opened or the policy was reset.
    #[default]
    Idle,
    Running,
    Paused,
    Ended,
}

impl Phase {
    pub fn is_active(self) -> bool {
        matches!(self, Phase::Running | Phase::Paused)
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    pub id: RunId,
    pub phase: Phase,
    pub objective: Option<Objective>,
    pub steps: usize,
    pub step: usize,
    pub rows: usize,
    pub metrics: Metrics,
    pub kl: Option<f64>,
    pub ms_per_step: Option<f64>,
    pub tokens_per_second: Option<f64>,
}

impl Run {
    pub fn fraction(&self) -> f64 {
        if self.steps == 0 {
            0.0
        } else {
            self.step as f64 / self.steps as f64
        }
    }
}

/// One step of the curves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    pub step: usize,
    pub metrics: Metrics,
    /// Implicit-reward margins of the step's pairs.
    pub margins: Vec<f64>,
}

/// The curve is copied at every redraw, its points are not.
pub type Curve = Arc<Vec<Arc<CurvePoint>>>;

#[derive(Clone, Copy)]
pub struct RunStore {
    run: RwSignal<Run>,
    curve: RwSignal<Curve>,
    points: StoredValue<Vec<Arc<CurvePoint>>>,
    /// What stood here before the latest run was asked for.
    before: StoredValue<Option<(Run, Vec<Arc<CurvePoint>>)>>,
    speeds: StoredValue<VecDeque<(f64, usize)>>,
    redraw: StoredValue<Option<Timeout>, LocalStorage>,
    phase: Memo<Phase>,
}

impl RunStore {
    pub fn new() -> RunStore {
        let run = RwSignal::new(Run::default());
        RunStore {
            run,
            curve: RwSignal::new(Arc::default()),
            points: StoredValue::new(Vec::new()),
            before: StoredValue::new(None),
            speeds: StoredValue::new(VecDeque::new()),
            redraw: StoredValue::new_local(None),
            phase: Memo::new(move |_| run.with(|run| run.phase)),
        }
    }

    pub fn run(&self) -> Signal<Run> {
        self.run.into()
    }

    pub fn phase(&self) -> Memo<Phase> {
        self.phase
    }

    pub fn curve(&self) -> Signal<Curve> {
        self.curve.into()
    }

    /// A new run is asked for.
    pub fn begin(&self, id: RunId, objective: Objective, steps: usize, is_paused: bool) {
        let before = self.run.get_untracked();
        let points = self.points.try_update_value(std::mem::take);
        self.before.set_value(points.map(|points| (before, points)));
        self.clear();
        self.run.set(Run {
            id,
            phase: if is_paused {
                Phase::Paused
            } else {
                Phase::Running
            },
            objective: Some(objective),
            steps,
            ..Run::default()
        });
    }

    /// A stored run is back, its curve as it was when it was saved.
    pub fn restore(
        &self,
        id: RunId,
        objective: Objective,
        steps: usize,
        rows: usize,
        curve: &Curve,
    ) {
        self.begin(id, objective, steps, true);
        self.points.set_value(curve.to_vec());
        self.run.update(|run| run.rows = rows);
    }

    /// The engine is gone: nothing runs, but nothing has ended either.
    pub fn suspend(&self) {
        self.run.update(|run| run.phase = Phase::Idle);
    }

    /// The run stands at `step`: what was seen after it will come again.
    pub fn rewind(&self, id: RunId, step: usize) {
        self.points
            .update_value(|points| points.retain(|point| point.step <= step));
        let points = self.points.with_value(Vec::clone);
        self.update(id, |run| {
            run.step = step;
            if let Some(last) = points.last() {
                run.metrics = last.metrics.clone();
            }
        });
        self.curve.set(Arc::new(points));
    }

    /// The curve with its last points, whatever is drawn.
    pub fn whole_curve(&self) -> Curve {
        Arc::new(self.points.with_value(Vec::clone))
    }

    /// The engine refused the run that was begun: the policy is still that of the one
    /// before.
    pub fn refused(&self) {
        self.clear();
        let before = self.before.try_update_value(Option::take).flatten();
        if let Some((run, points)) = before {
            self.run.set(run);
            self.curve.set(Arc::new(points.clone()));
            self.points.set_value(points);
        }
    }

    /// Forgets the run, as the policy does when it is reset.
    pub fn clear(&self) {
        self.points.update_value(Vec::clear);
        self.speeds.update_value(VecDeque::clear);
        self.run.update(|run| {
            *run = Run {
                id: run.id,
                ..Run::default()
            }
        });
        self.curve.set(Arc::default());
    }

    pub fn started(&self, id: RunId, steps: usize, rows: usize) {
        self.update(id, |run| {
            run.steps = steps;
            run.rows = rows;
        });
    }

    pub fn set_paused(&self, is_paused: bool) {
        let is_changed = self.run.with_untracked(|run| {
            run.phase.is_active() && (run.phase == Phase::Paused) != is_paused
        });
        if is_changed {
            self.run.update(|run| {
                run.phase = if is_paused {
                    Phase::Paused
                } else {
                    Phase::Running
                };
            });
        }
    }

    /// `point` came `ms` milliseconds after the one before, over `tokens` tokens.
    pub fn stepped(&self, id: RunId, point: CurvePoint, ms: f64, tokens: usize) {
        if self.run.with_untracked(|run| run.id != id) {
            return;
        }
        self.speeds.update_value(|speeds| {
            speeds.push_back((ms, tokens));
            if speeds.len() > SPEED_WINDOW {
                speeds.pop_front();
            }
        });
        let (ms_sum, token_sum, count) = self.speeds.with_value(|speeds| {
            let ms: f64 = speeds.iter().map(|(ms, _)| ms).sum();
            let tokens: usize = speeds.iter().map(|(_, tokens)| tokens).sum();
            (ms, tokens, speeds.len())
        });
        self.run.update(|run| {
            run.step = point.step;
            run.metrics = point.metrics.clone();
            run.ms_per_step = Some(ms_sum / count.max(1) as f64);
            run.tokens_per_second = (ms_sum > 0.0).then(|| token_sum as f64 / (ms_sum / 1000.0));
        });
        self.points
            .update_value(|points| points.push(Arc::new(point)));
        self.redraw_soon();
    }

    pub fn set_kl(&self, id: RunId, kl: f64) {
        self.update(id, |run| run.kl = kl.is_finite().then_some(kl));
    }

    /// Ends the run; returns its whole curve.
    pub fn ended(&self, id: RunId) -> Curve {
        self.update(id, |run| run.phase = Phase::Ended);
        let curve = self.whole_curve();
        self.curve.set(curve.clone());
        curve
    }

    fn update(&self, id: RunId, change: impl FnOnce(&mut Run)) {
        if self.run.with_untracked(|run| run.id == id) {
            self.run.update(change);
        }
    }

    fn redraw_soon(&self) {
        let is_due = self.redraw.with_value(Option::is_none);
        if is_due {
            let store = *self;
            let timeout = Timeout::new(REDRAW_MS, move || {
                store.redraw.set_value(None);
                store
                    .curve
                    .set(Arc::new(store.points.with_value(Vec::clone)));
            });
            self.redraw.set_value(Some(timeout));
        }
    }
}
