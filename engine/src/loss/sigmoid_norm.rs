//! Length-normalised DPO, Lambert et al. 2024 (Tulu 3, arXiv 2411.15124), eq. 6:
//!
//! -log sigma(beta (u_c / |y_c| - u_r / |y_r|)), u = log pi(y|x) - log pi_ref(y|x)
//!
//! TRL: `loss_type = "sigmoid_norm"`. No deviation.

use super::{FDivergence, PairLogps, PairLoss, of_mean_margin, sigmoid, softplus};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn sigmoid_norm(
    policy: &PairLogps,
    reference: &PairLogps,
    beta: f64,
    divergence: FDivergence,
) -> PairLoss {
    of_mean_margin(policy, reference, divergence, |h| {
        (softplus(-beta * h), -beta * sigmoid(-beta * h))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{DIVERGENCES, check_derivatives, one_pair};
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        for divergence in DIVERGENCES {
            check_derivatives(|policy, reference| sigmoid_norm(policy, reference, 0.3, divergence));
        }
    }

    #[test]
    fn the_loss_at_the_reference_is_known() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        let loss = sigmoid_norm(&policy, &policy, 0.1, FDivergence::ReverseKl).loss;
        assert!((loss - std::f64::consts::LN_2).abs() < 1e-12, "{loss}");
    }
}
