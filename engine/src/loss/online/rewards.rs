//! Several reward functions' numbers to one.

/// The weighted sum of what the reward functions said of one completion. One that could not
/// score counts for nothing; `None` where none of them could.
///
/// # Shapes
/// `rewards`, `weights`: `[functions]`.
pub fn total_reward(rewards: &[Option<f64>], weights: &[f64]) -> Option<f64> {
    let there = rewards.iter().zip(weights);
    let there = there.filter_map(|(reward, weight)| reward.map(|reward| weight * reward));
    there.reduce(|sum, reward| sum + reward)
}

/// [`total_reward`] of `[completions]`; without weights each function counts 1.
pub fn total_rewards(rewards: &[Vec<Option<f64>>], weights: Option<&[f64]>) -> Vec<Option<f64>> {
    let functions = rewards.iter().map(Vec::len).max().unwrap_or(0);
    let ones = vec![1.0; functions];
    let weights = weights.unwrap_or(&ones);
    let rewards = rewards.iter();
    rewards
        .map(|rewards| total_reward(rewards, weights))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_score_counts_for_nothing() {
        let rewards = [vec![Some(2.0), None], vec![None, None]];
        assert_eq!(
            total_rewards(&rewards, Some(&[0.5, 3.0])),
            [Some(1.0), None]
        );
        assert_eq!(total_rewards(&rewards, None), [Some(2.0), None]);
    }
}
