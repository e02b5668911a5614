//! What the policy has come to.

use super::job::Job;
use super::state::EngineLab;
use super::task::Task;
use crate::evaluate::{Wanted, run_result};
use tilt_protocol::{Error, Event, Example, RequestId, Result, Reward};

impl EngineLab {
    /// Of the policy as it is now.
    pub(super) fn run_result(
        &mut self,
        id: RequestId,
        examples: Vec<Example>,
        rewards: Vec<Reward>,
        seed: u64,
    ) -> Result<()> {
        let (snapshot, team) = (self.policy_snapshot()?, self.cpu_team());
        let work = async move {
            let (policy, reference) = (&snapshot.policy, &snapshot.reference);
            let wanted = Wanted {
                examples: &examples,
                rewards: &rewards,
            };
            let (model, team) = (&snapshot.model, team.as_ref());
            let result = run_result(model, policy, reference, wanted, seed, team).await?;
            let json = serde_json::to_vec(&result)
                .map_err(|error| Error::internal(format!("a run's result: {error}")))?;
            Ok(Some((Event::RunResult { of: snapshot.at }, vec![json])))
        };
        self.queue(Job::in_passing(id, Task::new(None, work)))
    }
}
