//! Contrastive preference optimisation, Xu et al. 2024 (arXiv 2401.08417), without a
//! reference: the preference term, on d = log pi(y_w|x) - log pi(y_l|x),
//!
//! sigmoid: (1 - epsilon) (-log sigma(beta d)) + epsilon (-log sigma(-beta d))
//! hinge:   max(0, 1 - beta d)
//! ipo:     (m_c - m_r - 1 / (2 beta))^2, m = log pi(y|x) / |y|
//!
//! TRL: `CPOTrainer`, which adds `cpo_alpha` times the chosen completions' mean token
//! loss. Deviation: an empty completion counts as length 1, where TRL gives NaN.

use super::{PairLogps, PairLoss, smoothed};

/// The sigmoid form. `policy` holds `[batch]` pairs.
pub fn cpo(policy: &PairLogps, beta: f64, epsilon: f64) -> PairLoss {
    of_sums(policy, |d| {
        let (value, slope) = smoothed(beta * d, epsilon);
        (value, beta * slope)
    })
}

/// The hinge form. `policy` holds `[batch]` pairs.
pub fn cpo_hinge(policy: &PairLogps, beta: f64) -> PairLoss {
    of_sums(policy, |d| {
        let slack = 1.0 - beta * d;
        if slack > 0.0 {
            (slack, -beta)
        } else {
            (0.0, 0.0)
        }
    })
}

/// The IPO form. `policy` holds `[batch]` pairs.
pub fn cpo_ipo(policy: &PairLogps, beta: f64) -> PairLoss {
    PairLoss::mean_of(
        policy
            .chosen
            .iter()
            .zip(&policy.rejected)
            .map(|(chosen, rejected)| {
                let gap = chosen.mean().0 - rejected.mean().0 - 1.0 / (2.0 * beta);
                (
                    gap * gap,
                    2.0 * gap / chosen.divisor(),
                    -2.0 * gap / rejected.divisor(),
                )
            }),
    )
}

fn of_sums(policy: &PairLogps, term: impl Fn(f64) -> (f64, f64)) -> PairLoss {
    PairLoss::mean_of(
        policy
            .chosen
            .iter()
            .zip(&policy.rejected)
            .map(|(chosen, rejected)| {
                let (value, slope) = term(chosen.sum.0 - rejected.sum.0);
                (value, slope, -slope)
            }),
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_derivatives;
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        check_derivatives(|policy, _| cpo(policy, 0.3, 0.1));
        check_derivatives(|policy, _| cpo_hinge(policy, 0.3));
        check_derivatives(|policy, _| cpo_ipo(policy, 0.3));
    }
}
