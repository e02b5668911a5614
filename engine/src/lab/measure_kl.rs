//! The KL of a run, and the last word that waits for it.

use super::job::Job;
use super::state::EngineLab;
use super::task::Task;
use crate::breath;
use crate::crew::Team;
use crate::evaluate::{WorldAnswer, answer_prompts, kl_of_answers, some_held_out_prompts};
use crate::judge;
use crate::model::Model;
use burn::tensor::Tensor;
use tilt_protocol::{Event, RequestId, Result, RunId, Sampling};

/// Held-out prompts of the KL estimate.
const KL_PROMPTS: usize = 16;

impl EngineLab {
    /// `metric-kl` of the policy as it is now, before anything else goes on.
    pub(super) fn measure_kl(&mut self, id: RequestId, run: RunId, step: usize) -> Result<()> {
        let (snapshot, team) = (self.policy_snapshot()?, self.cpu_team());
        let work = async move {
            let answers = fixed_answers(&snapshot.model, &snapshot.policy, team.as_ref()).await?;
            if answers.is_empty() {
                return Ok(None);
            }
            breath::rest().await;
            let kl = kl_of_answers(&snapshot.model, &snapshot.reference, &answers).await?;
            let judged = answers.iter().map(|a| (a.prompt.as_str(), a.text.as_str()));
            let rewards = judge::rewards(judged);
            let event = Event::Kl {
                run,
                step,
                kl: kl.mean,
                n: answers.len(),
                standard_error: kl.standard_error,
                rewards,
            };
            Ok(Some((event, Vec::new())))
        };
        self.jobs.push_front(Job::kl(id, Task::new(None, work)));
        Ok(())
    }

    /// The last word of a run that is over, whether its last KL has come or not.
    pub(super) fn finish_ending(&mut self) {
        self.jobs.retain(|job| !job.is_kl());
        if let Some(ending) = self.ending.take() {
            let event = Event::RunEnded {
                run: ending.run,
                step: ending.step,
                end: ending.end,
            };
            self.emit(ending.id, event);
            if let Some(asked) = ending.asked {
                self.emit(asked, Event::Done);
            }
        }
    }
}

/// What `metric-kl` is estimated from: answers of the policy to the same few held-out
/// prompts each time. None where no prompt fits an imported model.
async fn fixed_answers(
    model: &Model,
    policy: &Tensor<1>,
    team: Option<&Team>,
) -> Result<Vec<WorldAnswer>> {
    let prompts = some_held_out_prompts(model, KL_PROMPTS);
    let texts: Vec<&str> = prompts.iter().map(|prompt| prompt.text.as_str()).collect();
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let sampling = Sampling {
        seed: 17,
        ..Sampling::default()
    };
    answer_prompts(model, policy, &texts, &sampling, 0, team).await
}
