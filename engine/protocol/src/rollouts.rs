//! Answers that a run has just sampled, as they are shown.

use serde::{Deserialize, Serialize};

/// The answers of one sampling, those of one prompt after another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RolloutBatch {
    /// The names of the reward functions that count, as metrics have them.
    pub functions: Vec<String>,
    pub rollouts: Vec<RolloutView>,
}

/// One token of an answer under PPO.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenView {
    pub text: String,
    pub advantage: f64,
    /// What was expected before it was written, in the reward's units.
    pub value: f64,
}

/// One answer, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolloutView {
    pub prompt: String,
    pub answer: String,
    /// The end of text included.
    pub tokens: usize,
    /// False where the limit of tokens ended it.
    pub is_finished: bool,
    /// What each reward function says; `None`: it could not score it.
    pub rewards: Vec<Option<f64>>,
    /// Their weighted sum.
    pub reward: Option<f64>,
    /// What the loss weighs its tokens by, where the objective has advantages; of PPO their mean.
    pub advantage: Option<f64>,
    /// Token by token what PPO's value model said and what came of it; empty for another
    /// objective.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of_tokens: Vec<TokenView>,
    /// log pi(y|x) - log pi_ref(y|x), nats, where the objective compares the two.
    pub kl: Option<f64>,
}
