//! EXO for pairs, Ji et al. 2024 (arXiv 2402.00856), eq. 16: with q = sigma(beta h),
//!
//! q (ln q - ln(1 - epsilon)) + (1 - q) (ln(1 - q) - ln epsilon)
//!
//! TRL: `loss_type = "exo_pair"`; epsilon is `label_smoothing`, above 0. No deviation.

use super::{FDivergence, PairLogps, PairLoss, of_margin, sigmoid, softplus};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn exo(
    policy: &PairLogps,
    reference: &PairLogps,
    beta: f64,
    epsilon: f64,
    divergence: FDivergence,
) -> PairLoss {
    of_margin(policy, reference, divergence, |h| {
        let (q, not_q) = (sigmoid(beta * h), sigmoid(-beta * h));
        let wanted = ((1.0 - epsilon) / epsilon).ln();
        let value = q * (-softplus(-beta * h) - (1.0 - epsilon).ln())
            + not_q * (-softplus(beta * h) - epsilon.ln());
        (value, beta * q * not_q * (beta * h - wanted))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{DIVERGENCES, check_derivatives, one_pair};
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        for divergence in DIVERGENCES {
            check_derivatives(|policy, reference| exo(policy, reference, 0.3, 0.1, divergence));
        }
    }

    #[test]
    fn the_loss_at_the_reference_is_known() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        let loss = exo(&policy, &policy, 0.1, 0.1, FDivergence::ReverseKl).loss;
        assert!(
            (loss - (0.5 * (0.5_f64 / 0.9).ln() + 0.5 * (0.5_f64 / 0.1).ln())).abs() < 1e-12,
            "{loss}"
        );
    }
}
