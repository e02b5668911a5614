//! The training run of the lab.

use super::Lab;
use crate::evaluate::{answer_prompts, kl_of_answers, prompt_ids};
use crate::generate::check_prompt;
use crate::model::Model;
use crate::session::{Session, StepOutcome, saved_settings};
use crate::text::Rows;
use crate::world;
use burn::tensor::Tensor;
use std::time::Duration;
use tilt_protocol::{Error, Event, Example, RequestId, Result, RunId, Sampling, TrainSettings};
use web_time::Instant;

/// Steps between two looks at the watched pair.
const WATCH_EVERY: usize = 5;
/// Steps between two estimates of the KL.
const KL_EVERY: usize = 10;
/// Held-out prompts of the KL estimate.
const KL_PROMPTS: usize = 16;

/// A session with its names on the page.
pub struct Run {
    pub session: Session,
    pub paused: bool,
    id: RequestId,
    run: RunId,
}

impl Lab {
    pub(super) async fn start_run(
        &mut self,
        id: RequestId,
        run: RunId,
        settings: TrainSettings,
        examples: Vec<Example>,
        paused: bool,
    ) -> Result<()> {
        let loaded = self.loaded()?;
        let Rows { rows, dropped } =
            loaded
                .model
                .rows(&examples, &settings.objective, settings.max_length)?;
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
        self.begin(
            Run {
                session,
                paused,
                id,
                run,
            },
            dropped,
        )
        .await
    }

    /// Takes a run in and tells the page of it.
    async fn begin(&mut self, run: Run, dropped: usize) -> Result<()> {
        let session = &run.session;
        let (steps, rows) = (session.settings.steps, session.data.len());
        let event = Event::RunStarted {
            run: run.run,
            steps,
            rows,
            dropped,
        };
        self.emit(run.id, event);
        self.run = Some(run);
        self.show_watched().await;
        Ok(())
    }

    pub(super) fn set_paused(&mut self, paused: bool) -> Result<()> {
        self.run.as_mut().ok_or(Error::NoRun)?.paused = paused;
        Ok(())
    }

    /// One optimiser step with what the page wants to see of it.
    pub(super) async fn advance_run(&mut self) {
        let (Some(run), Some(loaded)) = (&mut self.run, &self.loaded) else {
            return;
        };
        let id = run.id;
        let started = Instant::now();
        match run.session.step(&loaded.model).await {
            Ok(outcome) => self.after_step(outcome, started.elapsed()).await,
            Err(error) => {
                // The weights are those before the step that broke; the run is over.
                self.fail(id, error);
                self.end_run(true).await;
            }
        }
    }

    async fn after_step(&mut self, outcome: StepOutcome, duration: Duration) {
        let Some(run) = &self.run else { return };
        let (id, run_id) = (run.id, run.run);
        let (step, done) = (outcome.step, outcome.done);
        self.emit(
            id,
            Event::Step {
                run: run_id,
                step,
                metrics: outcome.metrics,
                duration_ms: duration.as_secs_f64() * 1e3,
                tokens: outcome.tokens,
            },
        );
        if done {
            self.end_run(false).await;
            return;
        }
        if step == 1 || step.is_multiple_of(WATCH_EVERY) {
            self.show_watched().await;
        }
        if step.is_multiple_of(KL_EVERY)
            && let Err(error) = self.measure_kl(id, run_id, step).await
        {
            // Only a lost device fails here.
            self.fail(id, error);
            self.end_run(true).await;
        }
    }

    async fn measure_kl(&mut self, id: RequestId, run: RunId, step: usize) -> Result<()> {
        let loaded = self.loaded()?;
        let (model, policy) = (&loaded.model, self.policy()?);
        if let Some(kl) = kl_on_fixed_prompts(model, policy, &loaded.reference).await? {
            self.emit(id, Event::Kl { run, step, kl });
        }
        Ok(())
    }

    /// Ends the run; its policy stays.
    pub(super) async fn end_run(&mut self, stopped: bool) {
        let Some(run) = self.run.take() else { return };
        let step = run.session.step;
        if let Some(loaded) = &mut self.loaded {
            loaded.policy = run.session.arena;
            loaded.policy_step = step;
        }
        self.show_watched().await;
        if let Err(error) = self.measure_kl(run.id, run.run, step).await {
            self.fail(run.id, error);
        }
        self.emit(
            run.id,
            Event::RunEnded {
                run: run.run,
                step,
                stopped,
            },
        );
    }

    pub(super) async fn save_run(&mut self, id: RequestId) -> Result<()> {
        let run = self.run.as_mut().ok_or(Error::NoRun)?;
        let (number, step) = (run.run, run.session.step);
        let bytes = run.session.save().await?;
        self.emit_with(id, Event::Checkpoint { run: number, step }, vec![bytes]);
        Ok(())
    }

    pub(super) async fn restore_run(
        &mut self,
        id: RequestId,
        run: RunId,
        examples: Vec<Example>,
        bytes: &[u8],
    ) -> Result<()> {
        let loaded = self.loaded()?;
        let settings = saved_settings(bytes)?;
        let Rows { rows, dropped } =
            loaded
                .model
                .rows(&examples, &settings.objective, settings.max_length)?;
        let session = Session::restore(bytes, &loaded.model, &loaded.reference, rows)?;
        let paused = true;
        self.begin(
            Run {
                session,
                paused,
                id,
                run,
            },
            dropped,
        )
        .await
    }
}

/// `metric-kl`: sampled from the policy on the same few held-out prompts each time.
/// `None` when none of them fits an imported model.
async fn kl_on_fixed_prompts(
    model: &Model,
    policy: &Tensor<1>,
    reference: &Tensor<1>,
) -> Result<Option<f64>> {
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
        return Ok(None);
    }
    let sampling = Sampling {
        seed: 17,
        ..Sampling::default()
    };
    let answers = answer_prompts(model, policy, &texts, &sampling, 0).await?;
    kl_of_answers(model, reference, &answers).await.map(Some)
}
