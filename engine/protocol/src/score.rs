//! What `tilt score` prints, and the engine tells the page when it is asked.

use crate::metrics::Metrics;
use serde::{Deserialize, Serialize};

/// Loss, log-probs and metrics of rows, without training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreReport {
    pub loss: f64,
    /// In row order (AOT: sorted in each batch).
    pub per_example: Vec<f64>,
    /// In row order, where an objective weighs completions by them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advantages: Option<Vec<f64>>,
    pub logps: BothModels,
    /// Under TRL's names; of several batches the mean.
    pub metrics: Metrics,
    /// Before clipping.
    pub grad_norm: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BothModels {
    /// `None` for a reward model.
    pub policy: Option<Sides>,
    /// `None` where the objective has no reference.
    pub reference: Option<Sides>,
}

/// Summed log-probs of completions in nats, in row order; under LD-DPO with its weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Sides {
    Pairs {
        chosen: Vec<f64>,
        rejected: Vec<f64>,
    },
    Single {
        completion: Vec<f64>,
    },
}
