//! What an objective says of a batch.

use crate::loss::CompletionLogp;
use tilt_protocol::Metrics;

/// A batch under an objective.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluated {
    pub loss: f64,
    /// In batch order.
    pub per_example: Vec<f64>,
    /// d loss / d each tracked number: log-probs of the scored tokens, or rewards; PPO's values
    /// behind them.
    pub upstream: Vec<f64>,
    /// The policy's log-probs of the completions, in the order of
    /// [`Problem::sequences`](crate::session::problem::Problem::sequences); empty for a reward
    /// model.
    pub policy: Vec<CompletionLogp>,
    /// The reference's, where the objective has one.
    pub reference: Vec<CompletionLogp>,
    /// Implicit-reward margins of pairs (chosen minus rejected); empty for other rows.
    pub margins: Vec<f64>,
    /// Everything TRL logs but `loss`, `grad_norm` and the counters.
    pub metrics: Metrics,
}
