//! REINFORCE leave-one-out, Ahmadian et al. 2024 (*Back to Basics*, arXiv 2402.14740; the
//! estimator is Kool et al. 2019's): each answer against the mean of its siblings,
//!
//! A_i = r_i - 1 / (k - 1) sum over j != i of r_j
//!
//! TRL: `RLOOTrainer`. The KL of the whole answer is taken off its reward
//! ([`LeaveOneOut::rewards`]), after the reward was kept within `reward_clip_range`, and
//! `normalize_advantages` divides by the deviation over the whole batch.

use super::group_advantages::spread;
use super::moments::{ADVANTAGE_EPSILON, IS_CONSTANT, deviation, mean, scorable};

/// What rewards say of each completion.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaveOneOut {
    /// After clipping, without the KL; `None`: could not be scored. `[completions]`
    pub rewards: Vec<Option<f64>>,
    /// `[completions]`
    pub advantages: Vec<f64>,
    /// Share of completions in a group of equal rewards, the KL taken off.
    pub frac_reward_zero_std: f64,
}

/// Advantages of `[completions]` rewards; `groups` holds how many of them, one after
/// another, each prompt has. `penalties` `[completions]` (beta times the log-ratio of the
/// policy that sampled to the reference, summed over the answer) are taken off; empty for
/// none.
pub fn leave_one_out(
    rewards: &[Option<f64>],
    groups: &[usize],
    clip_range: Option<[f64; 2]>,
    penalties: &[f64],
    normalises: bool,
) -> LeaveOneOut {
    let kept = |reward: f64| match clip_range {
        Some([least, most]) => reward.clamp(least, most),
        None => reward,
    };
    let penalties = penalties.iter().copied().chain(std::iter::repeat(0.0));
    let rewards: Vec<Option<f64>> = rewards
        .iter()
        .zip(penalties)
        .map(|(reward, penalty)| reward.map(|reward| kept(reward) - penalty))
        .collect();
    let (mut advantages, mut constant) = (Vec::with_capacity(rewards.len()), 0);
    let mut rest = &rewards[..];
    for &group in groups {
        let (group, others) = rest.split_at(group.min(rest.len()));
        rest = others;
        let there = scorable(group);
        if spread(&there, group.len()).is_some_and(|spread| spread <= IS_CONSTANT) {
            constant += group.len();
        }
        let sum: f64 = there.iter().sum();
        advantages.extend(group.iter().map(|reward| match (reward, there.len()) {
            (None, _) => None,
            (Some(_), 0 | 1) => Some(0.0),
            (Some(reward), count) => Some(reward - (sum - reward) / (count - 1) as f64),
        }));
    }
    if normalises {
        let there = scorable(&advantages);
        let centre = mean(&there).unwrap_or(0.0);
        let divisor = deviation(&there).map(|deviation| deviation + ADVANTAGE_EPSILON);
        for advantage in advantages.iter_mut().flatten() {
            *advantage = divisor.map_or(0.0, |divisor| (*advantage - centre) / divisor);
        }
    }
    LeaveOneOut {
        frac_reward_zero_std: constant as f64 / rewards.len().max(1) as f64,
        rewards,
        advantages: advantages.into_iter().map(|a| a.unwrap_or(0.0)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advantages_of_a_group_sum_to_0() {
        let rewards = [0.3, -1.0, 2.5, 7.0, 7.5].map(Some);
        let found = leave_one_out(&rewards, &[3, 2], None, &[0.1, 0.2, 0.3, 0.4, 0.5], false);
        for group in [&found.advantages[..3], &found.advantages[3..]] {
            assert!(group.iter().sum::<f64>().abs() < 1e-12, "{group:?}");
        }
        assert_eq!(found.rewards[0], Some(0.3 - 0.1));
    }

    #[test]
    fn the_kl_is_never_clipped() {
        let found = leave_one_out(
            &[Some(5.0), Some(-5.0)],
            &[2],
            Some([-1.0, 1.0]),
            &[3.0, 0.0],
            false,
        );
        assert_eq!(found.rewards, [Some(-2.0), Some(-1.0)]);
        assert_eq!(found.advantages, [-1.0, 1.0]);
    }

    #[test]
    fn a_lone_answer_has_no_advantage() {
        let found = leave_one_out(&[Some(2.0), Some(3.0), None], &[1, 2], None, &[], false);
        assert_eq!(found.advantages, [0.0; 3]);
        assert_eq!(found.frac_reward_zero_std, 1.0 / 3.0);
    }
}
