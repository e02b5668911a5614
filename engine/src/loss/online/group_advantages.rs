//! Advantages within a group of answers to one prompt: Shao et al. 2024 (DeepSeekMath, arXiv
//! 2402.03300), section 4.1.2:
//!
//! A_i = (r_i - mean(r)) / (std(r) + 1e-4)
//!
//! TRL: `GRPOTrainer`, `scale_rewards`: by the group's deviation, by the batch's (arXiv
//! 2508.08221), or not at all (Dr. GRPO, arXiv 2503.20783). Deviations are unbiased, and an
//! answer that could not be scored has an advantage of 0, as there.

use super::moments::{ADVANTAGE_EPSILON, IS_CONSTANT, deviation, mean, scorable};
use tilt_protocol::ScaleRewards;

/// What rewards say of each completion.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupAdvantages {
    /// `[completions]`
    pub advantages: Vec<f64>,
    /// Share of completions in a group (or a batch, where that scales) of equal rewards.
    pub frac_reward_zero_std: f64,
}

/// Advantages of `[completions]` rewards; `groups` holds how many of them, one after
/// another, each prompt has.
pub fn group_advantages(
    rewards: &[Option<f64>],
    groups: &[usize],
    scale: ScaleRewards,
) -> GroupAdvantages {
    let of_batch = spread(&scorable(rewards), rewards.len());
    let (mut advantages, mut constant) = (Vec::with_capacity(rewards.len()), 0);
    let mut rest = rewards;
    for &group in groups {
        let (group, others) = rest.split_at(group.min(rest.len()));
        rest = others;
        let there = scorable(group);
        let centre = mean(&there).unwrap_or(0.0);
        let spread = match scale {
            ScaleRewards::Batch => of_batch,
            ScaleRewards::Group | ScaleRewards::None => spread(&there, group.len()),
        };
        let divisor = match (scale, spread) {
            (ScaleRewards::None, _) => Some(1.0),
            (_, spread) => spread.map(|spread| spread + ADVANTAGE_EPSILON),
        };
        if spread.is_some_and(|spread| spread <= IS_CONSTANT) {
            constant += group.len();
        }
        advantages.extend(group.iter().map(|reward| match (reward, divisor) {
            (Some(reward), Some(divisor)) => (reward - centre) / divisor,
            _ => 0.0,
        }));
    }
    GroupAdvantages {
        advantages,
        frac_reward_zero_std: constant as f64 / rewards.len().max(1) as f64,
    }
}

/// The deviation; 0 of a single answer, `None` where too few of several could be scored.
pub(super) fn spread(scorable: &[f64], answers: usize) -> Option<f64> {
    match answers {
        0 | 1 => Some(0.0),
        _ => deviation(scorable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [ScaleRewards; 3] = ScaleRewards::ALL;

    #[test]
    fn advantages_of_a_group_sum_to_0() {
        let rewards = [0.3, -1.0, 2.5, 0.25, 7.0, 7.5, 0.0].map(Some);
        for scale in ALL {
            let found = group_advantages(&rewards, &[3, 4], scale).advantages;
            for group in [&found[..3], &found[3..]] {
                assert!(group.iter().sum::<f64>().abs() < 1e-12, "{scale:?}");
            }
        }
    }

    #[test]
    fn what_tells_nothing_apart_has_no_advantage() {
        let rewards = [Some(2.0), Some(2.0), None, Some(1.0), Some(4.0)];
        let found = group_advantages(&rewards, &[2, 2, 1], ScaleRewards::Group);
        assert_eq!(found.advantages, [0.0; 5]);
        assert_eq!(found.frac_reward_zero_std, 3.0 / 5.0);
        let none = group_advantages(&[None, None], &[2], ScaleRewards::Group);
        assert_eq!(
            (none.advantages, none.frac_reward_zero_std),
            (vec![0.0; 2], 0.0)
        );
    }
}
