//! The loss of REINFORCE leave-one-out in TRL's `RLOOTrainer`, Ahmadian et al. 2024 (arXiv
//! 2402.14740) with PPO's clipping: one ratio an answer, of sums,
//!
//! -(1 / n) sum over i of min(w_i A_i, clip(w_i, 1 - epsilon, 1 + epsilon_high) A_i),
//! w_i = pi(y_i | x) / pi_old(y_i | x)
//!
//! Right after sampling w is 1 and the gradient is REINFORCE's. The KL is in the reward, not
//! here. No deviation: a masked answer has w = 1 and counts in the mean, as in TRL.

use super::{ClipCount, RolloutLogps, RolloutLoss, clipped};
use tilt_protocol::ClipRange;

/// The loss and its derivatives.
///
/// # Shapes
/// `logps` and `advantages`: `[batch]` completions.
pub fn rloo(clip: &ClipRange, logps: &[RolloutLogps], advantages: &[f64]) -> RolloutLoss {
    let batch = logps.len().max(1) as f64;
    let mut out = RolloutLoss::default();
    for (logps, &advantage) in logps.iter().zip(advantages) {
        let log_ratio = logps.policy.iter().sum::<f64>() - logps.old.iter().sum::<f64>();
        let (loss, slope) = clipped(log_ratio, advantage, clip.bounds(), f64::INFINITY);
        out.loss += loss / batch;
        out.per_example.push(loss);
        out.d_tokens.push(vec![slope / batch; logps.policy.len()]);
        let mut count = ClipCount::default();
        count.count(log_ratio.exp(), advantage, clip.bounds());
        out.clipped.push(count);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(nudge: f64) -> Vec<RolloutLogps> {
        let row = |policy: &[f64], old: &[f64]| RolloutLogps {
            policy: policy.to_vec(),
            old: old.to_vec(),
            reference: Vec::new(),
        };
        vec![
            row(&[-1.0, -0.5 + nudge], &[-1.05, -0.6]),
            row(&[-0.7], &[-0.2]),
            row(&[], &[]),
        ]
    }

    #[test]
    fn derivatives_agree_with_differences() {
        let clip = ClipRange::default();
        for advantage in [-1.3, 0.9] {
            let at = |nudge| rloo(&clip, &rows(nudge), &[advantage, 0.4, -0.2]);
            let slope = (at(1e-6).loss - at(-1e-6).loss) / 2e-6;
            let here = at(0.0);
            assert!((slope - here.d_tokens[0][1]).abs() < 1e-8);
            assert_eq!(here.d_tokens[0][0], here.d_tokens[0][1]);
            assert!(here.d_tokens[2].is_empty());
        }
    }

    #[test]
    fn on_policy_the_loss_of_a_group_is_0() {
        let mut rows = rows(0.0);
        rows.iter_mut().for_each(|row| row.old = row.policy.clone());
        let found = rloo(&ClipRange::default(), &rows, &[0.5, 0.25, -0.75]);
        assert_eq!(found.loss, 0.0);
        assert!((found.d_tokens[0][0] + 0.5 / 3.0).abs() < 1e-15);
    }
}
