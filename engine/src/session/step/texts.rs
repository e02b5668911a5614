//! Supervised fine-tuning on one batch.

use super::Evaluated;
use super::forward::Readout;
use super::logged;
use crate::loss::{dft, nll};
use tilt_protocol::{Metrics, SftLoss, SftObjective, metrics};

/// The mean loss of the scored tokens. A row's own value is the mean over its tokens.
pub fn evaluate(objective: &SftObjective, pass: &Readout<'_>) -> Evaluated {
    let out = match objective.loss {
        SftLoss::Nll => nll(&pass.values),
        SftLoss::Dft => dft(&pass.values),
    };
    let spans = &pass.batch.scored_spans;
    let per_example = spans
        .iter()
        .map(|span| logged::mean(&out.per_token[span.clone()]).unwrap_or(0.0))
        .collect();
    let mut metrics_of_batch = Metrics::default();
    let policy = pass.completions();
    // Not TRL's: what the log-prob chart shows of the answers.
    metrics_of_batch.set_some(metrics::LOGPS_CHOSEN, logged::mean_sum(&policy));
    logged::entropy(&mut metrics_of_batch, pass, spans);
    logged::token_accuracy(&mut metrics_of_batch, pass, spans);
    Evaluated {
        margins: Vec::new(),
        loss: out.loss,
        per_example,
        upstream: out.d_tokens,
        metrics: metrics_of_batch,
        policy,
        reference: Vec::new(),
    }
}
