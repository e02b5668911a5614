//! One of PPO's rows: an answer with a value and an advantage a token.

use crate::loss::online::mean;
use crate::sequence::{Scope, Sequence};
use serde::{Deserialize, Serialize};

/// One answer of a policy, with what its value model said of it then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PpoRollout {
    pub sequence: Sequence,
    /// Log-probs of the policy that sampled, nats, `[tokens]`.
    pub old_logps: Vec<f64>,
    /// Under the reference, as many.
    pub reference_logps: Vec<f64>,
    /// Whitened over all answers of the sampling, `[tokens]`.
    pub advantages: Vec<f64>,
    /// Of the value model then: before each token, and after the last where the answers had
    /// room for more, `[tokens]` or `[tokens + 1]`.
    pub old_values: Vec<f64>,
    /// What the values should have been, as many.
    pub returns: Vec<f64>,
}

impl PpoRollout {
    /// Over its tokens; 0 without any.
    pub fn mean_advantage(&self) -> f64 {
        mean(&self.advantages).unwrap_or(0.0)
    }

    /// Whether there is a number for each token.
    pub fn is_whole(&self) -> bool {
        let tokens = Scope::Completion.scored(&self.sequence);
        let values = self.old_values.len();
        let logps = [&self.old_logps, &self.reference_logps, &self.advantages];
        logps.map(Vec::len) == [tokens; 3]
            && (tokens..=tokens + 1).contains(&values)
            && self.returns.len() == values
    }
}

/// Rows filled up with zeros to `[rows][width]`.
pub fn padded(rows: &[Vec<f64>], width: usize) -> Vec<Vec<f64>> {
    let filled = |row: &Vec<f64>| {
        let mut row = row.clone();
        row.resize(width, 0.0);
        row
    };
    rows.iter().map(filled).collect()
}
