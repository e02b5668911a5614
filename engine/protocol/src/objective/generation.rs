//! What the online objectives share: how answers are sampled, clipped and used.

use super::ranges::{above_zero, at_least, finite, share, within};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// How answers are sampled, under TRL's names.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Generation {
    /// Answers a prompt.
    pub num_generations: usize,
    /// In tokens, the end-of-text token included. Online DPO: TRL's `max_new_tokens`, PPO:
    /// `response_length`.
    pub max_completion_length: usize,
    /// Of the sampling, and but for Online DPO of the log-probs that the loss is made of.
    pub temperature: f64,
    /// Keep the smallest set of tokens whose probability reaches this; 1 keeps all.
    pub top_p: f64,
    /// Keep the k most likely tokens; 0 keeps all.
    pub top_k: usize,
    /// Drop tokens less likely than this share of the most likely one.
    pub min_p: Option<f64>,
    pub repetition_penalty: f64,
}

/// By how far the ratio of the policy to the one that sampled may leave 1 and still count.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClipRange {
    pub epsilon: f64,
    /// DAPO's clip-higher (arXiv 2503.14476, eq. 10); `None`: as `epsilon`.
    pub epsilon_high: Option<f64>,
}

/// Which reward counts how much, and how often answers are trained on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reuse {
    /// One a reward function; `None`: 1 each.
    pub reward_weights: Option<Vec<f64>>,
    /// Answers that end without an end of text have no part in the gradient.
    pub mask_truncated_completions: bool,
    /// Passes over the same answers, mu of DeepSeekMath's algorithm 1. At least 1.
    pub num_iterations: usize,
    /// Steps on the answers of one sampling; `None`: `gradient_accumulation_steps`.
    pub steps_per_generation: Option<usize>,
}

/// How the pairs of one sampling are used by Online DPO. TRL's trainer takes one step on them
/// and samples again; larger samplings and more passes over them are iterative DPO (Xu et al.
/// 2023, arXiv 2312.16682).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounds {
    /// Micro-batches of pairs in a sampling; `None`: `gradient_accumulation_steps`.
    pub steps_per_generation: Option<usize>,
    /// Passes over the pairs of a sampling. At least 1.
    pub num_iterations: usize,
    /// Whether the policy becomes the reference whenever it has answered.
    pub renew_reference: bool,
}

impl Default for Rounds {
    fn default() -> Rounds {
        Rounds {
            steps_per_generation: None,
            num_iterations: 1,
            renew_reference: false,
        }
    }
}

impl Rounds {
    pub(super) fn check(&self) -> Result<()> {
        check_use(self.num_iterations, self.steps_per_generation)
    }
}

impl ClipRange {
    /// The ratios that are not clipped, both ends included.
    pub fn bounds(&self) -> [f64; 2] {
        [1.0 - self.epsilon, 1.0 + self.high()]
    }

    /// `epsilon_high`, or what stands for it.
    pub fn high(&self) -> f64 {
        self.epsilon_high.unwrap_or(self.epsilon)
    }

    pub(super) fn check(&self) -> Result<()> {
        within("epsilon", self.epsilon, 0.0, f64::INFINITY)?;
        within("epsilon_high", self.high(), 0.0, f64::INFINITY)
    }
}

impl Default for ClipRange {
    fn default() -> ClipRange {
        ClipRange {
            epsilon: 0.2,
            epsilon_high: None,
        }
    }
}

impl Generation {
    /// New tokens where nobody says how many: the world's longest answers fit.
    pub const NEW_TOKENS: usize = 96;

    /// TRL's defaults but for these, which each trainer has of its own.
    pub fn of(num_generations: usize, max_completion_length: usize, temperature: f64) -> Self {
        Generation {
            num_generations,
            max_completion_length,
            temperature,
            top_p: 1.0,
            top_k: 0,
            min_p: None,
            repetition_penalty: 1.0,
        }
    }

    pub(super) fn check(&self, least_generations: usize) -> Result<()> {
        at_least("num_generations", self.num_generations, least_generations)?;
        at_least("max_completion_length", self.max_completion_length, 1)?;
        above_zero("temperature", self.temperature)?;
        above_zero("repetition_penalty", self.repetition_penalty)?;
        if !(self.top_p > 0.0 && self.top_p <= 1.0) {
            let expected = "a number above 0, up to 1";
            return Err(Error::invalid("top_p", self.top_p, expected));
        }
        self.min_p.map_or(Ok(()), |min_p| share("min_p", min_p))
    }
}

impl Reuse {
    /// TRL's defaults.
    pub fn once() -> Reuse {
        Reuse {
            num_iterations: 1,
            ..Reuse::default()
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        check_weights(self.reward_weights.as_deref())?;
        check_use(self.num_iterations, self.steps_per_generation)
    }
}

fn check_use(num_iterations: usize, steps_per_generation: Option<usize>) -> Result<()> {
    at_least("num_iterations", num_iterations, 1)?;
    steps_per_generation.map_or(Ok(()), |steps| at_least("steps_per_generation", steps, 1))
}

pub(super) fn check_weights(weights: Option<&[f64]>) -> Result<()> {
    let mut weights = weights.unwrap_or_default().iter();
    weights.try_for_each(|&weight| finite("reward_weights", weight))
}
