//! Policy and reference answer the same prompt.

use super::job::Job;
use super::state::EngineLab;
use super::task::Task;
use crate::evaluate::{answer_prompts, check_sampling};
use tilt_protocol::{Event, RequestId, Result, Sampling};

impl EngineLab {
    pub(super) fn compare(
        &mut self,
        id: RequestId,
        prompt: String,
        sampling: Sampling,
    ) -> Result<()> {
        check_sampling(&sampling)?;
        let snapshot = self.policy_snapshot()?;
        let work = async move {
            let mut texts = Vec::new();
            for arena in [&snapshot.policy, &snapshot.reference] {
                let prompts = [prompt.as_str()];
                let answers =
                    answer_prompts(&snapshot.model, arena, &prompts, &sampling, 0, None).await?;
                texts.extend(answers.into_iter().map(|answer| answer.text));
            }
            let reference = texts.pop().unwrap_or_default();
            let policy = texts.pop().unwrap_or_default();
            let event = Event::Compared {
                of: snapshot.at,
                prompt,
                policy,
                reference,
            };
            Ok(Some((event, Vec::new())))
        };
        self.queue(Job::task(id, Task::new(None, work)))
    }
}
