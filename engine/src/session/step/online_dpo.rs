//! TRL's Online DPO trainer on one batch of pairs.

use super::Evaluated;
use super::dpo::{split, with_sums};
use super::forward::Readout;
use super::logged;
use crate::loss::{CompletionLogp, PairLogps, online_dpo_loss};
use crate::session::reference::RowLogps;
use crate::session::rows::FreshPairs;
use tilt_protocol::{Metrics, OnlineDpoObjective, metrics};

/// Loss, derivatives and metrics of `indices.len()` pairs; the pass holds all chosen, then
/// all rejected.
pub fn evaluate(
    objective: &OnlineDpoObjective,
    pass: &Readout<'_>,
    reference: &[RowLogps],
    fresh: &FreshPairs,
    indices: &[usize],
) -> Evaluated {
    let pairs = indices.len();
    let policy = pass.completions();
    let reference = PairLogps {
        chosen: with_sums(&policy[..pairs], reference.iter().map(|row| row[0])),
        rejected: with_sums(&policy[pairs..], reference.iter().map(|row| row[1])),
    };
    let sides = split(policy.clone(), pairs);
    let out = online_dpo_loss(objective, &sides, &reference);
    let mut upstream = vec![0.0; pass.values.len()];
    let d_sums = out.d_chosen.iter().chain(&out.d_rejected);
    for (span, d_sum) in pass.batch.spans.iter().zip(d_sums) {
        upstream[span.clone()].fill(*d_sum);
    }
    let mut metrics_of_batch = Metrics::default();
    let margins = log_pairs(&mut metrics_of_batch, objective.beta, &sides, &reference);
    let reference: Vec<CompletionLogp> = reference
        .chosen
        .into_iter()
        .chain(reference.rejected)
        .collect();
    log_answers(&mut metrics_of_batch, objective.beta, &policy, &reference);
    log_scores(&mut metrics_of_batch, fresh, indices);
    logged::entropy(&mut metrics_of_batch, pass, &pass.batch.spans);
    metrics_of_batch.set(metrics::BETA, objective.beta);
    Evaluated {
        margins,
        loss: out.loss,
        per_example: out.per_example,
        upstream,
        metrics: metrics_of_batch,
        policy,
        reference,
    }
}

/// What DPO logs of pairs; returns the margins.
fn log_pairs(
    logged: &mut Metrics,
    beta: f64,
    policy: &PairLogps,
    reference: &PairLogps,
) -> Vec<f64> {
    let rewards = |policy: &[CompletionLogp], reference: &[CompletionLogp]| -> Vec<f64> {
        let rows = policy.iter().zip(reference);
        rows.map(|(p, r)| beta * (p.sum.0 - r.sum.0)).collect()
    };
    let margins = logged::pair_rewards(
        logged,
        &rewards(&policy.chosen, &reference.chosen),
        &rewards(&policy.rejected, &reference.rejected),
    );
    logged.set_some(metrics::LOGPS_CHOSEN, logged::mean_sum(&policy.chosen));
    logged.set_some(metrics::LOGPS_REJECTED, logged::mean_sum(&policy.rejected));
    margins
}

/// KL and entropy of whole answers in nats, over both of each pair. TRL sums them over padding
/// too.
fn log_answers(
    logged: &mut Metrics,
    beta: f64,
    policy: &[CompletionLogp],
    reference: &[CompletionLogp],
) {
    let ratios = policy.iter().zip(reference);
    let ratios: Vec<f64> = ratios.map(|(p, r)| p.sum.0 - r.sum.0).collect();
    let kl = logged::mean(&ratios).unwrap_or(0.0);
    let entropy = logged::mean_sum(policy).map(|sum| -sum);
    logged.set(metrics::OBJECTIVE_KL, kl);
    logged.set_some(metrics::OBJECTIVE_ENTROPY, entropy);
    logged.set(metrics::NON_SCORE_REWARD, -beta * kl);
}

/// What the reward functions said, penalties taken off.
fn log_scores(logged: &mut Metrics, fresh: &FreshPairs, indices: &[usize]) {
    let of = |side: fn(&[f64; 2]) -> f64| -> Vec<f64> {
        indices.iter().map(|&i| side(&fresh.scores[i])).collect()
    };
    let margins = of(|[chosen, rejected]| chosen - rejected);
    let scores = of(|[chosen, rejected]| 0.5 * (chosen + rejected));
    let ends = indices.iter().flat_map(|&i| fresh.ends[i]);
    let ends: Vec<f64> = ends.map(|ends| f64::from(u8::from(ends))).collect();
    let score = logged::mean(&scores);
    logged.set_some(metrics::SCORES_MARGIN, logged::mean(&margins));
    logged.set_some(metrics::SCORES, score);
    let non_score = logged.get(metrics::NON_SCORE_REWARD);
    let rlhf = score.zip(non_score).map(|(score, non)| score + non);
    logged.set_some(metrics::RLHF_REWARD, rlhf);
    logged.set_some(metrics::CONTAIN_EOS, logged::mean(&ends));
}
