//! A session as one file: policy and moments as tensors, the rest as metadata.

use super::online::{PromptSource, RewardModel, RewardScale, Sampler, SamplingProgress};
use super::order::RowOrder;
use super::policy::Policy;
use super::problem::Problem;
use super::reference::Reference;
use super::rows::SampledRows;
use super::start::value_model;
use super::{Last, Session, Stand};
use crate::adamw::Norm;
use crate::checkpoint::{self, CheckpointKind, CheckpointTensors};
use crate::model::Model;
use crate::text::TokenisedRow;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use std::rc::Rc;
use tilt_protocol::{Error, ModelIdentity, Objective, Result, TrainSettings};

const KIND: CheckpointKind = CheckpointKind {
    key: "tilt.session",
    format: 3,
};
/// Only where the reference follows the policy.
const REFERENCE: &str = "reference";
/// Only where one trained on labels scores the answers.
const REWARD_MODEL: &str = "reward";
/// What the reference said of each row, f64, `[rows, 2]`; NaN: not asked yet.
const REFERENCE_LOGPS: &str = "reference.logps";

#[derive(Serialize, Deserialize)]
struct SavedRun {
    settings: TrainSettings,
    order: RowOrder,
    step: usize,
    optimiser_steps: usize,
    tokens_seen: usize,
    rows: usize,
    grad_norm: Option<f64>,
    /// The model that is trained. Older checkpoints do not say.
    #[serde(default)]
    model: Option<ModelIdentity>,
    /// Of a run on its own answers.
    #[serde(default)]
    online: Option<SavedSampling>,
}

/// Where a run stands in its own answers, with those that it still trains on.
#[derive(Serialize, Deserialize)]
struct SavedSampling {
    prompts: usize,
    progress: SamplingProgress,
    rows: SampledRows,
    /// Of the reward model, where one scores the answers.
    #[serde(default)]
    reward_scale: Option<RewardScale>,
}

impl Session {
    /// The whole state of the run, which is finite.
    ///
    /// # Errors
    /// [`Error::Diverged`] where the last step turns out not to have been applied: the run
    /// then stands before it, and can be saved there. [`Error::Device`] when the device was lost.
    pub async fn save(&mut self) -> Result<Vec<u8>> {
        let grad_norm = self.last_grad_norm().await?;
        let state = SavedRun {
            settings: self.settings.clone(),
            order: self.order.clone(),
            step: self.step,
            optimiser_steps: self.policy.updates(),
            tokens_seen: self.tokens_seen,
            rows: self.problem.len(),
            grad_norm,
            model: self.model.clone(),
            online: self.saved_sampling(),
        };
        let mut arenas = self.policy.tensors();
        if self.settings.reference_moves() {
            arenas.push((REFERENCE, self.reference.arena.clone()));
        }
        let rewards = self.own_reward_model();
        arenas.extend(rewards.map(|rewards| (REWARD_MODEL, rewards.arena.clone())));
        let logps = self.reference.to_numbers();
        let tables = [(REFERENCE_LOGPS, [self.problem.len(), 2], logps)];
        checkpoint::write(KIND, &state, arenas, &tables).await
    }

    fn saved_sampling(&self) -> Option<SavedSampling> {
        let (sampler, rows) = self.sampler.as_ref().zip(self.problem.sampled_rows())?;
        Some(SavedSampling {
            prompts: sampler.prompts(),
            progress: sampler.progress.clone(),
            rows,
            reward_scale: self.own_reward_model().map(|rewards| rewards.scale),
        })
    }

    /// The reward model that scores the answers, where it is a twin of the policy: a run goes on
    /// with the one that it had.
    fn own_reward_model(&self) -> Option<&RewardModel> {
        let rewards = self.sampler.as_ref()?.reward_model()?;
        let [policy] = self.policy().dims();
        let head = rewards.model.config.n_embd;
        (rewards.model.layout.len == policy + head).then_some(&**rewards)
    }

    /// Goes on from a saved state with the same model, reference and rows.
    ///
    /// # Errors
    /// [`Error::OtherModel`], or [`Error::CheckpointShape`] where the checkpoint does not say
    /// which model it is of; [`Error::MalformedFile`]; [`Error::InvalidConfig`] for another
    /// number of rows, and those of [`Problem::new`].
    pub fn restore(
        bytes: &[u8],
        model: &Model,
        reference: &Tensor<1>,
        rows: Vec<TokenisedRow>,
    ) -> Result<Session> {
        let state = saved_run(bytes, model)?;
        if rows.len() != state.rows || !state.order.fits(rows.len()) {
            let expected = format!("{} rows", state.rows);
            return Err(Error::invalid("rows", rows.len(), expected));
        }
        let problem = Problem::new(rows, &state.settings, model)?;
        Session::restored(bytes, model, reference, state, problem, None)
    }

    /// Goes on from a saved state of a run on its own answers, with the same model, reference,
    /// prompts and reward functions.
    ///
    /// # Errors
    /// As [`Session::restore`]; [`Error::InvalidConfig`] for another number of prompts.
    pub fn restore_online(
        bytes: &[u8],
        model: &Model,
        reference: &Tensor<1>,
        source: PromptSource,
    ) -> Result<Session> {
        let mut state = saved_run(bytes, model)?;
        let Objective::Online(objective) = &state.settings.objective else {
            return Err(broken("a run on given rows"));
        };
        let saved = state.online.take();
        let saved = saved.ok_or_else(|| broken("a run on its own answers without them"))?;
        let mut sampler = Sampler::new(source, &state.settings)?;
        let prompts = sampler.prompts();
        if prompts != saved.prompts || !state.order.fits(prompts) {
            let expected = format!("{} prompts", saved.prompts);
            return Err(Error::invalid("prompts", prompts, expected));
        }
        let problem = Problem::of_sampled(objective, saved.rows)?;
        if problem.len() != state.rows || !saved.progress.fits(problem.len()) {
            return Err(broken("another number of answers than it counts"));
        }
        if problem.len() > 0 {
            problem.check_room(model)?;
        }
        sampler.progress = saved.progress;
        Session::restored(bytes, model, reference, state, problem, Some(sampler))
    }

    fn restored(
        bytes: &[u8],
        model: &Model,
        reference: &Tensor<1>,
        state: SavedRun,
        problem: Problem,
        sampler: Option<Sampler>,
    ) -> Result<Session> {
        let file = CheckpointTensors::of(bytes)?;
        let reference = match state.settings.reference_moves() {
            false => reference.clone(),
            true => file.arena(REFERENCE, model)?,
        };
        let logps = file.table(REFERENCE_LOGPS, [state.rows, 2])?;
        let value_model = value_model(&state.settings)
            .map(|shares_trunk| (model.twin_with_score_head(), shares_trunk));
        let policy = Policy::of_checkpoint(
            &file,
            model,
            value_model,
            &state.settings,
            state.optimiser_steps,
        )?;
        let last = state.grad_norm.map(|norm| Last {
            norm: Norm::Known(norm as f32),
            // It was finite, so nothing goes back before it.
            before: Stand {
                order: state.order.clone(),
                sampling: sampler.as_ref().map(|sampler| sampler.progress.clone()),
                step: state.step,
                optimiser_steps: state.optimiser_steps,
                tokens_seen: state.tokens_seen,
                norm: Some(norm as f32),
            },
        });
        Ok(Session {
            policy,
            sampler,
            asked: None,
            statistics: true,
            team: None,
            reference: Reference::with_numbers(reference, &logps),
            settings: state.settings,
            problem,
            order: state.order,
            step: state.step,
            tokens_seen: state.tokens_seen,
            passes: 0,
            last,
            model: model.identity.clone(),
        })
    }
}

/// The state of a run of this model, its settings checked.
fn saved_run(bytes: &[u8], model: &Model) -> Result<SavedRun> {
    let state: SavedRun = checkpoint::read_state(KIND, bytes)?;
    if let (Some(expected), Some(found)) = (&state.model, &model.identity)
        && expected != found
    {
        return Err(Error::OtherModel {
            expected: expected.clone(),
            found: found.clone(),
        });
    }
    state.settings.check()?;
    Ok(state)
}

fn broken(found: &str) -> Error {
    Error::malformed("checkpoint", found)
}

/// The reward model of a saved run of this model, where it has one.
///
/// # Errors
/// [`Error::MalformedFile`], and those of [`CheckpointTensors::arena`].
pub fn saved_reward_model(bytes: &[u8], model: &Model) -> Result<Option<Rc<RewardModel>>> {
    let state: SavedRun = checkpoint::read_state(KIND, bytes)?;
    let Some(scale) = state.online.and_then(|online| online.reward_scale) else {
        return Ok(None);
    };
    if !scale.is_sound() {
        return Err(broken("a reward model without a scale"));
    }
    let model = model.twin_with_score_head();
    let arena = CheckpointTensors::of(bytes)?.arena(REWARD_MODEL, &model)?;
    Ok(Some(Rc::new(RewardModel {
        model,
        arena,
        scale,
    })))
}

/// The settings of a saved run, for preparing its rows as they were.
///
/// # Errors
/// [`Error::MalformedFile`].
pub fn saved_settings(bytes: &[u8]) -> Result<TrainSettings> {
    let state: SavedRun = checkpoint::read_state(KIND, bytes)?;
    Ok(state.settings)
}
