//! TRL's RLOO and GRPO trainers on one batch of completions.

use super::Evaluated;
use super::dpo::with_sums;
use super::forward::Readout;
use super::logged;
use crate::loss::CompletionLogp;
use crate::loss::online::{RolloutLogps, RolloutLoss, grpo, rloo};
use crate::session::rollouts::Rollout;
use tilt_protocol::{GrpoLoss, GrpoObjective, Metrics, RlooObjective, metrics};

/// Loss, derivatives and metrics of `[batch]` completions.
pub fn evaluate_rloo(
    objective: &RlooObjective,
    pass: &Readout<'_>,
    rollouts: &[&Rollout],
) -> Evaluated {
    let logps = logps_of(pass, rollouts);
    let out = rloo(&objective.clip, &logps, &advantages(rollouts));
    let mut metrics_of_batch = Metrics::default();
    log_clips(&mut metrics_of_batch, &out);
    finish(pass, rollouts, out, metrics_of_batch)
}

/// As [`evaluate_rloo`]; the KL term is in the loss.
pub fn evaluate_grpo(
    objective: &GrpoObjective,
    pass: &Readout<'_>,
    rollouts: &[&Rollout],
) -> Evaluated {
    let logps = logps_of(pass, rollouts);
    let out = grpo(objective, &logps, &advantages(rollouts));
    let mut metrics_of_batch = Metrics::default();
    if objective.beta != 0.0 {
        let kl = logged::mean(&out.kl.concat()).unwrap_or(0.0);
        metrics_of_batch.set(metrics::KL, kl);
    }
    match objective.loss {
        GrpoLoss::Cispo => {
            let (clipped, ratios) = sums(&out, |clip| clip.high);
            metrics_of_batch.set(metrics::CISPO_CLIP_RATIO, clipped / ratios);
        }
        GrpoLoss::Grpo | GrpoLoss::Bnpo | GrpoLoss::DrGrpo | GrpoLoss::Dapo => {
            log_clips(&mut metrics_of_batch, &out);
        }
    }
    finish(pass, rollouts, out, metrics_of_batch)
}

fn advantages(rollouts: &[&Rollout]) -> Vec<f64> {
    rollouts.iter().map(|rollout| rollout.advantage).collect()
}

/// The numbers of each completion's tokens; a masked one has none.
fn logps_of(pass: &Readout<'_>, rollouts: &[&Rollout]) -> Vec<RolloutLogps> {
    let rows = rollouts.iter().zip(&pass.batch.spans);
    rows.map(|(rollout, span)| {
        if rollout.is_masked {
            return RolloutLogps::default();
        }
        let policy = pass.values.get(span.clone()).unwrap_or_default();
        let old = rollout.old_logps.as_deref().unwrap_or(policy);
        let scored = policy.len();
        RolloutLogps {
            policy: policy.to_vec(),
            old: Rollout::tail(old, scored).to_vec(),
            reference: Rollout::tail(&rollout.reference_logps, scored).to_vec(),
        }
    })
    .collect()
}

/// How many ratios of the batch were clipped, and how many there are.
fn sums(out: &RolloutLoss, of: fn(&crate::loss::online::ClipCount) -> usize) -> (f64, f64) {
    let clipped: usize = out.clipped.iter().map(of).sum();
    let ratios: usize = out.clipped.iter().map(|clip| clip.ratios).sum();
    (clipped as f64, ratios.max(1) as f64)
}

/// Shares of clipped ratios, over the batch and of the completions with the fewest and the
/// most.
fn log_clips(logged: &mut Metrics, out: &RolloutLoss) {
    let (low, ratios) = sums(out, |clip| clip.low);
    let (high, _) = sums(out, |clip| clip.high);
    logged.set(metrics::CLIP_LOW_MEAN, low / ratios);
    logged.set(metrics::CLIP_HIGH_MEAN, high / ratios);
    logged.set(metrics::CLIP_REGION_MEAN, (low + high) / ratios);
    let clips = out.clipped.iter();
    let share = |clipped: usize, ratios: usize| clipped as f64 / ratios.max(1) as f64;
    let lows = clips.clone().map(|clip| share(clip.low, clip.ratios));
    let highs = clips.map(|clip| share(clip.high, clip.ratios));
    logged.set_some(metrics::CLIP_LOW_MIN, lows.reduce(f64::min));
    logged.set_some(metrics::CLIP_HIGH_MAX, highs.reduce(f64::max));
}

fn finish(
    pass: &Readout<'_>,
    rollouts: &[&Rollout],
    out: RolloutLoss,
    mut metrics_of_batch: Metrics,
) -> Evaluated {
    let spans = pass.batch.spans.iter().zip(rollouts);
    let counting = spans.filter(|(_, rollout)| !rollout.is_masked);
    let counting: Vec<_> = counting.map(|(span, _)| span.clone()).collect();
    logged::entropy(&mut metrics_of_batch, pass, &counting);
    let upstream = pass.by_token(&out.d_tokens);
    let policy = pass.completions();
    let has_reference = rollouts.iter().all(|one| !one.reference_logps.is_empty());
    let sums = rollouts.iter().map(|one| one.reference_logps.iter().sum());
    let reference: Vec<CompletionLogp> = match has_reference {
        true => with_sums(&policy, sums),
        false => Vec::new(),
    };
    Evaluated {
        margins: Vec::new(),
        loss: out.loss,
        per_example: out.per_example,
        upstream,
        metrics: metrics_of_batch,
        policy,
        reference,
    }
}
