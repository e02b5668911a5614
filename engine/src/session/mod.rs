//! A training run, pulled one optimiser step at a time.
//!
//! The caller awaits [`Session::step`]; pause, stop, save and changes of settings
//! land between steps. Everything a step needs is in the session, so a saved one
//! goes on with the same numbers.

mod data;
mod order;
mod readback;
mod reference;
mod save;
mod score;
mod step;

pub use data::Data;
pub use order::first_epoch;
pub use save::saved_settings;
pub use score::{Score, score};

use crate::adamw::AdamW;
use crate::crew::Team;
use crate::logps::read;
use crate::model::Model;
use crate::text::TokenisedRow;
use burn::tensor::Tensor;
use order::Order;
use reference::Reference;
use step::{Task, add_share};
use tilt_protocol::{Error, Metrics, ModelIdentity, Objective, Result, TrainSettings, metrics};

/// One run: the policy's arena, its optimiser, and where it stands.
pub struct Session {
    pub settings: TrainSettings,
    pub data: Data,
    /// The policy, `[parameters]`.
    pub arena: Tensor<1>,
    /// Log what no loss needs: entropy, token accuracy, logits.
    pub statistics: bool,
    /// Who shares each step; not saved.
    pub team: Option<Team>,
    reference: Reference,
    optimiser: AdamW,
    order: Order,
    /// Optimiser steps taken.
    pub step: usize,
    tokens_seen: usize,
    /// The last step's gradient norm, still on the device, `[1]`.
    unread_norm: Option<Tensor<1>>,
    /// To go back to when the last step turns out broken.
    before_last: Option<Before>,
    /// The model that is trained, where it has an identity.
    model: Option<ModelIdentity>,
}

/// A run's weights before a step.
struct Before {
    arena: Tensor<1>,
    first: Tensor<1>,
    second: Tensor<1>,
    /// Where it follows the policy.
    reference: Option<Reference>,
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
    /// A run that starts at `policy` against `reference`.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for settings out of range, or a reward objective on a
    /// model without a scalar head, and those of [`Data::new`].
    pub fn start(
        model: &Model,
        policy: Tensor<1>,
        reference: &Tensor<1>,
        rows: Vec<TokenisedRow>,
        settings: TrainSettings,
    ) -> Result<Session> {
        settings.check()?;
        check_head(model, &settings.objective)?;
        let data = Data::new(rows, &settings, model)?;
        let optimiser = AdamW::new(model.layout.decay_mask(settings.decay_all), &model.device);
        // Unpaired rows are shuffled once, when their partners are fixed.
        let shuffles = !settings.keep_order && !matches!(data, Data::Unpaired { .. });
        let order = Order::new(data.len(), shuffles, settings.seed);
        Ok(Session {
            reference: Reference::new(reference.clone(), data.len()),
            settings,
            data,
            arena: policy,
            statistics: true,
            team: None,
            optimiser,
            order,
            step: 0,
            tokens_seen: 0,
            unread_norm: None,
            before_last: None,
            model: model.identity.clone(),
        })
    }

    /// One optimiser step.
    ///
    /// # Errors
    /// [`Error::Diverged`] when the loss or the last gradient is not finite: the
    /// weights are then those before the step that broke them; [`Error::Device`] when
    /// the device was lost.
    pub async fn step(&mut self, model: &Model) -> Result<StepOutcome> {
        let outcome = self.try_step(model).await;
        if matches!(outcome, Err(Error::Diverged { .. }))
            && let Some(before) = self.before_last.take()
        {
            self.arena = before.arena;
            self.optimiser.first = before.first;
            self.optimiser.second = before.second;
            if let Some(reference) = before.reference {
                self.reference = reference;
            }
        }
        outcome
    }

    async fn try_step(&mut self, model: &Model) -> Result<StepOutcome> {
        let settings = &self.settings;
        let batches = self
            .order
            .next_step(settings.batch_size, settings.gradient_accumulation_steps);
        let shares = self.data.shares(&batches, &settings.objective);
        let task = Task {
            model,
            policy: &self.arena,
            data: &self.data,
            objective: &settings.objective,
            statistics: self.statistics,
            team: self.team.as_ref(),
        };
        let mut total: Option<Tensor<1>> = None;
        let mut logged: Vec<Metrics> = Vec::new();
        let (mut loss, mut tokens, mut margins) = (0.0, 0, Vec::new());
        for (indices, share) in batches.iter().zip(shares) {
            let along = self.unread_norm.take();
            let micro = task.gradient(&mut self.reference, indices, along).await?;
            if let Some(&norm) = micro.read_along.first() {
                finite("grad_norm", norm, self.step)?;
                let mut metrics_of_norm = Metrics::default();
                metrics_of_norm.set(metrics::GRAD_NORM, norm);
                logged.push(metrics_of_norm);
            }
            finite("loss", micro.evaluated.loss, self.step + 1)?;
            loss += share * micro.evaluated.loss;
            logged.push(micro.evaluated.metrics);
            tokens += micro.tokens;
            margins.extend(micro.evaluated.margins);
            total = add_share(total, micro.gradient, share);
        }
        let lr = settings.lr_at(self.step);
        if let Some(total) = total {
            self.before_last = Some(Before {
                arena: self.arena.clone(),
                first: self.optimiser.first.clone(),
                second: self.optimiser.second.clone(),
                reference: settings.reference_sync.map(|_| self.reference.clone()),
            });
            let policy = self.arena.clone();
            let (updated, norm) = self.optimiser.clipped_update(policy, total, lr, settings);
            self.arena = updated;
            self.unread_norm = Some(norm);
        }
        self.step += 1;
        if let Some(sync) = settings.reference_sync
            && self.step.is_multiple_of(sync.sync_steps)
        {
            self.reference.sync(&self.arena, sync);
        }
        self.tokens_seen += tokens;
        let mut metrics_of_step = Metrics::mean(&logged);
        metrics_of_step.set(metrics::LOSS, loss);
        metrics_of_step.set(metrics::LEARNING_RATE, lr);
        metrics_of_step.set(metrics::NUM_TOKENS, self.tokens_seen as f64);
        metrics_of_step.set(metrics::EPOCH, self.epoch());
        Ok(StepOutcome {
            step: self.step,
            metrics: metrics_of_step,
            tokens,
            margins,
            done: self.step >= settings.steps,
        })
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
        self.settings = settings;
        Ok(())
    }

    /// The last step's gradient norm before clipping, read now.
    ///
    /// # Errors
    /// [`Error::Diverged`], [`Error::Device`].
    pub async fn last_grad_norm(&mut self) -> Result<Option<f64>> {
        let Some(norm) = self.unread_norm.clone() else {
            return Ok(None);
        };
        let norm = f64::from(read(norm).await?.first().copied().unwrap_or_default());
        finite("grad_norm", norm, self.step)?;
        Ok(Some(norm))
    }

    /// Epochs done, as transformers counts them: steps over steps an epoch.
    fn epoch(&self) -> f64 {
        let epoch = self.settings.steps_an_epoch(self.data.len());
        self.step as f64 / epoch.max(1) as f64
    }
}

/// # Errors
/// [`Error::InvalidConfig`] for a reward objective on a model without a scalar head.
fn check_head(model: &Model, objective: &Objective) -> Result<()> {
    if matches!(objective, Objective::Reward { .. }) && !model.config.has_score_head {
        let expected = "a model with a scalar head (GPT2ForSequenceClassification)";
        return Err(Error::invalid("trainer", "reward", expected));
    }
    Ok(())
}

fn finite(quantity: &str, value: f64, step: usize) -> Result<()> {
    if value.is_finite() {
        return Ok(());
    }
    Err(Error::Diverged {
        quantity: quantity.to_owned(),
        value: value.to_string(),
        step,
    })
}
