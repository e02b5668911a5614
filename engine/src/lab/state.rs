//! What the engine holds between two commands, and how it speaks.

use super::job::Job;
use super::reporting::Reported;
use super::task::{Ending, PolicySnapshot};
use super::training_run::TrainingRun;
use crate::crew::Team;
use crate::device::Compute;
use crate::evaluate::Inspector;
use crate::model::Model;
use crate::session::online::RewardModel;
use burn::tensor::Tensor;
use std::collections::VecDeque;
use std::rc::Rc;
use tilt_protocol::{
    DeviceKind, EngineStatus, Error, Event, GpuCalls, Message, PolicyAt, RequestId, Result, RunId,
};

/// What the weights of ended runs, kept for comparison, may take in all, in bytes.
pub(super) const ENDED_BYTES: usize = 64 << 20;

/// An event with the weights that travel beside it.
pub struct Outgoing {
    pub message: Message,
    pub buffers: Vec<Vec<u8>>,
}

/// A model with its two weights.
pub(super) struct LoadedModel {
    pub(super) name: String,
    pub(super) model: Rc<Model>,
    /// The frozen reference, `[parameters]`.
    pub(super) reference: Tensor<1>,
    /// The policy when no run holds it.
    pub(super) policy: Tensor<1>,
    /// What made that policy.
    pub(super) policy_at: PolicyAt,
}

/// Everything that the engine holds between two commands.
#[derive(Default)]
pub struct EngineLab {
    pub(super) compute: Option<Compute>,
    pub(super) loaded: Option<LoadedModel>,
    pub(super) run: Option<TrainingRun>,
    pub(super) jobs: VecDeque<Job>,
    /// A run that is over but for its last KL, which is the first of the jobs.
    pub(super) ending: Option<Ending>,
    /// The one that was trained last, of the loaded model.
    pub(super) reward_model: Option<Rc<RewardModel>>,
    /// The labels of the latest report, to be filtered.
    pub(super) reported: Option<Reported>,
    pub(super) watch: Option<(RequestId, Inspector)>,
    /// Nothing has trained on this GPU yet.
    pub(super) is_cold: bool,
    /// The policies that the last runs ended with, oldest first.
    pub(super) ended: VecDeque<(RunId, Tensor<1>)>,
    pub(super) status: Option<EngineStatus>,
    /// The device is lost, and the page knows.
    pub(super) is_broken: bool,
    pub(super) outbox: Vec<Outgoing>,
    /// Who shares training steps and samplings on the CPU; where there is nobody, `None`.
    pub team: Option<Team>,
    /// Counts what is asked of the GPU, where something can.
    pub gpu_calls: Option<fn() -> GpuCalls>,
    /// Reads how much memory the engine has, where it is a browser's.
    pub memory_bytes: Option<fn() -> u64>,
}

impl EngineLab {
    /// The events since the last call, in order.
    pub fn take_outbox(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.outbox)
    }

    /// True while [`EngineLab::advance`] has something to do.
    pub fn has_work(&self) -> bool {
        let run = self.run.as_ref();
        !self.jobs.is_empty() || run.is_some_and(TrainingRun::has_work) || self.is_cold
    }

    pub(super) fn compute(&self) -> Result<&Compute> {
        let reason = "work was sent before a device was chosen";
        self.compute.as_ref().ok_or_else(|| Error::internal(reason))
    }

    /// The team, where it can help: it computes on the CPU alone.
    pub(super) fn cpu_team(&self) -> Option<Team> {
        let compute = self.compute.as_ref();
        let is_on_cpu = compute.is_some_and(|compute| compute.kind == DeviceKind::Cpu);
        self.team.clone().filter(|_| is_on_cpu)
    }

    pub(super) fn loaded(&self) -> Result<&LoadedModel> {
        self.loaded.as_ref().ok_or(Error::NoModel)
    }

    /// The policy as it is now: the run's while there is one.
    pub(super) fn policy(&self) -> Result<&Tensor<1>> {
        match &self.run {
            Some(run) => Ok(run.session.policy()),
            None => Ok(&self.loaded()?.policy),
        }
    }

    /// What made the policy that [`EngineLab::policy`] gives.
    pub(super) fn policy_at(&self) -> PolicyAt {
        match (&self.run, &self.loaded) {
            (Some(run), _) => run.policy_at(),
            (None, Some(loaded)) => loaded.policy_at,
            (None, None) => PolicyAt::default(),
        }
    }

    /// Policy and reference as they are now.
    pub(super) fn policy_snapshot(&self) -> Result<PolicySnapshot> {
        let loaded = self.loaded()?;
        Ok(PolicySnapshot {
            model: loaded.model.clone(),
            policy: self.policy()?.clone(),
            reference: loaded.reference.clone(),
            at: self.policy_at(),
        })
    }

    /// After those before it; what is short does not wait for what is long, and nothing for
    /// what is done in passing.
    pub(super) fn queue(&mut self, job: Job) -> Result<()> {
        let waits_for = |other: &Job| match (job.is_short(), job.is_in_passing()) {
            (true, _) => other.is_short(),
            (false, false) => !other.is_in_passing(),
            (false, true) => true,
        };
        match self.jobs.iter().position(|other| !waits_for(other)) {
            Some(place) => self.jobs.insert(place, job),
            None => self.jobs.push_back(job),
        }
        Ok(())
    }

    pub(super) fn emit(&mut self, id: RequestId, event: Event) {
        self.emit_with(id, event, Vec::new());
    }

    pub(super) fn emit_with(&mut self, id: RequestId, event: Event, buffers: Vec<Vec<u8>>) {
        self.outbox.push(Outgoing {
            message: Message {
                id: Some(id),
                event,
            },
            buffers,
        });
    }

    /// A lost device stays lost, whatever it was asked for: then not the request has failed
    /// but the engine.
    pub(super) fn fail(&mut self, id: RequestId, error: Error) {
        if matches!(error, Error::Device { .. }) {
            self.break_down(error);
        } else {
            self.emit(id, Event::Failed { error });
        }
    }

    /// The engine is at its end, and says so once. Nothing that is under way goes on: a run
    /// can come back from its checkpoint in a fresh engine.
    pub(super) fn break_down(&mut self, error: Error) {
        self.run = None;
        self.ending = None;
        self.jobs.clear();
        self.watch = None;
        self.is_cold = false;
        if !std::mem::replace(&mut self.is_broken, true) {
            self.outbox.push(Outgoing {
                message: Message {
                    id: None,
                    event: Event::Failed { error },
                },
                buffers: Vec::new(),
            });
        }
    }

    pub(super) fn tell(&mut self, status: EngineStatus) {
        if self.status != Some(status) {
            self.status = Some(status);
            let message = Message {
                id: None,
                event: Event::Status { status },
            };
            self.outbox.push(Outgoing {
                message,
                buffers: Vec::new(),
            });
        }
    }
}
