//! The live run: its phase, and its numbers as they come. Whatever it comes to goes into
//! its record from here, and from nowhere else.

use super::runs::RunsStore;
pub use crate::model::curves::{Curve, CurvePoint};
use crate::model::run::{LiveRun, Phase};
use crate::model::run_record::{KlPoint, NewRun, RunRecord};
use leptos::prelude::*;
use std::collections::VecDeque;
use tilt_protocol::{Objective, PolicyAt, RunId};

/// Steps over which ms/step and tokens/s are averaged.
const SPEED_WINDOW: usize = 10;

impl Phase {
    pub fn is_active(self) -> bool {
        matches!(self, Phase::Running | Phase::Paused)
    }
}

#[derive(Clone, Copy)]
pub struct RunStore {
    run: RwSignal<LiveRun>,
    runs: RunsStore,
    /// What stood here before the latest run was asked for.
    before: StoredValue<Option<LiveRun>>,
    speeds: StoredValue<VecDeque<(f64, usize)>>,
    phase: Memo<Phase>,
    policy_at: Memo<PolicyAt>,
}

impl RunStore {
    pub fn new(runs: RunsStore) -> RunStore {
        let run = RwSignal::new(LiveRun::default());
        RunStore {
            run,
            runs,
            before: StoredValue::new(None),
            speeds: StoredValue::new(VecDeque::new()),
            phase: Memo::new(move |_| run.with(|run| run.phase)),
            policy_at: Memo::new(move |_| run.with(LiveRun::policy_at)),
        }
    }

    pub fn run(&self) -> Signal<LiveRun> {
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

    /// A run is asked for: it has a record from now on, and a number that no other run of
    /// this tab has had.
    pub fn begin(&self, new: NewRun, is_paused: bool) -> RunId {
        let id = self.runs.next_id();
        let (objective, steps) = (new.settings.objective.clone(), new.settings.steps);
        self.runs.begin(id, new);
        self.take_up(id, objective, steps, is_paused);
        id
    }

    /// The run of this record is the live one.
    fn take_up(&self, id: RunId, objective: Objective, steps: usize, is_paused: bool) {
        self.before.set_value(Some(self.run.get_untracked()));
        self.speeds.update_value(VecDeque::clear);
        self.runs.grow(id);
        self.run.set(LiveRun {
            id,
            phase: if is_paused {
                Phase::Paused
            } else {
                Phase::Running
            },
            objective: Some(objective),
            steps,
            ..LiveRun::default()
        });
    }

    /// A stored run is back; until the engine has spoken it stands where its curve ends.
    pub fn restore(&self, id: RunId, objective: Objective, steps: usize, rows: usize) {
        self.take_up(id, objective, steps, true);
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

    /// A run that never began: nothing is left of it.
    pub fn forget(&self, id: RunId) {
        self.refused();
        self.runs.forget(id);
    }

    /// The policy is the reference again: the run does not come back by itself.
    pub fn leave(&self) {
        self.runs.leave(self.run.with_untracked(|run| run.id));
        self.clear();
    }

    /// Forgets the run, as the policy does when it is reset.
    pub fn clear(&self) {
        self.speeds.update_value(VecDeque::clear);
        self.runs.settle();
        self.run.update(|run| {
            *run = LiveRun {
                id: run.id,
                ..LiveRun::default()
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
            run.seconds += ms / 1000.0;
            run.metrics = point.metrics.clone();
            run.ms_per_step = Some(ms_sum / count.max(1) as f64);
            run.tokens_per_second = (ms_sum > 0.0).then(|| token_sum as f64 / (ms_sum / 1000.0));
        });
        self.runs.add_point(id, point);
    }

    pub fn measured_kl(&self, id: RunId, point: KlPoint) {
        let kl = Some(point.kl).filter(|kl| kl.is_finite());
        self.update(id, |run| run.kl = kl);
        self.runs.add_kl(id, point);
    }

    /// The run takes no further steps. It may be one that another has followed already.
    pub fn finished(&self, id: RunId) {
        self.runs.finished(id);
        self.ended(id);
    }

    /// The live run is at its end already, if it is this one.
    pub fn ended(&self, id: RunId) {
        self.update(id, |run| run.phase = Phase::Ended);
    }

    /// What charts draw: the pinned runs and, last, the live or latest one, with its
    /// curve as it grows.
    pub fn shown(&self) -> Vec<RunRecord> {
        self.drawn(|record| record.is_pinned)
    }

    /// Every listed run; the last is the live or latest one, with its curve as it grows.
    pub fn all(&self) -> Vec<RunRecord> {
        self.drawn(|_| true)
    }

    fn drawn(&self, is_wanted: impl Fn(&RunRecord) -> bool) -> Vec<RunRecord> {
        let (id, is_active) = self.run.with(|run| (run.id, run.phase.is_active()));
        self.runs.records().with(|records| {
            let mut shown: Vec<RunRecord> = records
                .iter()
                .filter(|record| is_wanted(record) && record.id != id)
                .map(|record| (**record).clone())
                .collect();
            if let Some(record) = records.iter().find(|record| record.id == id) {
                let mut record = (**record).clone();
                if is_active || record.curve.is_empty() {
                    record.curve = self.curve().get();
                }
                shown.push(record);
            }
            shown
        })
    }

    fn update(&self, id: RunId, change: impl FnOnce(&mut LiveRun)) {
        if self.run.with_untracked(|run| run.id == id) {
            self.run.update(change);
        }
    }
}
