//! A run on the policy's own answers: prompts, what scores an answer, and the sampling that
//! makes the rows of the next steps.

mod drawn;
mod fresh;
mod pace;
mod prompts;
mod reward;
mod reward_model;
mod sampler;

pub use drawn::{AskedPair, Drawn};
pub use fresh::{FreshRollout, TokenTarget};
pub use prompts::{Prompt, prompts_of};
pub use reward::{FreshAnswer, RewardFunction, reward_weights};
pub use reward_model::{RewardModel, RewardScale, rewards_of};
pub use sampler::{PromptSource, SampledBy, Sampler, SamplingProgress};
