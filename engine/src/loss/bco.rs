//! Binary classifier optimisation on pairs, Jung et al. 2024 (arXiv 2404.04656):
//!
//! -log sigma(beta u_c) - log sigma(-beta u_r)
//!
//! TRL: `loss_type = "bco_pair"`. Deviation from the paper: the running-mean shift
//! delta is left out, as in TRL since 0.29.

use super::{PairLogps, PairLoss, of_ratios, sigmoid, softplus};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn bco(policy: &PairLogps, reference: &PairLogps, beta: f64) -> PairLoss {
    of_ratios(policy, reference, |u_c, u_r| {
        let value = softplus(-beta * u_c) + softplus(beta * u_r);
        (
            value,
            -beta * sigmoid(-beta * u_c),
            beta * sigmoid(beta * u_r),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check_derivatives, one_pair};
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        check_derivatives(|policy, reference| bco(policy, reference, 0.3));
    }

    #[test]
    fn the_loss_at_the_reference_is_known() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        let loss = bco(&policy, &policy, 0.1).loss;
        assert!(
            (loss - 2.0 * std::f64::consts::LN_2).abs() < 1e-12,
            "{loss}"
        );
    }
}
