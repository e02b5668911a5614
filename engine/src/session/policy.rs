//! What a run trains: parameters, and the optimiser that moves them.
//!
//! The one place where a run knows what is trained. It trains all weights, and PPO's value
//! model with them; passes ask for weights in the arena's layout and give gradients in it,
//! whatever is trained behind that.

use super::critic::Critic;
use crate::adamw::{AdamW, Norm};
use crate::checkpoint::CheckpointTensors;
use crate::model::Model;
use burn::tensor::Tensor;
use std::ops::Range;
use tilt_protocol::{Result, TrainSettings};

const WEIGHTS: &str = "policy";
const FIRST: &str = "adam.first";
const SECOND: &str = "adam.second";
const VALUE: &str = "value";
const VALUE_FIRST: &str = "value.adam.first";
const VALUE_SECOND: &str = "value.adam.second";

/// All weights of a model under AdamW.
pub struct Policy {
    weights: Tensor<1>,
    /// One optimiser moves both, as TRL's does: one norm clips them.
    critic: Option<Critic>,
    optimiser: AdamW,
}

impl Policy {
    /// `weights` `[parameters]` before the first update.
    pub fn new(
        model: &Model,
        weights: Tensor<1>,
        critic: Option<Critic>,
        settings: &TrainSettings,
    ) -> Policy {
        let layouts = [
            Some(&model.layout),
            critic.as_ref().map(|c| &c.model.layout),
        ];
        let layouts: Vec<_> = layouts.into_iter().flatten().collect();
        Policy {
            weights,
            optimiser: AdamW::over(&layouts, settings.decay_all, &model.device),
            critic,
        }
    }

    /// What passes read, `[parameters]`.
    pub fn weights(&self) -> &Tensor<1> {
        &self.weights
    }

    /// PPO's value model.
    pub fn critic(&self) -> Option<&Critic> {
        self.critic.as_ref()
    }

    /// All weights in the arena's layout, `[parameters]`.
    pub fn into_weights(self) -> Tensor<1> {
        self.weights
    }

    /// One update by the gradient of the weights, with that of the value model's behind it
    /// where there is one, see [`AdamW::clipped_update`]. Weights change where they lie, unless
    /// another tensor shares their memory: that one keeps them as they were. `meanwhile` is any
    /// tensor of the device.
    pub fn update(
        &mut self,
        gradient: Tensor<1>,
        lr: f64,
        settings: &TrainSettings,
        meanwhile: &Tensor<1>,
    ) -> Norm {
        // Only what nobody else holds can be changed where it lies.
        let own = std::mem::replace(&mut self.weights, meanwhile.clone());
        let Some(critic) = &mut self.critic else {
            let (updated, norm) = self.optimiser.clipped_update(own, gradient, lr, settings);
            self.weights = updated;
            return norm;
        };
        let [policy_len] = own.dims();
        let both = Tensor::cat(vec![own, critic.weights.clone()], 0);
        let (updated, norm) = self.optimiser.clipped_update(both, gradient, lr, settings);
        let [len] = updated.dims();
        self.weights = part(&updated, 0..policy_len);
        critic.weights = part(&updated, policy_len..len);
        norm
    }

    /// Updates that count.
    pub fn updates(&self) -> usize {
        self.optimiser.step
    }

    /// Later updates turned out to have changed nothing.
    pub fn take_back_to(&mut self, updates: usize) {
        self.optimiser.step = updates;
    }

    /// What a checkpoint holds of it beside the number of updates.
    pub fn tensors(&self) -> Vec<(&'static str, Tensor<1>)> {
        let [own] = self.weights.dims();
        let mut tensors = vec![(WEIGHTS, self.weights.clone())];
        for (name, of_value, moments) in [
            (FIRST, VALUE_FIRST, &self.optimiser.first),
            (SECOND, VALUE_SECOND, &self.optimiser.second),
        ] {
            if self.critic.is_none() {
                tensors.push((name, moments.clone()));
                continue;
            }
            let [len] = moments.dims();
            tensors.push((name, part(moments, 0..own)));
            tensors.push((of_value, part(moments, own..len)));
        }
        let critic = self.critic.as_ref();
        tensors.extend(critic.map(|critic| (VALUE, critic.weights.clone())));
        tensors
    }

    /// From a checkpoint, after so many updates; `value_model` is the shape of a value model, where
    /// the run has one.
    ///
    /// # Errors
    /// Those of [`CheckpointTensors::arena`].
    pub fn of_checkpoint(
        file: &CheckpointTensors<'_>,
        model: &Model,
        value_model: Option<Model>,
        settings: &TrainSettings,
        updates: usize,
    ) -> Result<Policy> {
        let weights = file.arena(WEIGHTS, model)?;
        let (mut first, mut second) = (file.arena(FIRST, model)?, file.arena(SECOND, model)?);
        let critic = match value_model {
            None => None,
            Some(model) => {
                let of_value = |name| file.arena(name, &model);
                first = Tensor::cat(vec![first, of_value(VALUE_FIRST)?], 0);
                second = Tensor::cat(vec![second, of_value(VALUE_SECOND)?], 0);
                let weights = of_value(VALUE)?;
                Some(Critic {
                    model: Box::new(model),
                    weights,
                })
            }
        };
        let mut policy = Policy::new(model, weights, critic, settings);
        policy.optimiser.first = first;
        policy.optimiser.second = second;
        policy.optimiser.step = updates;
        Ok(policy)
    }
}

/// Some numbers of an arena.
fn part(arena: &Tensor<1>, range: Range<usize>) -> Tensor<1> {
    arena.clone().slice([range])
}
