//! One piece of a run: a sampling, or an optimiser step.

use super::online::{SampledBy, Sampler};
use super::reference::Reference;
use super::step::{StepInputs, add_share};
use super::{Advance, Asked, Last, Session, StepOutcome, diverged};
use crate::adamw::Norm;
use crate::model::Model;
use burn::tensor::Tensor;
use tilt_protocol::{Error, Metrics, Objective, OnlineObjective, Result, metrics};

/// The batches of one step together.
#[derive(Default)]
struct Sums {
    loss: f64,
    tokens: usize,
    passes: usize,
    margins: Vec<f64>,
    logged: Vec<Metrics>,
    gradient: Option<Tensor<1>>,
    /// Of the gradient of the step before, where that was read along or is known.
    last_norm: Option<f64>,
    /// Where a batch shows that the run has.
    diverged: Option<Error>,
}

impl Session {
    /// The next piece of the run: answers of the policy where an online run has none left, or
    /// else an optimiser step. Pause, stop and save land in between.
    ///
    /// # Errors
    /// Those of [`Session::step`].
    pub async fn advance(&mut self, model: &Model) -> Result<Advance> {
        let wanted = match &self.sampler {
            Some(sampler) => sampler.wanted(&self.settings)?,
            None => None,
        };
        match wanted {
            Some(prompts) => self.sample(model, prompts).await,
            None => self.train_step(model).await.map(Advance::Stepped),
        }
    }

    /// One optimiser step, with the sampling before it where one is due. Where it fails, nothing
    /// of it is applied: weights, moments and counters are those of before.
    ///
    /// # Errors
    /// [`Error::Diverged`] (see [`diverged`]), on a GPU also for the step before, of which
    /// nothing was applied either; [`Error::Device`] when the device was lost; of an online run
    /// what its reward functions cannot score.
    pub async fn step(&mut self, model: &Model) -> Result<StepOutcome> {
        loop {
            match self.advance(model).await? {
                Advance::Stepped(outcome) => return Ok(outcome),
                Advance::Sampled(_) => {}
                Advance::Asked(_) => {
                    return Err(Error::internal("a step before the learner has answered"));
                }
            }
        }
    }

    /// Answers to so many prompts, which are the rows from now on; where the learner scores
    /// them, they wait for that first.
    async fn sample(&mut self, model: &Model, prompts: usize) -> Result<Advance> {
        let asked = match self.asked.take() {
            Some(asked) => asked,
            None => self.draw(model, prompts).await?,
        };
        if asked.verdicts.is_none() && self.sampler()?.asks_learner() {
            let pairs = asked.drawn.pairs();
            self.asked = Some(asked);
            return Ok(Advance::Asked(pairs));
        }
        let Asked {
            drawn,
            order,
            verdicts,
        } = asked;
        let verdicts = verdicts.as_deref();
        let sampler = self.sampler()?;
        let scored = sampler.score(self.sampled_by(model), drawn, verdicts, &self.settings);
        let sampling = scored.await?;
        // Of pairs the learner may have left out every one: others come then.
        if sampling.problem.len() > 0 {
            sampling.problem.check_room(model)?;
        }
        let reference = match self.settings.renews_reference() {
            true => self.policy.weights().clone(),
            false => self.reference.arena.clone(),
        };
        self.reference = Reference::new(reference, sampling.problem.len());
        self.problem = sampling.problem;
        self.passes += sampling.passes;
        self.order = order;
        // What the next answers are weighed by: these have been.
        if let Objective::Online(OnlineObjective::Ppo(ppo)) = &mut self.settings.objective
            && let Some(kl) = sampling.progress.metrics.get(metrics::OBJECTIVE_KL)
        {
            ppo.steer(kl);
        }
        if let Some(sampler) = &mut self.sampler {
            sampler.progress = sampling.progress;
        }
        Ok(Advance::Sampled(sampling.rollouts))
    }

    /// Answers to so many prompts, and the order of those that come after.
    async fn draw(&mut self, model: &Model, prompts: usize) -> Result<Asked> {
        // Whoever answers is the policy that the last step is known to have led to.
        self.last_grad_norm().await?;
        let mut order = self.order.clone();
        let prompts = order.next_step(prompts, 1).concat();
        let by = self.sampled_by(model);
        let drawn = self.sampler()?.draw(by, prompts, &self.settings).await?;
        Ok(Asked {
            drawn,
            order,
            verdicts: None,
        })
    }

    fn sampler(&self) -> Result<&Sampler> {
        let sampler = self.sampler.as_ref();
        sampler.ok_or_else(|| Error::internal("no prompts to answer"))
    }

    fn sampled_by<'a>(&'a self, model: &'a Model) -> SampledBy<'a> {
        SampledBy {
            model,
            policy: self.policy.weights(),
            reference: &self.reference.arena,
            critic: self.policy.critic(),
            team: self.team.as_ref(),
        }
    }

    async fn train_step(&mut self, model: &Model) -> Result<StepOutcome> {
        let mut order = self.order.clone();
        let mut sampling = self.sampling_progress();
        let batches = match &mut sampling {
            Some(sampling) => sampling.take_step(&self.settings),
            None => {
                let accumulation = self.settings.gradient_accumulation_steps;
                order.next_step(self.settings.batch_size, accumulation)
            }
        };
        let sums = self.gradient(model, &batches).await?;
        if let Some(norm) = sums.last_norm {
            self.confirm(norm)?;
        }
        if let Some(error) = sums.diverged {
            return Err(error);
        }
        let lr = self.settings.lr_at(self.step);
        match sums.gradient {
            Some(gradient) => self.update(gradient, lr)?,
            None => self.last = None,
        }
        self.order = order;
        self.set_sampling_progress(sampling);
        self.step += 1;
        self.tokens_seen += sums.tokens;
        self.passes += sums.passes;
        if let Some(sync) = self.settings.reference_sync
            && self.step.is_multiple_of(sync.sync_steps)
        {
            // What the reference follows cannot be taken back.
            self.last_grad_norm().await?;
            self.reference.sync(self.policy.weights(), sync);
        }
        let mut metrics_of_step = Metrics::mean(&sums.logged);
        if let Some(sampler) = &self.sampler {
            metrics_of_step.set_all(&sampler.progress.metrics);
        }
        metrics_of_step.set(metrics::LOSS, sums.loss);
        metrics_of_step.set(metrics::LEARNING_RATE, lr);
        metrics_of_step.set(metrics::NUM_TOKENS, self.tokens_seen as f64);
        metrics_of_step.set(metrics::EPOCH, self.epoch());
        Ok(StepOutcome {
            step: self.step,
            metrics: metrics_of_step,
            tokens: sums.tokens,
            margins: sums.margins,
            done: self.is_finished(),
        })
    }

    /// Forward and backward of a step's batches, up to one that shows that the run has
    /// diverged. The norm of the last step's gradient is read along with the first.
    async fn gradient(&mut self, model: &Model, batches: &[Vec<usize>]) -> Result<Sums> {
        let shares = self.problem.shares(batches);
        let inputs = StepInputs {
            model,
            policy: self.policy.weights(),
            problem: &self.problem,
            statistics: self.statistics,
            critic: self.policy.critic(),
            team: self.team.as_ref(),
        };
        let mut sums = Sums::default();
        let mut unread = None;
        match self.last.as_ref().map(|last| &last.norm) {
            Some(Norm::Known(norm)) => sums.note_norm(f64::from(*norm)),
            Some(Norm::OnDevice(norm)) => unread = Some((**norm).clone()),
            None => {}
        }
        for (indices, share) in batches.iter().zip(shares) {
            let along = unread.take();
            let micro = inputs.gradient(&mut self.reference, indices, along).await?;
            if let Some(&norm) = micro.read_along.first() {
                sums.note_norm(norm);
            }
            if let Err(error) = diverged::check_batch(&micro.evaluated, self.step + 1) {
                sums.diverged = Some(error);
                return Ok(sums);
            }
            sums.loss += share * micro.evaluated.loss;
            sums.logged.push(micro.evaluated.metrics);
            sums.tokens += micro.tokens;
            sums.passes += micro.passes;
            sums.margins.extend(micro.evaluated.margins);
            sums.gradient = add_share(sums.gradient, micro.gradient, share);
        }
        Ok(sums)
    }

    /// # Errors
    /// [`Error::Diverged`] where it is known already that there is nothing to apply; all is
    /// then as before.
    fn update(&mut self, gradient: Tensor<1>, lr: f64) -> Result<()> {
        diverged::check_rate(lr, &self.settings, self.step + 1)?;
        let before = self.stand();
        let meanwhile = &self.reference.arena;
        let norm = self.policy.update(gradient, lr, &self.settings, meanwhile);
        if let Norm::Known(norm) = norm {
            diverged::check_norm(f64::from(norm), self.step + 1)?;
        }
        self.last = Some(Last { norm, before });
        Ok(())
    }
}

impl Sums {
    /// Of the last step's gradient.
    fn note_norm(&mut self, norm: f64) {
        let mut of_norm = Metrics::default();
        of_norm.set(metrics::GRAD_NORM, norm);
        self.logged.push(of_norm);
        self.last_norm = Some(norm);
    }
}
