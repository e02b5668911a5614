//! Identity preference optimisation, Azar et al. 2023 (arXiv 2310.12036), eq. 17:
//!
//! (h - 1 / (2 beta))^2, h = u_c / |y_c| - u_r / |y_r|, u = log pi(y|x) - log pi_ref(y|x)
//!
//! `beta` is the paper's tau. Deviation: each log-ratio is divided by its
//! completion's length, as TRL (`loss_type = "ipo"`) does since 0.7.11 after asking
//! the authors; the paper does not write it.

use super::{FDivergence, PairLogps, PairLoss, of_mean_margin};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn ipo(
    policy: &PairLogps,
    reference: &PairLogps,
    beta: f64,
    divergence: FDivergence,
) -> PairLoss {
    of_mean_margin(policy, reference, divergence, |h| {
        let gap = h - 1.0 / (2.0 * beta);
        (gap * gap, 2.0 * gap)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{DIVERGENCES, check_derivatives, one_pair};
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        for divergence in DIVERGENCES {
            check_derivatives(|policy, reference| ipo(policy, reference, 0.3, divergence));
        }
    }

    #[test]
    fn the_loss_at_the_reference_is_known() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        let loss = ipo(&policy, &policy, 0.1, FDivergence::ReverseKl).loss;
        assert!((loss - 25.0).abs() < 1e-12, "{loss}");
    }
}
