//! Generalised advantage estimation, Schulman et al. 2015 (arXiv 1506.02438), eq. 11 and 16:
//!
//! delta_t = r_t + gamma V_{t+1} - V_t,  A_t = delta_t + gamma lambda A_{t+1},  R_t = A_t + V_t
//!
//! There is nothing behind the last column. As in TRL the recursion runs over the padding,
//! where rewards and values are 0.

/// Advantages and returns of one answer, `[tokens]` each.
pub fn estimate_advantages(
    rewards: &[f64],
    values: &[f64],
    gamma: f64,
    lambda: f64,
) -> (Vec<f64>, Vec<f64>) {
    let mut advantages = vec![0.0; rewards.len()];
    let (mut next_value, mut next_advantage) = (0.0, 0.0);
    for t in (0..rewards.len()).rev() {
        let delta = rewards[t] + gamma * next_value - values[t];
        next_advantage = delta + gamma * lambda * next_advantage;
        advantages[t] = next_advantage;
        next_value = values[t];
    }
    let returns = advantages.iter().zip(values);
    let returns = returns
        .map(|(advantage, value)| advantage + value)
        .collect();
    (advantages, returns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_lambda_1_a_return_is_what_is_still_to_come() {
        let (rewards, values) = ([0.5, -1.0, 2.0], [0.3, 0.1, -0.4]);
        let (_, returns) = estimate_advantages(&rewards, &values, 0.9, 1.0);
        let expected = [0.5 - 0.9 + 0.81 * 2.0, -1.0 + 1.8, 2.0];
        for (found, expected) in returns.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{returns:?}");
        }
        // At lambda 0 an advantage is one step's surprise.
        let (advantages, _) = estimate_advantages(&rewards, &values, 0.9, 0.0);
        assert!((advantages[1] - (-1.0 + 0.9 * -0.4 - 0.1)).abs() < 1e-12);
    }
}
