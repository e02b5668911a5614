//! Group relative policy optimisation, Shao et al. 2024 (DeepSeekMath, arXiv 2402.03300),
//! eq. 3 and 4, with what was made of it:
//!
//! l_t = -min(w_t A, clip(w_t, 1 - epsilon, 1 + epsilon_high) A) + beta k3_t,
//! w_t = pi(y_t) / pi_old(y_t)
//!
//! - `importance_sampling_level = "sequence"`: one ratio an answer, the geometric mean of its
//!   tokens' (GSPO, arXiv 2507.18071);
//! - `loss_type`: how the l_t are added up ([`divisor`]), or CISPO's l_t;
//! - `use_bias_correction_kl` (TRL's default): the KL term times w, with its gradient
//!   (DeepSeek-V3.2, arXiv 2512.02556).
//!
//! TRL: `GRPOTrainer`. No deviation; an answer without tokens counts in the means over
//! answers, as there. DAPO's and CISPO's divisor is that of this batch: over the batches of an
//! optimiser step their losses are weighed by their tokens.

use super::{ClipCount, RolloutLogps, RolloutLoss, cispo, clipped, k3};
use tilt_protocol::{GrpoLoss, GrpoObjective, ImportanceSamplingLevel};

/// The loss and its derivatives.
///
/// # Shapes
/// `logps` and `advantages`: `[batch]` completions; without a reference only where `beta`
/// is 0.
pub fn grpo(objective: &GrpoObjective, logps: &[RolloutLogps], advantages: &[f64]) -> RolloutLoss {
    let batch = logps.len().max(1) as f64;
    let tokens: usize = logps.iter().map(|logps| logps.policy.len()).sum();
    let mut out = RolloutLoss::default();
    for (logps, &advantage) in logps.iter().zip(advantages) {
        let share = 1.0
            / divisor(
                objective,
                logps.policy.len(),
                BatchSize {
                    completions: batch,
                    tokens: tokens as f64,
                },
            );
        let of_one = one(objective, logps, advantage);
        let sum: f64 = of_one.losses.iter().sum();
        out.per_example.push(batch * share * sum);
        out.loss += share * sum;
        let slopes = of_one.slopes.into_iter();
        out.d_tokens.push(slopes.map(|d| share * d).collect());
        out.clipped.push(of_one.clipped);
        if objective.beta != 0.0 {
            out.kl.push(of_one.kl);
        }
    }
    out
}

/// What a batch is divided by.
struct BatchSize {
    completions: f64,
    tokens: f64,
}

/// What the losses of a completion's tokens are divided by in the batch's loss.
fn divisor(objective: &GrpoObjective, length: usize, batch: BatchSize) -> f64 {
    match objective.loss {
        GrpoLoss::Grpo => batch.completions * length.max(1) as f64,
        GrpoLoss::DrGrpo => batch.completions * objective.generation.max_completion_length as f64,
        GrpoLoss::Bnpo | GrpoLoss::Dapo | GrpoLoss::Cispo => batch.tokens.max(1.0),
    }
}

/// One completion: its tokens' losses, and the slope of their sum in each log-prob.
struct OfCompletion {
    losses: Vec<f64>,
    slopes: Vec<f64>,
    kl: Vec<f64>,
    clipped: ClipCount,
}

fn one(objective: &GrpoObjective, logps: &RolloutLogps, advantage: f64) -> OfCompletion {
    let length = logps.policy.len();
    let log_ratios = log_ratios(objective.importance_sampling_level, logps);
    let mut out = OfCompletion {
        losses: vec![0.0; length],
        slopes: vec![0.0; length],
        kl: Vec::new(),
        clipped: ClipCount::default(),
    };
    let bounds = objective.clip.bounds();
    let clip_bounds = match objective.loss {
        GrpoLoss::Cispo => [f64::NEG_INFINITY, objective.clip.high()],
        _ => bounds,
    };
    // d sum / d log w of each token's ratio.
    let mut in_log_ratio = vec![0.0; length];
    for t in 0..length {
        let (logp, ratio) = (logps.policy[t], log_ratios[t].exp());
        if objective.loss == GrpoLoss::Cispo {
            let (loss, slope) = cispo(ratio, advantage, logp, objective.clip.high());
            out.losses[t] = loss;
            out.slopes[t] = slope;
        } else {
            let delta = objective.delta.unwrap_or(f64::INFINITY);
            (out.losses[t], in_log_ratio[t]) = clipped(log_ratios[t], advantage, bounds, delta);
        }
        if let (true, Some(&reference)) = (objective.beta != 0.0, logps.reference.get(t)) {
            let (kl, slope) = k3(logp, reference);
            let weight = if objective.use_bias_correction_kl {
                in_log_ratio[t] += objective.beta * kl * ratio;
                ratio
            } else {
                1.0
            };
            out.losses[t] += objective.beta * kl * weight;
            out.slopes[t] += objective.beta * slope * weight;
            out.kl.push(kl * weight);
        }
    }
    match objective.importance_sampling_level {
        ImportanceSamplingLevel::Token => {
            for t in 0..length {
                out.slopes[t] += in_log_ratio[t];
                out.clipped
                    .count(log_ratios[t].exp(), advantage, clip_bounds);
            }
        }
        ImportanceSamplingLevel::Sequence => {
            // One log-ratio, the mean: each token has its share in that of all.
            let share = in_log_ratio.iter().sum::<f64>() / length.max(1) as f64;
            out.slopes.iter_mut().for_each(|slope| *slope += share);
            let ratio = log_ratios.first().copied().unwrap_or(0.0).exp();
            out.clipped.count(ratio, advantage, clip_bounds);
        }
    }
    out
}

/// log w at each token.
fn log_ratios(level: ImportanceSamplingLevel, logps: &RolloutLogps) -> Vec<f64> {
    let ratios = logps.policy.iter().zip(&logps.old);
    let ratios: Vec<f64> = ratios.map(|(policy, old)| policy - old).collect();
    match level {
        ImportanceSamplingLevel::Token => ratios,
        ImportanceSamplingLevel::Sequence => {
            let mean = ratios.iter().sum::<f64>() / ratios.len().max(1) as f64;
            vec![mean; ratios.len()]
        }
    }
}

#[cfg(test)]
#[path = "grpo_tests.rs"]
mod tests;
