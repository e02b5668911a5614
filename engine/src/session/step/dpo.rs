//! TRL's DPO trainer on one batch.

use super::Evaluated;
use super::forward::Readout;
use super::logged;
use crate::loss::{CompletionLogp, PairLogps, dpo_loss};
use crate::session::reference::RowLogps;
use tilt_protocol::{DpoObjective, Metrics, metrics};

/// Loss, derivatives and metrics of `reference.len()` pairs; the pass holds all chosen,
/// then all rejected.
pub fn evaluate(objective: &DpoObjective, pass: &Readout<'_>, reference: &[RowLogps]) -> Evaluated {
    let pairs = reference.len();
    let token_weights = objective
        .ld_alpha
        .map(|alpha| ld_weights(pass, pairs, alpha));
    let policy = pass.weighted_completions(token_weights.as_deref());
    let reference = PairLogps {
        chosen: with_sums(&policy[..pairs], reference.iter().map(|row| row[0])),
        rejected: with_sums(&policy[pairs..], reference.iter().map(|row| row[1])),
    };
    let sides = split(policy.clone(), pairs);
    let pair_weights = objective.use_weighting.then(|| wpo_weights(pass, pairs));
    let out = dpo_loss(
        objective,
        &sides,
        &split(pass.completions(), pairs),
        &reference,
        pair_weights.as_deref(),
    );

    let mut upstream = vec![0.0; pass.values.len()];
    let d_sums = out.total.d_chosen.iter().chain(&out.total.d_rejected);
    for (span, d_sum) in pass.batch.spans.iter().zip(d_sums) {
        for token in span.clone() {
            let weight = token_weights.as_ref().map_or(1.0, |weights| weights[token]);
            upstream[token] += weight * d_sum;
        }
    }
    for (span, d_sum) in pass.batch.spans.iter().zip(&out.d_chosen_sft) {
        upstream[span.clone()].iter_mut().for_each(|d| *d += d_sum);
    }
    let (margins, metrics) = log(objective.beta, pass, &sides, &reference);
    Evaluated {
        loss: out.total.loss,
        per_example: out.total.per_example,
        upstream,
        metrics,
        margins,
        policy,
        reference: reference
            .chosen
            .into_iter()
            .chain(reference.rejected)
            .collect(),
    }
}

fn log(
    beta: f64,
    pass: &Readout<'_>,
    policy: &PairLogps,
    reference: &PairLogps,
) -> (Vec<f64>, Metrics) {
    let mut out = Metrics::default();
    let rewards = |policy: &[CompletionLogp], reference: &[CompletionLogp]| -> Vec<f64> {
        let rows = policy.iter().zip(reference);
        rows.map(|(p, r)| beta * (p.sum.0 - r.sum.0)).collect()
    };
    let margins = logged::pair_rewards(
        &mut out,
        &rewards(&policy.chosen, &reference.chosen),
        &rewards(&policy.rejected, &reference.rejected),
    );
    out.set_some(metrics::LOGPS_CHOSEN, logged::mean_sum(&policy.chosen));
    out.set_some(metrics::LOGPS_REJECTED, logged::mean_sum(&policy.rejected));
    out.set_some(
        metrics::REF_LOGPS_CHOSEN,
        logged::mean_sum(&reference.chosen),
    );
    out.set_some(
        metrics::REF_LOGPS_REJECTED,
        logged::mean_sum(&reference.rejected),
    );
    let (chosen, rejected) = pass.batch.spans.split_at(policy.chosen.len());
    logged::entropy(&mut out, pass, &pass.batch.spans);
    logged::token_accuracy(&mut out, pass, chosen);
    out.set_some(metrics::LOGITS_CHOSEN, logged::mean_logits(pass, chosen));
    out.set_some(
        metrics::LOGITS_REJECTED,
        logged::mean_logits(pass, rejected),
    );
    (margins, out)
}

/// The two sides of `pairs` pairs: all chosen, then all rejected.
pub fn split(mut rows: Vec<CompletionLogp>, pairs: usize) -> PairLogps {
    let rejected = rows.split_off(pairs.min(rows.len()));
    PairLogps {
        chosen: rows,
        rejected,
    }
}

/// The same completions with other sums.
pub fn with_sums(rows: &[CompletionLogp], sums: impl Iterator<Item = f64>) -> Vec<CompletionLogp> {
    rows.iter()
        .zip(sums)
        .map(|(row, sum)| CompletionLogp {
            sum: crate::loss::SummedLogp(sum),
            ..*row
        })
        .collect()
}

/// LD-DPO's weight of each scored token, `[n]`: 1 up to the length of the pair's shorter
/// completion, alpha beyond.
pub fn ld_weights(pass: &Readout<'_>, pairs: usize, alpha: f64) -> Vec<f64> {
    let spans = &pass.batch.spans;
    let mut weights = vec![1.0; pass.batch.scored()];
    for pair in 0..pairs {
        let sides = [&spans[pair], &spans[pairs + pair]];
        let shared = sides[0].len().min(sides[1].len());
        for span in sides {
            weights[span.start + shared..span.end].fill(alpha);
        }
    }
    weights
}

/// WPO's weight of each pair: the product over both completions of
/// exp(mean over tokens of [log p(y_t) - log sum_v p(v)^2]), eq. 2.
fn wpo_weights(pass: &Readout<'_>, pairs: usize) -> Vec<f64> {
    let of_sequence = |sequence: usize| {
        let span = pass.batch.spans[sequence].clone();
        let aligned: f64 = span
            .clone()
            .map(|token| pass.values[token] - pass.log_sum_squares[token])
            .sum();
        (aligned / span.len().max(1) as f64).exp()
    };
    (0..pairs)
        .map(|pair| of_sequence(pair) * of_sequence(pairs + pair))
        .collect()
}
