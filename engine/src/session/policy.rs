//! What a run trains: parameters, and the optimiser that moves them.
//!
//! The one place where a run knows what is trained. It trains all weights, and PPO's value
//! model or value head with them; passes ask for weights in the arena's layout and give gradients in it,
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
        let layouts = match &critic {
            None => vec![&model.layout],
            Some(critic) if critic.shares_trunk => vec![&critic.model.layout],
            Some(critic) => vec![&model.layout, &critic.model.layout],
        };
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
        let all = match critic.shares_trunk {
            true => std::mem::replace(&mut critic.weights, meanwhile.clone()),
            false => Tensor::cat(vec![own, critic.weights.clone()], 0),
        };
        let (updated, norm) = self.optimiser.clipped_update(all, gradient, lr, settings);
        self.weights = part(&updated, 0..policy_len);
        critic.weights = match critic.shares_trunk {
            true => updated,
            false => {
                let [len] = updated.dims();
                part(&updated, policy_len..len)
            }
        };
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
            match &self.critic {
                None => tensors.push((name, moments.clone())),
                Some(critic) if critic.shares_trunk => tensors.push((of_value, moments.clone())),
                Some(_) => {
                    let [len] = moments.dims();
                    tensors.push((name, part(moments, 0..own)));
                    tensors.push((of_value, part(moments, own..len)));
                }
            }
        }
        let critic = self.critic.as_ref();
        tensors.extend(critic.map(|critic| (VALUE, critic.weights.clone())));
        tensors
    }

    /// From a checkpoint, after so many updates; `value_model` is the shape of a value model, where
    /// the run has one, and whether it shares the policy's trunk.
    ///
    /// # Errors
    /// Those of [`CheckpointTensors::arena`].
    pub fn of_checkpoint(
        file: &CheckpointTensors<'_>,
        model: &Model,
        value_model: Option<(Model, bool)>,
        settings: &TrainSettings,
        updates: usize,
    ) -> Result<Policy> {
        let weights = file.arena(WEIGHTS, model)?;
        let own = |name| file.arena(name, model);
        let (first, second, critic) = match value_model {
            None => (own(FIRST)?, own(SECOND)?, None),
            Some((value_model, shares_trunk)) => {
                let of_value = |name| file.arena(name, &value_model);
                let moments = |name, value_name| -> Result<Tensor<1>> {
                    let of_value = of_value(value_name)?;
                    Ok(match shares_trunk {
                        true => of_value,
                        false => Tensor::cat(vec![own(name)?, of_value], 0),
                    })
                };
                let (first, second) =
                    (moments(FIRST, VALUE_FIRST)?, moments(SECOND, VALUE_SECOND)?);
                let values = of_value(VALUE)?;
                let values = match shares_trunk {
                    // A file may say anything; the trunk is the policy.
                    true => {
                        let ([trunk], [all]) = (weights.dims(), values.dims());
                        Tensor::cat(vec![weights.clone(), part(&values, trunk..all)], 0)
                    }
                    false => values,
                };
                let critic = Critic {
                    model: Box::new(value_model),
                    weights: values,
                    shares_trunk,
                };
                (first, second, Some(critic))
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
