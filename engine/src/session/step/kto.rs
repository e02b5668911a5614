//! TRL's KTO trainer on one batch.

use super::Evaluated;
use super::dpo::with_sums;
use super::forward::Readout;
use super::logged;
use crate::loss::{CompletionLogp, kto_kl, kto_loss};
use crate::session::reference::RowLogps;
use std::ops::Range;
use tilt_protocol::{KtoObjective, Metrics, metrics};

/// Loss, derivatives and metrics of `[batch]` completions; `mismatched` are the policy's
/// log-probs of the mismatched ones, empty for an objective without KL.
pub fn evaluate(
    objective: &KtoObjective,
    pass: &Readout<'_>,
    desirable: &[bool],
    mismatched: &[CompletionLogp],
    reference: &[RowLogps],
) -> Evaluated {
    let policy = pass.completions();
    let own = with_sums(&policy, reference.iter().map(|row| row[0]));
    let others = with_sums(mismatched, reference.iter().map(|row| row[1]));
    let kl = kto_kl(mismatched, &others);
    let out = kto_loss(objective, &policy, &own, desirable, kl);
    let mut upstream = vec![0.0; pass.values.len()];
    for (span, d_sum) in pass.batch.spans.iter().zip(&out.d_completion) {
        upstream[span.clone()].fill(*d_sum);
    }
    let mut metrics_of_batch = log(objective.beta, pass, &policy, &own, desirable);
    metrics_of_batch.set(metrics::KL, kl);
    Evaluated {
        margins: Vec::new(),
        loss: out.loss,
        per_example: out.per_example,
        upstream,
        metrics: metrics_of_batch,
        policy,
        reference: own,
    }
}

fn log(
    beta: f64,
    pass: &Readout<'_>,
    policy: &[CompletionLogp],
    reference: &[CompletionLogp],
    desirable: &[bool],
) -> Metrics {
    let mut out = Metrics::default();
    let mut side = |wanted: bool, names: [&str; 4]| -> Option<f64> {
        let rows: Vec<usize> = (0..desirable.len())
            .filter(|&row| desirable[row] == wanted)
            .collect();
        let of = |all: &[CompletionLogp]| -> Vec<f64> {
            rows.iter().map(|&row| all[row].sum.0).collect()
        };
        let (policy, reference) = (of(policy), of(reference));
        let ratios = policy.iter().zip(&reference);
        let rewards: Vec<f64> = ratios.map(|(p, r)| beta * (p - r)).collect();
        let spans: Vec<&Range<usize>> = rows.iter().map(|&row| &pass.batch.spans[row]).collect();
        let values = [
            logged::mean(&rewards),
            logged::mean(&policy),
            logged::mean(&reference),
            logged::mean_logits(pass, spans),
        ];
        for (name, value) in names.into_iter().zip(values) {
            out.set_some(name, value);
        }
        values[0]
    };
    let chosen = side(
        true,
        [
            metrics::REWARDS_CHOSEN,
            metrics::LOGPS_CHOSEN,
            metrics::REF_LOGPS_CHOSEN,
            metrics::LOGITS_CHOSEN,
        ],
    );
    let rejected = side(
        false,
        [
            metrics::REWARDS_REJECTED,
            metrics::LOGPS_REJECTED,
            metrics::REF_LOGPS_REJECTED,
            metrics::LOGITS_REJECTED,
        ],
    );
    let margin = chosen.zip(rejected).map(|(c, r)| c - r);
    out.set_some(metrics::REWARDS_MARGINS, margin);
    logged::entropy(&mut out, pass, &pass.batch.spans);
    out
}
