//! What the engine says that it is doing.

use super::jobs::{Job, Work};
use super::{Lab, Outgoing};
use tilt_protocol::{EngineStatus, Event, Message};

impl Lab {
    /// What the engine is doing, told when it changes.
    pub(super) fn tell_status(&mut self) {
        if self.is_broken {
            return self.tell(EngineStatus::Failed);
        }
        let status = match (self.jobs.front(), &self.run, &self.loaded) {
            (Some(job), _, _) => EngineStatus::from(job),
            (None, Some(run), _) if run.paused => EngineStatus::Paused,
            (None, Some(_), _) => EngineStatus::Training,
            (None, None, Some(_)) => EngineStatus::Ready,
            (None, None, None) => EngineStatus::Loading,
        };
        self.tell(status);
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

impl From<&Job> for EngineStatus {
    fn from(job: &Job) -> EngineStatus {
        match job.work {
            Work::SamplePairs(_) => EngineStatus::Sampling,
            Work::Autolabel { .. } => EngineStatus::Labelling,
            Work::WinRate(_) | Work::Bench(_) | Work::Report(_) => EngineStatus::Evaluating,
        }
    }
}
