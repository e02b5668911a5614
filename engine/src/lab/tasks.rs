//! Work that owns what it needs and goes from rest to rest: comparisons, scores, exports,
//! the KL of a run. It sees the policy as it was when it was asked for, and is cancelled by
//! being dropped.

use super::Lab;
use super::jobs::Job;
use crate::breath;
use crate::evaluate::{WorldAnswer, answer_prompts, check_sampling, kl_of_answers, prompt_ids};
use crate::generate::check_prompt;
use crate::judge;
use crate::model::Model;
use crate::world;
use burn::tensor::Tensor;
use std::future::Future;
use std::rc::Rc;
use tilt_protocol::{EngineStatus, Event, PolicyAt, RequestId, Result, RunEnd, RunId, Sampling};

/// Held-out prompts of the KL estimate.
const KL_PROMPTS: usize = 16;

/// What a task comes to: an event and the buffers beside it, if there is anything to say.
pub type Answer = Option<(Event, Vec<Vec<u8>>)>;

/// A task under way.
pub struct Task {
    work: breath::Work<Result<Answer>>,
    /// What the engine says that it is doing; `None` leaves that as it is.
    pub status: Option<EngineStatus>,
}

impl Task {
    pub fn new(
        status: Option<EngineStatus>,
        work: impl Future<Output = Result<Answer>> + 'static,
    ) -> Task {
        Task {
            work: Box::pin(work),
            status,
        }
    }
}

/// A run that is over, but for its last KL.
pub struct Ending {
    pub id: RequestId,
    pub run: RunId,
    pub step: usize,
    pub end: RunEnd,
    /// Who asked for the end, and hears when it has come.
    pub asked: Option<RequestId>,
}

/// What a task works on.
pub struct Seen {
    pub model: Rc<Model>,
    pub policy: Tensor<1>,
    pub reference: Tensor<1>,
    /// Whose policy that is.
    pub at: PolicyAt,
}

impl Lab {
    /// Policy and reference as they are now.
    pub(super) fn seen(&self) -> Result<Seen> {
        let loaded = self.loaded()?;
        Ok(Seen {
            model: loaded.model.clone(),
            policy: self.policy()?.clone(),
            reference: loaded.reference.clone(),
            at: self.policy_at(),
        })
    }

    /// One piece of a task; true when it is finished.
    pub(super) async fn advance_task(&mut self, id: RequestId, task: &mut Task) -> Result<bool> {
        match breath::until_rest(&mut task.work).await {
            None => Ok(false),
            Some(answer) => {
                if let Some((event, buffers)) = answer? {
                    self.emit_with(id, event, buffers);
                }
                Ok(true)
            }
        }
    }

    pub(super) fn compare(
        &mut self,
        id: RequestId,
        prompt: String,
        sampling: Sampling,
    ) -> Result<()> {
        check_sampling(&sampling)?;
        let seen = self.seen()?;
        let work = async move {
            let mut texts = Vec::new();
            for arena in [&seen.policy, &seen.reference] {
                let prompts = [prompt.as_str()];
                let answers = answer_prompts(&seen.model, arena, &prompts, &sampling, 0).await?;
                texts.extend(answers.into_iter().map(|answer| answer.text));
            }
            let reference = texts.pop().unwrap_or_default();
            let policy = texts.pop().unwrap_or_default();
            let event = Event::Compared {
                of: seen.at,
                prompt,
                policy,
                reference,
            };
            Ok(Some((event, Vec::new())))
        };
        self.queue(Job::task(id, Task::new(None, work)))
    }

    /// `metric-kl` of the policy as it is now, before anything else goes on.
    pub(super) fn measure_kl(&mut self, id: RequestId, run: RunId, step: usize) -> Result<()> {
        let seen = self.seen()?;
        let work = async move {
            let answers = fixed_answers(&seen.model, &seen.policy).await?;
            if answers.is_empty() {
                return Ok(None);
            }
            breath::rest().await;
            let kl = kl_of_answers(&seen.model, &seen.reference, &answers).await?;
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
async fn fixed_answers(model: &Model, policy: &Tensor<1>) -> Result<Vec<WorldAnswer>> {
    let prompts = world::held_out_prompts();
    let spread = (prompts.len() / KL_PROMPTS).max(1);
    let fits =
        |text: &&str| prompt_ids(model, text).is_ok_and(|ids| check_prompt(model, &ids).is_ok());
    let texts: Vec<&str> = prompts
        .iter()
        .step_by(spread)
        .take(KL_PROMPTS)
        .map(|prompt| prompt.text.as_str())
        .filter(fits)
        .collect();
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let sampling = Sampling {
        seed: 17,
        ..Sampling::default()
    };
    answer_prompts(model, policy, &texts, &sampling, 0).await
}
