//! SimPO, Meng et al. 2024 (arXiv 2405.14734), eq. 6, and AlphaPO, Gupta et al. 2025
//! (arXiv 2501.03884). Without a reference, with m = log pi(y|x) / |y|:
//!
//! (1 - epsilon) (-log sigma(beta d - gamma)) + epsilon (-log sigma(gamma - beta d))
//!
//! d = m_c - m_r for SimPO (alpha 0); AlphaPO puts its reward in place of each m.
//!
//! TRL: `CPOTrainer` with `loss_type = "simpo"` or `"alphapo"`; `simpo_gamma` is gamma
//! itself, where the paper's configurations give gamma / beta. Deviation: an empty
//! completion counts as length 1, where TRL gives NaN.

use super::alpha::{Measure, of_rewards};
use super::{PairLogps, PairLoss, smoothed};

/// The loss and its derivatives. `policy` holds `[batch]` pairs.
pub fn simpo(policy: &PairLogps, beta: f64, gamma: f64, epsilon: f64, alpha: f64) -> PairLoss {
    of_rewards(policy, Measure::Mean, alpha, |d| {
        let (value, slope) = smoothed(beta * d - gamma, epsilon);
        (value, beta * slope)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_derivatives;
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        check_derivatives(|policy, _| simpo(policy, 2.5, 1.375, 0.0, 0.0));
        check_derivatives(|policy, _| simpo(policy, 2.5, 0.5, 0.1, 0.0));
        check_derivatives(|policy, _| simpo(policy, 2.5, 0.5, 0.0, 0.25));
    }
}
