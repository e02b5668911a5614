//! Exponential tilting: the exact optimum of reward minus beta times KL over a
//! handful of answers, from log-probs alone.
//!
//! pi*(y) = pi_ref(y) exp(r(y) / beta) / Z is the maximiser of
//! E_pi[r] - beta KL(pi || pi_ref) (Rafailov et al. 2023, equation 4); here every
//! distribution is renormalised on the answers at hand.

/// ln sum exp, without overflow; minus infinity of nothing.
pub fn log_sum_exp(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    let sum: f64 = values.iter().map(|value| (value - largest).exp()).sum();
    largest + sum.ln()
}

/// Log-probs shifted so that their probabilities sum to 1.
pub fn renormalised(logps: &[f64]) -> Vec<f64> {
    let total = log_sum_exp(logps);
    logps.iter().map(|logp| logp - total).collect()
}

/// Log-probs of the optimum: the reference's plus reward over beta, renormalised.
/// `beta` is above 0.
pub fn optimum(reference_logps: &[f64], rewards: &[f64], beta: f64) -> Vec<f64> {
    let tilted: Vec<f64> = reference_logps
        .iter()
        .zip(rewards)
        .map(|(logp, reward)| logp + reward / beta)
        .collect();
    renormalised(&tilted)
}

/// E_p[r] of normalised log-probs.
pub fn expected_reward(logps: &[f64], rewards: &[f64]) -> f64 {
    logps
        .iter()
        .zip(rewards)
        .map(|(logp, reward)| logp.exp() * reward)
        .sum()
}

/// KL(p || q) in nats, of normalised log-probs; never below 0.
pub fn kl(p_logps: &[f64], q_logps: &[f64]) -> f64 {
    let sum: f64 = p_logps
        .iter()
        .zip(q_logps)
        .map(|(p, q)| {
            // What p never says adds nothing, even where q never says it either.
            let share = p.exp();
            if share == 0.0 { 0.0 } else { share * (p - q) }
        })
        .sum();
    sum.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFERENCE: [f64; 3] = [-41.2, -39.8, -55.0];
    const REWARDS: [f64; 3] = [1.0, -1.0, 3.0];

    fn probabilities(logps: &[f64]) -> Vec<f64> {
        logps.iter().map(|logp| logp.exp()).collect()
    }

    fn close(a: &[f64], b: &[f64]) {
        assert_eq!(a.len(), b.len());
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() < 1e-9, "{a} against {b}");
        }
    }

    #[test]
    fn every_set_sums_to_one() {
        for beta in [1e-3, 0.05, 1.0, 5.0, 1e6] {
            let shares = probabilities(&optimum(&REFERENCE, &REWARDS, beta));
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{beta}");
        }
        // Far below what a plain exp can hold.
        let shares = probabilities(&renormalised(&[-2000.0, -2001.0]));
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_large_beta_keeps_the_reference() {
        let kept = probabilities(&optimum(&REFERENCE, &REWARDS, 1e12));
        close(&kept, &probabilities(&renormalised(&REFERENCE)));
    }

    #[test]
    fn a_small_beta_takes_the_best_answer() {
        let shares = probabilities(&optimum(&REFERENCE, &REWARDS, 1e-3));
        close(&shares, &[0.0, 0.0, 1.0]);
    }

    #[test]
    fn no_other_distribution_does_better() {
        let beta = 0.7;
        let reference = renormalised(&REFERENCE);
        let value = |logps: &[f64]| expected_reward(logps, &REWARDS) - beta * kl(logps, &reference);
        let best = optimum(&REFERENCE, &REWARDS, beta);
        // At the optimum the value is beta ln Z.
        let tilted: Vec<f64> = (0..3).map(|i| reference[i] + REWARDS[i] / beta).collect();
        assert!((value(&best) - beta * log_sum_exp(&tilted)).abs() < 1e-9);
        for nudge in [-0.5, 0.1, 0.4] {
            let mut other = best.clone();
            other[1] += nudge;
            assert!(value(&renormalised(&other)) < value(&best));
        }
    }

    #[test]
    fn kl_is_zero_for_the_same_and_known_for_two() {
        let half = renormalised(&[0.0, 0.0]);
        assert_eq!(kl(&half, &half), 0.0);
        let skewed = renormalised(&[3f64.ln(), 0.0]);
        let expected = 0.75 * 1.5f64.ln() + 0.25 * 0.5f64.ln();
        assert!((kl(&skewed, &half) - expected).abs() < 1e-12);
    }

    #[test]
    fn nothing_is_no_panic() {
        assert!(optimum(&[], &[], 1.0).is_empty());
        assert_eq!(log_sum_exp(&[f64::NEG_INFINITY]), f64::NEG_INFINITY);
    }
}
