//! What the engine says that it is doing.

use super::job::Job;
use super::state::EngineLab;
use tilt_protocol::EngineStatus;

impl EngineLab {
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
}
