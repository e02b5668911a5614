//! A run on answers to the world's own prompts.

use crate::model::Model;
use crate::session::Session;
use crate::session::online::{PromptSource, RewardFunction, Sampler, prompts_of};
use burn::tensor::Tensor;
use tilt_protocol::dataset::ParsedPrompts;
use tilt_protocol::{Content, Result, TrainSettings};

/// A run from the reference whose policy answers the world's training prompts.
///
/// # Errors
/// Those of [`Sampler::new`] and [`Session::start_online`].
pub fn world_session(
    model: &Model,
    reference: &Tensor<1>,
    rewards: Vec<RewardFunction>,
    settings: TrainSettings,
) -> Result<Session> {
    let prompts = crate::world::training_prompts();
    let parsed = ParsedPrompts {
        lines: (1..=prompts.len()).collect(),
        prompts: prompts
            .iter()
            .map(|prompt| Content::user(&prompt.text))
            .collect(),
        errors: Vec::new(),
    };
    let (prompts, _) = prompts_of(parsed, model)?;
    let sampler = Sampler::new(PromptSource { prompts, rewards }, &settings)?;
    Session::start_online(model, reference.clone(), reference, sampler, settings)
}
