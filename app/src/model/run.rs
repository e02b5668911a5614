//! A run as it goes: its phase and its latest numbers.

use tilt_protocol::{Metrics, Objective, PolicyAt, RunId};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// No run since the page opened or the policy was reset.
    #[default]
    Idle,
    Running,
    Paused,
    Ended,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveRun {
    pub id: RunId,
    pub phase: Phase,
    pub objective: Option<Objective>,
    pub steps: usize,
    pub step: usize,
    pub rows: usize,
    pub metrics: Metrics,
    pub kl: Option<f64>,
    pub ms_per_step: Option<f64>,
    /// Of all its steps since the page is open, in this tab.
    pub seconds: f64,
    pub tokens_per_second: Option<f64>,
}

impl LiveRun {
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
