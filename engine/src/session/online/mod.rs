//! A run on the policy's own answers: prompts, what scores an answer, and the sampling that
//! makes the rows of the next steps.

mod fresh;
mod prompts;
mod reward;
mod sampler;

pub use fresh::FreshRollout;
pub use prompts::{Prompt, prompts_of};
pub use reward::{FreshAnswer, RewardFunction, rewards_of};
pub use sampler::{PromptSource, Sampler, SamplingProgress};
