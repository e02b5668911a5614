//! A reward model on one batch of pairs.

use super::Evaluated;
use super::forward::Readout;
use super::logged::{self, mean};
use crate::loss::reward;
use tilt_protocol::{Metrics, metrics};

/// Bradley-Terry; the pass holds the rewards of all chosen, then of all rejected.
pub fn evaluate(centring: f64, pass: &Readout<'_>, margins: &[f64]) -> Evaluated {
    let (chosen, rejected) = pass.values.split_at(margins.len());
    let out = reward(chosen, rejected, margins, centring);
    let (gaps, accuracy) = logged::margins(chosen, rejected);
    let mut metrics_of_batch = Metrics::default();
    metrics_of_batch.set(metrics::ACCURACY, accuracy);
    metrics_of_batch.set_some(metrics::MARGIN, mean(&gaps));
    metrics_of_batch.set_some(metrics::MEAN_REWARD, mean(&pass.values));
    metrics_of_batch.set_some(
        metrics::MIN_REWARD,
        pass.values.iter().copied().reduce(f64::min),
    );
    metrics_of_batch.set_some(
        metrics::MAX_REWARD,
        pass.values.iter().copied().reduce(f64::max),
    );
    Evaluated {
        margins: gaps,
        loss: out.loss,
        per_example: out.per_example,
        upstream: out.d_chosen.into_iter().chain(out.d_rejected).collect(),
        metrics: metrics_of_batch,
        policy: Vec::new(),
        reference: Vec::new(),
    }
}
