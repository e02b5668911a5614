//! What a run trains: parameters, and the optimiser that moves them.
//!
//! The one place where a run knows what is trained. It trains all weights; passes ask for
//! weights in the arena's layout and give gradients in it, whatever is trained behind that.

use crate::adamw::{AdamW, Norm};
use crate::checkpoint::CheckpointTensors;
use crate::model::Model;
use burn::tensor::Tensor;
use tilt_protocol::{Result, TrainSettings};

const WEIGHTS: &str = "policy";
const FIRST: &str = "adam.first";
const SECOND: &str = "adam.second";

/// All weights of a model under AdamW.
pub struct Policy {
    weights: Tensor<1>,
    optimiser: AdamW,
}

impl Policy {
    /// `weights` `[parameters]` before the first update.
    pub fn new(model: &Model, weights: Tensor<1>, settings: &TrainSettings) -> Policy {
        Policy {
            weights,
            optimiser: AdamW::new(&model.layout, settings.decay_all, &model.device),
        }
    }

    /// What passes read, `[parameters]`.
    pub fn weights(&self) -> &Tensor<1> {
        &self.weights
    }

    /// All weights in the arena's layout, `[parameters]`.
    pub fn into_weights(self) -> Tensor<1> {
        self.weights
    }

    /// One update by the gradient of the weights, see [`AdamW::clipped_update`]. Weights change
    /// where they lie, unless another tensor shares their memory: that one keeps them as they
    /// were. `meanwhile` is any tensor of the device.
    pub fn update(
        &mut self,
        gradient: Tensor<1>,
        lr: f64,
        settings: &TrainSettings,
        meanwhile: &Tensor<1>,
    ) -> Norm {
        // Only what nobody else holds can be changed where it lies.
        let weights = std::mem::replace(&mut self.weights, meanwhile.clone());
        let (updated, norm) = self
            .optimiser
            .clipped_update(weights, gradient, lr, settings);
        self.weights = updated;
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
        vec![
            (WEIGHTS, self.weights.clone()),
            (FIRST, self.optimiser.first.clone()),
            (SECOND, self.optimiser.second.clone()),
        ]
    }

    /// From a checkpoint, after so many updates.
    ///
    /// # Errors
    /// Those of [`CheckpointTensors::arena`].
    pub fn of_checkpoint(
        file: &CheckpointTensors<'_>,
        model: &Model,
        settings: &TrainSettings,
        updates: usize,
    ) -> Result<Policy> {
        let mut policy = Policy::new(model, file.arena(WEIGHTS, model)?, settings);
        policy.optimiser.first = file.arena(FIRST, model)?;
        policy.optimiser.second = file.arena(SECOND, model)?;
        policy.optimiser.step = updates;
        Ok(policy)
    }
}
