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
        let of_job = self.jobs.front().and_then(Job::status);
        let status = match (of_job, &self.run, &self.loaded) {
            (Some(status), _, _) => status,
            _ if self.ending.is_some() => EngineStatus::Training,
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

impl Job {
    /// What the engine is doing while this comes first; `None` where that is another
    /// matter.
    pub fn status(&self) -> Option<EngineStatus> {
        match &self.work {
            Work::SamplePairs(_) => Some(EngineStatus::Sampling),
            Work::Autolabel(_) => Some(EngineStatus::Labelling),
            Work::WinRate(_) | Work::Bench(_) | Work::Report(_) => Some(EngineStatus::Evaluating),
            Work::Task(task) | Work::Kl(task) => task.status,
        }
    }
}
