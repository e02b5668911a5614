//! A reward model on one batch of pairs.

use super::Evaluated;
use super::forward::Pass;
use super::logged::mean;
use crate::loss::reward;
use tilt_protocol::{Metrics, metrics};

/// Bradley-Terry; the pass holds the rewards of all chosen, then of all rejected.
pub fn evaluate(centring: f64, pass: &Pass<'_>, margins: &[f64]) -> Evaluated {
    let (chosen, rejected) = pass.values.split_at(margins.len());
    let out = reward(chosen, rejected, margins, centring);
    let pairs = || chosen.iter().zip(rejected);
    let hits = pairs()
        .filter(|(chosen, rejected)| chosen > rejected)
        .count();
    let gaps: Vec<f64> = pairs()
        .map(|(chosen, rejected)| chosen - rejected)
        .collect();
    let mut logged = Metrics::default();
    logged.set(metrics::ACCURACY, hits as f64 / margins.len().max(1) as f64);
    logged.set_some(metrics::MARGIN, mean(&gaps));
    logged.set_some(metrics::MEAN_REWARD, mean(&pass.values));
    logged.set_some(
        metrics::MIN_REWARD,
        pass.values.iter().copied().reduce(f64::min),
    );
    logged.set_some(
        metrics::MAX_REWARD,
        pass.values.iter().copied().reduce(f64::max),
    );
    Evaluated {
        margins: gaps,
        loss: out.loss,
        per_example: out.per_example,
        upstream: out.d_chosen.into_iter().chain(out.d_rejected).collect(),
        metrics: logged,
        policy: Vec::new(),
        reference: Vec::new(),
    }
}
