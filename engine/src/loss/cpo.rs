//! Contrastive preference optimisation, Xu et al. 2024 (arXiv 2401.08417), eq. 3, without a
//! reference: the preference term, on d = log pi(y_w|x) - log pi(y_l|x),
//!
//! sigmoid: (1 - epsilon) (-log sigma(beta d)) + epsilon (-log sigma(-beta d))
//! hinge:   max(0, 1 - beta d)
//! ipo:     (m_c - m_r - 1 / (2 beta))^2, m = log pi(y|x) / |y|
//!
//! TRL: `CPOTrainer`, which adds `cpo_alpha` times the chosen completions' mean token
//! loss, and puts AlphaPO's reward in place of the log-probs where `alpha` is not 0.
//! Deviation: an empty completion counts as length 1, where TRL gives NaN.

use super::alpha::{Measure, of_rewards};
use super::{PairLogps, PairLoss, smoothed};

/// The sigmoid form. `policy` holds `[batch]` pairs.
pub fn cpo(policy: &PairLogps, beta: f64, epsilon: f64, alpha: f64) -> PairLoss {
    of_rewards(policy, Measure::Sum, alpha, |d| {
        let (value, slope) = smoothed(beta * d, epsilon);
        (value, beta * slope)
    })
}

/// The hinge form. `policy` holds `[batch]` pairs.
pub fn cpo_hinge(policy: &PairLogps, beta: f64, alpha: f64) -> PairLoss {
    of_rewards(policy, Measure::Sum, alpha, |d| {
        let slack = 1.0 - beta * d;
        if slack > 0.0 {
            (slack, -beta)
        } else {
            (0.0, 0.0)
        }
    })
}

/// The IPO form. `policy` holds `[batch]` pairs.
pub fn cpo_ipo(policy: &PairLogps, beta: f64, alpha: f64) -> PairLoss {
    of_rewards(policy, Measure::Mean, alpha, |d| {
        let gap = d - 1.0 / (2.0 * beta);
        (gap * gap, 2.0 * gap)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_derivatives;
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        for alpha in [0.0, 0.1] {
            check_derivatives(|policy, _| cpo(policy, 0.3, 0.1, alpha));
            check_derivatives(|policy, _| cpo_hinge(policy, 0.3, alpha));
            check_derivatives(|policy, _| cpo_ipo(policy, 0.3, alpha));
        }
    }
}
