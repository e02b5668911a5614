//! The live run: its numbers as they come. Its curve is in the care of the list of runs.

use super::runs::RunsStore;
use leptos::prelude::*;
use std::collections::VecDeque;
use tilt_protocol::{Metrics, Objective, PolicyAt, RunId};

pub use crate::model::curves::{Curve, CurvePoint};

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
    /// The policy as it stands; that of no run equals the reference.
    pub fn policy_at(&self) -> PolicyAt {
        PolicyAt {
            run: (self.phase != Phase::Idle && self.step > 0).then_some(self.id),
            step: if self.phase == Phase::Idle {
                0
            } else {
                self.step
            },
        }
    }

    pub fn fraction(&self) -> f64 {
        if self.steps == 0 {
            0.0
        } else {
            self.step as f64 / self.steps as f64
        }
    }
}

#[derive(Clone, Copy)]
pub struct RunStore {
    run: RwSignal<Run>,
    runs: RunsStore,
    /// What stood here before the latest run was asked for.
    before: StoredValue<Option<Run>>,
    speeds: StoredValue<VecDeque<(f64, usize)>>,
    phase: Memo<Phase>,
    policy_at: Memo<PolicyAt>,
}

impl RunStore {
    pub fn new(runs: RunsStore) -> RunStore {
        let run = RwSignal::new(Run::default());
        RunStore {
            run,
            runs,
            before: StoredValue::new(None),
            speeds: StoredValue::new(VecDeque::new()),
            phase: Memo::new(move |_| run.with(|run| run.phase)),
            policy_at: Memo::new(move |_| run.with(Run::policy_at)),
        }
    }

    pub fn run(&self) -> Signal<Run> {
        self.run.into()
    }

    pub fn phase(&self) -> Memo<Phase> {
        self.phase
    }

    /// What is drawn from the policy now is drawn from this one.
    pub fn policy_at(&self) -> Memo<PolicyAt> {
        self.policy_at
    }

    pub fn curve(&self) -> Signal<Curve> {
        self.runs.drawn_curve()
    }

    /// A run is asked for, which has a record.
    pub fn begin(&self, id: RunId, objective: Objective, steps: usize, is_paused: bool) {
        self.before.set_value(Some(self.run.get_untracked()));
        self.speeds.update_value(VecDeque::clear);
        self.runs.grow(id);
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

    /// A stored run is back; until the engine has spoken it stands where its curve ends.
    pub fn restore(&self, id: RunId, objective: Objective, steps: usize, rows: usize) {
        self.begin(id, objective, steps, true);
        let last = self.runs.last_point(id);
        self.run.update(|run| {
            run.rows = rows;
            if let Some(last) = last {
                run.step = last.step;
                run.metrics = last.metrics.clone();
            }
        });
    }

    /// The engine is gone: nothing runs, but nothing has ended either.
    pub fn suspend(&self) {
        self.run.update(|run| run.phase = Phase::Idle);
    }

    /// The run stands at `step`: what was seen after it will come again.
    pub fn rewind(&self, id: RunId, step: usize) {
        self.runs.rewind(id, step);
        let last = self.runs.last_point(id);
        self.update(id, |run| {
            run.step = step;
            if let Some(last) = last {
                run.metrics = last.metrics.clone();
            }
        });
    }

    /// The engine refused the run that was begun: the policy is still that of the one
    /// before.
    pub fn refused(&self) {
        self.clear();
        if let Some(run) = self.before.try_update_value(Option::take).flatten() {
            if run.phase != Phase::Idle {
                self.runs.draw(run.id);
            }
            self.run.set(run);
        }
    }

    /// Forgets the run, as the policy does when it is reset.
    pub fn clear(&self) {
        self.speeds.update_value(VecDeque::clear);
        self.runs.settle();
        self.run.update(|run| {
            *run = Run {
                id: run.id,
                ..Run::default()
            }
        });
        self.runs.draw_none();
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
        self.runs.add_point(id, point);
    }

    pub fn set_kl(&self, id: RunId, kl: f64) {
        self.update(id, |run| run.kl = kl.is_finite().then_some(kl));
    }

    /// Ends the run, if it is this one.
    pub fn ended(&self, id: RunId) {
        self.update(id, |run| run.phase = Phase::Ended);
    }

    fn update(&self, id: RunId, change: impl FnOnce(&mut Run)) {
        if self.run.with_untracked(|run| run.id == id) {
            self.run.update(change);
        }
    }
}
