//! Training runs: started, advanced, paused, ended, saved and restored.

use super::online_run::{fresh_pairs, prompt_source, rollout_batch};
use super::state::EngineLab;
use super::task::Ending;
use super::training_run::{RestoreTo, RunRequest, TrainingRun};
use crate::session::online::Sampler;
use crate::session::{Advance, Session, StepOutcome, saved_reward_model, saved_settings};
use crate::text::TokenisedRows;
use std::time::Duration;
use tilt_protocol::{
    Error, Event, Example, Objective, Replacement, RequestId, Result, RunEnd, RunId, TrainSettings,
    Verdict,
};
use web_time::Instant;

/// Steps between two looks at the watched pair.
const WATCH_EVERY: usize = 5;
/// Steps between two estimates of the KL.
const KL_EVERY: usize = 10;

impl EngineLab {
    pub(super) async fn start_run(
        &mut self,
        plan: RunRequest,
        settings: TrainSettings,
        examples: Vec<Example>,
    ) -> Result<()> {
        let loaded = self.loaded()?;
        if let Objective::Online(_) = settings.objective {
            let trained = self.reward_model.as_ref();
            let source = prompt_source(&loaded.model, &settings, examples, trained)?;
            let sampler = Sampler::new(source, &settings)?;
            let (policy, reference) = (loaded.reference.clone(), &loaded.reference);
            let session =
                Session::start_online(&loaded.model, policy, reference, sampler, settings)?;
            self.replace_run(Replacement::Train).await;
            return self.begin(TrainingRun::new(session, plan), 0).await;
        }
        let TokenisedRows { rows, dropped, .. } = loaded
            .model
            .rows(&examples, &settings.objective, settings.max_length)?
            .all_good()?;
        if rows.is_empty() && dropped > 0 {
            let limit = settings.max_length.min(loaded.model.config.n_positions);
            return Err(Error::NothingToUse {
                what: "row that fits".to_owned(),
                purpose: "train on".to_owned(),
                advice: format!(
                    "all {dropped} rows are too long for {limit} tokens, the model's context; shorten their prompts"
                ),
            });
        }
        let policy = loaded.reference.clone();
        let session = Session::start(&loaded.model, policy, &loaded.reference, rows, settings)?;
        self.replace_run(Replacement::Train).await;
        self.begin(TrainingRun::new(session, plan), dropped).await
    }

    /// Takes a run in and tells the page of it.
    async fn begin(&mut self, mut run: TrainingRun, dropped: usize) -> Result<()> {
        run.session.set_team(self.team.clone());
        let session = &run.session;
        let prompts = session.prompt_source().map(|source| source.prompts.len());
        let (steps, rows) = (
            session.settings().steps,
            prompts.unwrap_or_else(|| session.rows()),
        );
        let event = Event::RunStarted {
            run: run.run,
            steps,
            rows,
            dropped,
            step: session.steps_taken(),
        };
        self.emit(run.id, event);
        if let Some(loaded) = &mut self.loaded {
            // From now on the run's is the policy; what an earlier one came to may go.
            loaded.policy = loaded.reference.clone();
        }
        self.run = Some(run);
        self.show_watched().await;
        Ok(())
    }

    /// A run under way gives way to something that cannot fail any more.
    pub(super) async fn replace_run(&mut self, by: Replacement) {
        self.end_run(RunEnd::Replaced { by }, None).await;
        self.finish_ending();
    }

    pub(super) fn set_paused(&mut self, id: RequestId, paused: bool) -> Result<()> {
        let run = self.run.as_mut().ok_or(Error::NoRun)?;
        run.paused = paused;
        run.until_pause = None;
        self.emit(id, Event::Done);
        Ok(())
    }

    /// What the learner says of the pairs that wait.
    pub(super) fn prefer(
        &mut self,
        id: RequestId,
        of: RunId,
        verdicts: Vec<Verdict>,
    ) -> Result<()> {
        let run = self.run.as_mut().filter(|run| run.run == of);
        let run = run.ok_or(Error::NoRun)?;
        run.session.prefer(verdicts)?;
        run.awaits_learner = false;
        self.emit(id, Event::Done);
        Ok(())
    }

    pub(super) fn take_steps(&mut self, id: RequestId, count: usize) -> Result<()> {
        let run = self.run.as_mut().ok_or(Error::NoRun)?;
        run.paused = count == 0;
        run.until_pause = Some(count);
        self.emit(id, Event::Done);
        Ok(())
    }

    pub(super) fn adjust_run(
        &mut self,
        id: RequestId,
        beta: Option<f64>,
        learning_rate: Option<f64>,
    ) -> Result<()> {
        let run = self.run.as_mut().ok_or(Error::NoRun)?;
        run.session.adjust(beta, learning_rate)?;
        let settings = run.session.settings();
        let event = Event::Adjusted {
            run: run.run,
            step: run.session.steps_taken(),
            beta: beta.and(settings.objective.beta()),
            learning_rate: settings.learning_rate,
        };
        self.emit(id, event);
        Ok(())
    }

    /// A sampling, or an optimiser step, with what the page wants to see of it.
    pub(super) async fn advance_run(&mut self) {
        let (Some(run), Some(loaded)) = (&mut self.run, &self.loaded) else {
            return;
        };
        let started = Instant::now();
        match run.session.advance(&loaded.model).await {
            Ok(Advance::Asked(pairs)) => {
                run.sampling += started.elapsed();
                run.awaits_learner = true;
                let event = Event::FreshPairs {
                    run: run.run,
                    step: run.session.steps_taken(),
                    pairs: fresh_pairs(&loaded.name, &run.session, pairs),
                };
                let id = run.id;
                self.emit(id, event);
            }
            Ok(Advance::Sampled(rollouts)) => {
                run.sampling += started.elapsed();
                let step = run.session.steps_taken();
                let batch = rollout_batch(&loaded.model, &run.session, rollouts);
                let event = Event::Sampled { run: run.run, step };
                let id = run.id;
                // Plain data.
                let bytes = serde_json::to_vec(&batch).unwrap_or_default();
                self.emit_with(id, event, vec![bytes]);
            }
            Ok(Advance::Stepped(outcome)) => {
                let duration = std::mem::take(&mut run.sampling) + started.elapsed();
                self.after_step(outcome, duration).await;
            }
            // The weights are those before the step that broke.
            Err(error) => self.end_run(RunEnd::Failed { error }, None).await,
        }
    }

    async fn after_step(&mut self, outcome: StepOutcome, duration: Duration) {
        let Some(run) = &mut self.run else { return };
        let (id, run_id) = (run.id, run.run);
        if let Some(left) = &mut run.until_pause {
            *left = left.saturating_sub(1);
            run.paused = *left == 0;
        }
        let (step, done) = (outcome.step, outcome.done);
        self.emit(
            id,
            Event::Step {
                run: run_id,
                step,
                metrics: outcome.metrics,
                duration_ms: duration.as_secs_f64() * 1e3,
                tokens: outcome.tokens,
                margins: outcome.margins,
            },
        );
        if done {
            self.end_run(RunEnd::Finished, None).await;
            return;
        }
        if step == 1 || step.is_multiple_of(WATCH_EVERY) {
            self.show_watched().await;
        }
        if step.is_multiple_of(KL_EVERY)
            && let Err(error) = self.measure_kl(id, run_id, step)
        {
            self.end_run(RunEnd::Failed { error }, None).await;
        }
    }

    /// Ends the run, if there is one; its policy stays. Its last word comes after its last
    /// KL, and whoever `asked` hears then; at once where it is replaced.
    pub(super) async fn end_run(&mut self, mut end: RunEnd, asked: Option<RequestId>) {
        let Some(mut run) = self.run.take() else {
            return;
        };
        self.finish_ending();
        if let RunEnd::Failed {
            error: error @ Error::Device { .. },
        } = end
        {
            return self.break_down(error);
        }
        // Also where nothing is kept: it says whether the last step was applied.
        if let Err(error) = run.session.last_grad_norm().await {
            match error {
                Error::Device { .. } => return self.break_down(error),
                error => end = RunEnd::Failed { error },
            }
        }
        let step = run.session.steps_taken();
        if run.is_kept {
            match run.session.save().await {
                Ok(bytes) => {
                    let event = Event::Checkpoint { run: run.run, step };
                    self.emit_with(run.id, event, vec![bytes]);
                }
                Err(error @ Error::Device { .. }) => return self.break_down(error),
                Err(error) => end = RunEnd::Failed { error },
            }
        }
        let policy_at = run.policy_at();
        self.keep_ended(run.run, run.session.policy().clone());
        if let Some(loaded) = &mut self.loaded {
            loaded.policy = run.session.into_policy();
            loaded.policy_at = policy_at;
        }
        let is_replaced = matches!(end, RunEnd::Replaced { .. });
        self.ending = Some(Ending {
            id: run.id,
            run: run.run,
            step,
            end,
            asked,
        });
        if is_replaced {
            return self.finish_ending();
        }
        self.show_watched().await;
        if self.measure_kl(run.id, run.run, step).is_err() {
            // Without a model there is nothing to measure.
            self.finish_ending();
        }
    }

    pub(super) async fn save_run(&mut self, id: RequestId) -> Result<()> {
        let run = self.run.as_mut().ok_or(Error::NoRun)?;
        let (number, step) = (run.run, run.session.steps_taken());
        let bytes = match run.session.save().await {
            Ok(bytes) => bytes,
            Err(error) => {
                // The last step was not applied: that ends the run, whoever finds it.
                self.fail(id, error.clone());
                self.end_run(RunEnd::Failed { error }, None).await;
                return Ok(());
            }
        };
        self.emit_with(id, Event::Checkpoint { run: number, step }, vec![bytes]);
        self.emit(id, Event::Done);
        Ok(())
    }

    pub(super) async fn restore_run(
        &mut self,
        plan: RunRequest,
        examples: Vec<Example>,
        bytes: Option<Vec<u8>>,
        to: RestoreTo,
    ) -> Result<()> {
        let bytes =
            bytes.ok_or_else(|| Error::malformed("checkpoint", "the message carries no bytes"))?;
        let loaded = self.loaded()?;
        let settings = saved_settings(&bytes)?;
        let (model, reference) = (&loaded.model, &loaded.reference);
        let (mut session, dropped) = if let Objective::Online(_) = settings.objective {
            // The one that scored it, whatever has been trained since.
            let trained = saved_reward_model(&bytes, model)?;
            let source = prompt_source(model, &settings, examples, trained.as_ref())?;
            let session = Session::restore_online(&bytes, model, reference, source)?;
            (session, 0)
        } else {
            let rows = model.rows(&examples, &settings.objective, settings.max_length)?;
            let TokenisedRows { rows, dropped, .. } = rows.all_good()?;
            (Session::restore(&bytes, model, reference, rows)?, dropped)
        };
        if let RestoreTo::Steps(Some(steps)) = to {
            session.go_on_to(steps)?;
        }
        self.replace_run(Replacement::Restore).await;
        let mut run = TrainingRun::new(session, plan);
        let has_ended = to == RestoreTo::Ended || run.session.is_finished();
        // What it ended with is stored already.
        run.is_kept &= !has_ended;
        let end = match run.session.is_finished() {
            true => RunEnd::Finished,
            false => RunEnd::Stopped,
        };
        self.begin(run, dropped).await?;
        if has_ended {
            self.end_run(end, None).await;
        }
        Ok(())
    }
}
