//! Direct preference optimisation, Rafailov et al. 2023 (arXiv 2305.18290), eq. 7:
//!
//! -log sigma(beta h), h = (log pi(y_w|x) - log pi_ref(y_w|x)) - (log pi(y_l|x) - log pi_ref(y_l|x))
//!
//! TRL: `loss_type = "sigmoid"`. No deviation; log-probs are sums over tokens.

use super::{FDivergence, PairLogps, PairLoss, of_margin, sigmoid, softplus};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn dpo(
    policy: &PairLogps,
    reference: &PairLogps,
    beta: f64,
    divergence: FDivergence,
) -> PairLoss {
    of_margin(policy, reference, divergence, |h| {
        let slope = -beta * sigmoid(-beta * h);
        (softplus(-beta * h), slope)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{DIVERGENCES, check_derivatives, one_pair};
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        for divergence in DIVERGENCES {
            check_derivatives(|policy, reference| dpo(policy, reference, 0.3, divergence));
        }
    }

    #[test]
    fn the_loss_at_the_reference_is_known() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        let loss = dpo(&policy, &policy, 0.1, FDivergence::ReverseKl).loss;
        assert!((loss - std::f64::consts::LN_2).abs() < 1e-12, "{loss}");
    }
}
