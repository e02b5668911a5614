//! A reward model as a run is scored by it.

use crate::batch::Batch;
use crate::model::Model;
use crate::pass::forward_rewards;
use crate::readback::read;
use crate::sequence::Sequence;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use tilt_protocol::Result;

/// A model with a scalar head, and what its rewards are measured by.
pub struct RewardModel {
    pub model: Model,
    /// `[parameters]`
    pub arena: Tensor<1>,
    pub scale: RewardScale,
}

/// Mean and deviation of a reward model's rewards over the answers that it was trained on: a
/// Bradley-Terry model says nothing of where its zero lies, and one that is trained longer has
/// larger numbers. Rewards are given as so many deviations from the mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewardScale {
    pub mean: f64,
    pub deviation: f64,
}

impl RewardScale {
    /// Rewards as they are.
    pub const NONE: RewardScale = RewardScale {
        mean: 0.0,
        deviation: 1.0,
    };

    /// Of these rewards; where they are all alike, as they are but for the mean.
    pub fn of(rewards: &[f64]) -> RewardScale {
        let mean = rewards.iter().sum::<f64>() / rewards.len().max(1) as f64;
        let squares = rewards.iter().map(|reward| (reward - mean).powi(2));
        let deviation = (squares.sum::<f64>() / rewards.len().max(1) as f64).sqrt();
        let deviation = if deviation > 1e-8 { deviation } else { 1.0 };
        RewardScale { mean, deviation }
    }

    /// False for numbers that nothing can be measured by: a file may say anything.
    pub fn is_sound(&self) -> bool {
        self.mean.is_finite() && self.deviation.is_finite() && self.deviation > 0.0
    }
}

impl RewardModel {
    /// Rewards as they are.
    ///
    /// # Errors
    /// Those of [`Model::check_scores`], under `--reward-model`.
    pub fn given(
        name: &str,
        model: Model,
        arena: Tensor<1>,
        policy: &Model,
    ) -> Result<RewardModel> {
        model.check_scores("--reward-model", name, policy)?;
        Ok(RewardModel {
            model,
            arena,
            scale: RewardScale::NONE,
        })
    }

    /// Its rewards of sequences, `[sequences]`, `batch_size` of them at a time.
    ///
    /// # Errors
    /// Those of [`rewards_of`].
    pub async fn score(&self, sequences: &[Sequence], batch_size: usize) -> Result<Vec<f64>> {
        let rewards = rewards_of(&self.model, &self.arena, sequences, batch_size).await?;
        let RewardScale { mean, deviation } = self.scale;
        let rewards = rewards.into_iter();
        Ok(rewards.map(|reward| (reward - mean) / deviation).collect())
    }
}

/// What a reward model gives for sequences, `[sequences]`, `batch_size` of them at a time.
///
/// # Errors
/// [`Error::Device`] when the device was lost, and those of [`forward_rewards`].
pub async fn rewards_of(
    model: &Model,
    arena: &Tensor<1>,
    sequences: &[Sequence],
    batch_size: usize,
) -> Result<Vec<f64>> {
    let mut rewards = Vec::with_capacity(sequences.len());
    for chunk in sequences.chunks(batch_size.max(1)) {
        let batch = Batch::whole(chunk, model.pad_id())?;
        let pad_id = model.config.pad_token_id;
        let ends = chunk.iter().map(|sequence| sequence.reward_token(pad_id));
        let ends: Vec<usize> = ends.collect();
        let pass = forward_rewards(model, arena, &batch, &ends)?;
        rewards.extend(read(pass.values).await?.into_iter().map(f64::from));
    }
    Ok(rewards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewards_that_are_all_alike_keep_their_size() {
        let scale = RewardScale::of(&[1.0, 3.0]);
        assert_eq!((scale.mean, scale.deviation), (2.0, 1.0));
        assert_eq!(RewardScale::of(&[2.0, 2.0]).deviation, 1.0);
        assert!(RewardScale::of(&[]).is_sound());
        assert!(
            !RewardScale {
                mean: 0.0,
                deviation: 0.0
            }
            .is_sound()
        );
    }
}
