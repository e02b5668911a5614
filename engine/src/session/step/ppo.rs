//! TRL's PPO trainer on one batch of answers.

use super::Evaluated;
use super::forward::Readout;
use super::logged;
use crate::loss::online::ppo::{NowAndOld, Responses, Targets, ppo};
use crate::session::rollouts::{PpoRollout, padded};
use tilt_protocol::{Metrics, PpoObjective, metrics};

/// Loss, derivatives and metrics of `[batch]` answers; `values` are the value model's now, one
/// answer after another. The derivatives by them follow those by the log-probs.
pub fn evaluate(
    objective: &PpoObjective,
    pass: &Readout<'_>,
    rollouts: &[&PpoRollout],
    values: &[f64],
) -> Evaluated {
    let widths = rollouts.iter().map(|rollout| rollout.old_values.len());
    let width = widths.clone().max().unwrap_or(0);
    let rows = |of: fn(&PpoRollout) -> &Vec<f64>| {
        let rows: Vec<Vec<f64>> = rollouts.iter().map(|rollout| of(rollout).clone()).collect();
        padded(&rows, width)
    };
    let spans = &pass.batch.spans;
    let now = spans.iter().map(|span| pass.values.get(span.clone()));
    let now: Vec<Vec<f64>> = now.map(|row| row.unwrap_or_default().to_vec()).collect();
    let mut rest = values;
    let values_now: Vec<Vec<f64>> = widths
        .map(|width| {
            let (row, others) = rest.split_at(width.min(rest.len()));
            rest = others;
            row.to_vec()
        })
        .collect();
    let answers = rollouts
        .iter()
        .map(|rollout| &rollout.sequence.completion[..]);
    let answers: Vec<&[u32]> = answers.collect();
    let responses = Responses::padded(&answers, width, |_| false, 0);
    let aims = Targets {
        scores: Vec::new(),
        rewards: Vec::new(),
        plain_advantages: Vec::new(),
        advantages: rows(|rollout| &rollout.advantages),
        returns: rows(|rollout| &rollout.returns),
    };
    let (old_logps, old_values) = (
        rows(|rollout| &rollout.old_logps),
        rows(|rollout| &rollout.old_values),
    );
    let out = ppo(
        objective,
        &responses,
        &aims,
        NowAndOld {
            now: &padded(&now, width),
            old: &old_logps,
        },
        NowAndOld {
            now: &padded(&values_now, width),
            old: &old_values,
        },
    );
    let mut logged_now = Metrics::default();
    for (name, value) in [
        (metrics::POLICY_LOSS, out.policy.loss),
        (metrics::VALUE_LOSS, out.value.loss),
        (metrics::APPROXIMATE_KL, out.policy.approximate_kl),
        (metrics::POLICY_CLIP_FRACTION, out.policy.clip_fraction),
        (metrics::VALUE_CLIP_FRACTION, out.value.clip_fraction),
    ] {
        logged_now.set(name, value);
    }
    let ratios = now
        .iter()
        .flatten()
        .zip(rollouts.iter().flat_map(|r| &r.old_logps));
    let ratios: Vec<f64> = ratios.map(|(now, old)| (now - old).exp()).collect();
    logged_now.set_some(metrics::RATIO, logged::mean(&ratios));
    if !pass.entropy.is_empty() {
        logged_now.set_some(metrics::POLICY_ENTROPY, logged::mean(&pass.entropy));
    }
    let mut upstream = pass.by_token(&out.policy.d_logps);
    for (slopes, rollout) in out.value.d_values.iter().zip(rollouts) {
        let own = &slopes[..rollout.old_values.len().min(slopes.len())];
        upstream.extend(own.iter().map(|slope| objective.vf_coef * slope));
    }
    Evaluated {
        margins: Vec::new(),
        loss: out.loss,
        per_example: Vec::new(),
        upstream,
        metrics: logged_now,
        policy: pass.completions(),
        reference: Vec::new(),
    }
}
