//! A training run, pulled one optimiser step at a time.
//!
//! The caller awaits [`Session::step`]; pause, stop, save and changes of settings
//! land between steps. Everything a step needs is in the session, so a saved one
//! goes on with the same numbers.

mod advance;
pub mod critic;
pub mod diverged;
pub mod online;
mod order;
mod policy;
mod problem;
mod readback;
mod reference;
mod rollouts;
mod rows;
mod save;
mod score;
mod start;
mod step;
mod temperature;

pub use order::first_epoch;
pub use rollouts::check_rollouts;
pub use save::{saved_reward_model, saved_settings};
pub use score::{ScoreResult, score_rollouts, score_rows};

use crate::adamw::Norm;
use crate::crew::Team;
use burn::tensor::Tensor;
use online::{
    AskedPair, Drawn, FreshRollout, PromptSource, RewardModel, Sampler, SamplingProgress,
};
use order::RowOrder;
use policy::Policy;
use problem::Problem;
use reference::Reference;
use std::rc::Rc;
use tilt_protocol::{Error, Metrics, ModelIdentity, Result, TrainSettings, Verdict};

/// One run: the policy, what it is trained on, and where it stands.
pub struct Session {
    settings: TrainSettings,
    /// The settings' objective and its rows.
    problem: Problem,
    /// Where the problem's rows come from, where they are sampled; the order is then that of
    /// the prompts.
    sampler: Option<Sampler>,
    /// Answers that the learner has been asked about; not saved: a restored run draws the same.
    asked: Option<Asked>,
    policy: Policy,
    /// Log what no loss needs: entropy, token accuracy, logits.
    statistics: bool,
    /// Who shares each step and each sampling; not saved.
    team: Option<Team>,
    reference: Reference,
    order: RowOrder,
    /// Optimiser steps taken.
    step: usize,
    tokens_seen: usize,
    /// Sequences read or sampled by any model since the session is here; not saved.
    passes: usize,
    last: Option<Last>,
    /// The model that is trained, where it has an identity.
    model: Option<ModelIdentity>,
}

/// Answers that wait for the learner.
struct Asked {
    drawn: Drawn,
    /// Of the prompts, after those that were asked.
    order: RowOrder,
    /// One a pair, once they have come.
    verdicts: Option<Vec<Verdict>>,
}

/// The last step, until the next one has reported its gradient's norm.
struct Last {
    norm: Norm,
    /// Where the run stood before it. Where the norm turns out not to be finite, the device
    /// has applied nothing, and the run stands there still.
    before: Stand,
}

/// Where a run stands in its steps and rows.
#[derive(Clone)]
struct Stand {
    order: RowOrder,
    /// Of an online run.
    sampling: Option<SamplingProgress>,
    step: usize,
    optimiser_steps: usize,
    tokens_seen: usize,
    /// Of the gradient of the step that led here.
    norm: Option<f32>,
}

/// What [`Session::advance`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum Advance {
    /// The policy answered, and the learner is asked which answers are better. The run goes on
    /// after [`Session::prefer`]; until then this is all that it does.
    Asked(Vec<AskedPair>),
    /// The policy answered: every answer, in the order of the prompts. The next steps train on
    /// them.
    Sampled(Vec<FreshRollout>),
    Stepped(StepOutcome),
}

/// What one optimiser step did.
#[derive(Clone, Debug, PartialEq)]
pub struct StepOutcome {
    /// Counts from 1.
    pub step: usize,
    /// Under TRL's names; `grad_norm` is that of the step before, since the norm
    /// rides in the next step's readback (see [`Session::last_grad_norm`]).
    pub metrics: Metrics,
    /// Real tokens of this step.
    pub tokens: usize,
    /// Implicit-reward margins of the step's pairs; empty for other rows.
    pub margins: Vec<f64>,
    /// True when `settings.steps` have been taken.
    pub done: bool,
}

impl Session {
    /// What the run is trained with, changes under way included.
    pub fn settings(&self) -> &TrainSettings {
        &self.settings
    }

    /// Rows in an epoch.
    pub fn rows(&self) -> usize {
        match &self.sampler {
            Some(sampler) => sampler.rows_an_epoch(&self.settings).unwrap_or(0),
            None => self.problem.len(),
        }
    }

    /// The policy as it is now, `[parameters]`. Whoever keeps a clone keeps it as it is: the
    /// next step then changes a copy.
    pub fn policy(&self) -> &Tensor<1> {
        self.policy.weights()
    }

    /// The policy, `[parameters]`, when nothing is trained any more.
    pub fn into_policy(self) -> Tensor<1> {
        self.policy.into_weights()
    }

    /// Sequences that any model has read, forward or backward, or sampled in this run, since it
    /// began or was restored. Those of a step that was not applied count not.
    pub fn passes(&self) -> usize {
        self.passes
    }

    /// Optimiser steps taken.
    pub fn steps_taken(&self) -> usize {
        self.step
    }

    /// Whether all steps that were asked for have been taken.
    pub fn is_finished(&self) -> bool {
        self.step >= self.settings.steps
    }

    /// From now on leaves out of the metrics what no loss needs: it costs a pass over all logits.
    pub fn leave_out_statistics(&mut self) {
        self.statistics = false;
    }

    /// Shares each step and each sampling with a team; not saved.
    pub fn set_team(&mut self, team: Option<Team>) {
        self.team = team;
    }

    /// Prompts and reward functions of a run on its own answers.
    pub fn prompt_source(&self) -> Option<&PromptSource> {
        self.sampler.as_ref().map(Sampler::source)
    }

    /// The reward model that scores the run's answers, where one does.
    pub fn reward_model(&self) -> Option<&Rc<RewardModel>> {
        self.sampler.as_ref().and_then(Sampler::reward_model)
    }

    fn sampling_progress(&self) -> Option<SamplingProgress> {
        self.sampler
            .as_ref()
            .map(|sampler| sampler.progress.clone())
    }

    fn set_sampling_progress(&mut self, progress: Option<SamplingProgress>) {
        if let Some((sampler, progress)) = self.sampler.as_mut().zip(progress) {
            sampler.progress = progress;
        }
    }

    fn stand(&self) -> Stand {
        Stand {
            order: self.order.clone(),
            sampling: self.sampling_progress(),
            step: self.step,
            optimiser_steps: self.policy.updates(),
            tokens_seen: self.tokens_seen,
            norm: match self.last.as_ref().map(|last| &last.norm) {
                Some(Norm::Known(norm)) => Some(*norm),
                // Whoever takes the next step has read it.
                Some(Norm::OnDevice(_)) | None => None,
            },
        }
    }

    /// The last step's norm has been read.
    ///
    /// # Errors
    /// [`Error::Diverged`] where it is not finite: nothing of that step was applied, and the
    /// run stands where it stood before it.
    fn confirm(&mut self, norm: f64) -> Result<()> {
        let checked = diverged::check_norm(norm, self.step);
        match (&mut self.last, &checked) {
            (Some(last), Ok(())) => last.norm = Norm::Known(norm as f32),
            (last, Err(_)) => {
                if let Some(Last { before, .. }) = last.take() {
                    if let Some(sampler) = &mut self.sampler {
                        sampler.progress = before.sampling.clone().unwrap_or_default();
                    }
                    self.order = before.order.clone();
                    self.step = before.step;
                    self.policy.take_back_to(before.optimiser_steps);
                    self.tokens_seen = before.tokens_seen;
                    *last = before.norm.map(|norm| Last {
                        norm: Norm::Known(norm),
                        before,
                    });
                }
            }
            (None, Ok(())) => {}
        }
        checked
    }

    /// What the learner says of the pairs of the last [`Advance::Asked`]: A or B is better; any
    /// other verdict leaves a pair out.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for another number of verdicts than of pairs, or where nothing
    /// was asked; the run waits as before.
    pub fn prefer(&mut self, verdicts: Vec<Verdict>) -> Result<()> {
        let waiting = self.asked.as_mut();
        let waiting = waiting.filter(|asked| asked.verdicts.is_none());
        let wanted = waiting
            .as_ref()
            .map_or(0, |asked| asked.drawn.prompts.len());
        match waiting {
            Some(asked) if wanted == verdicts.len() => {
                asked.verdicts = Some(verdicts);
                Ok(())
            }
            _ => {
                let expected = format!("{wanted}, one a pair that waits");
                let found = format!("{} verdicts", verdicts.len());
                Err(Error::invalid("verdicts", found, expected))
            }
        }
    }

    /// Changes a run under way, from its next step on.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`]; the run is then as it was.
    pub fn adjust(&mut self, beta: Option<f64>, learning_rate: Option<f64>) -> Result<()> {
        let mut settings = self.settings.clone();
        if let Some(beta) = beta {
            settings.objective.set_beta(beta);
        }
        settings.learning_rate = learning_rate.unwrap_or(settings.learning_rate);
        settings.check()?;
        if let Some(beta) = beta {
            self.problem.set_beta(beta);
        }
        self.settings = settings;
        Ok(())
    }

    /// The run is to take so many steps in all; schedule and end follow from the next step on.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`], also for fewer steps than it has taken; the run is then as it
    /// was.
    pub fn go_on_to(&mut self, steps: usize) -> Result<()> {
        if steps < self.step {
            let expected = format!("at least the {} that were taken", self.step);
            return Err(Error::invalid("max_steps", steps, expected));
        }
        let settings = TrainSettings {
            steps,
            ..self.settings.clone()
        };
        settings.check()?;
        self.settings = settings;
        Ok(())
    }

    /// The last step's gradient norm before clipping, read now.
    ///
    /// # Errors
    /// [`Error::Diverged`] where it is not finite: the run then stands where it stood before
    /// that step, of which nothing was applied; [`Error::Device`].
    pub async fn last_grad_norm(&mut self) -> Result<Option<f64>> {
        let Some(last) = &self.last else {
            return Ok(None);
        };
        let norm = last.norm.read().await?;
        self.confirm(norm)?;
        Ok(Some(norm))
    }

    /// Epochs done, as transformers counts them: steps over steps an epoch.
    fn epoch(&self) -> f64 {
        let epoch = self.settings.steps_an_epoch(self.rows());
        self.step as f64 / epoch.max(1) as f64
    }
}

#[cfg(test)]
mod tests;
