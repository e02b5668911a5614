//! Noise contrastive alignment for pairs, Chen et al. 2024 (arXiv 2402.05369):
//!
//! -log sigma(beta u_c) - 1/2 log sigma(-beta u_c) - 1/2 log sigma(-beta u_r)
//!
//! TRL: `loss_type = "nca_pair"`. No deviation.

use super::{PairLogps, PairLoss, of_ratios, sigmoid, softplus};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn nca(policy: &PairLogps, reference: &PairLogps, beta: f64) -> PairLoss {
    of_ratios(policy, reference, |u_c, u_r| {
        let value = softplus(-beta * u_c) + 0.5 * softplus(beta * u_c) + 0.5 * softplus(beta * u_r);
        let d_chosen = beta * (0.5 * sigmoid(beta * u_c) - sigmoid(-beta * u_c));
        (value, d_chosen, 0.5 * beta * sigmoid(beta * u_r))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check_derivatives, one_pair};
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        check_derivatives(|policy, reference| nca(policy, reference, 0.3));
    }

    #[test]
    fn the_loss_at_the_reference_is_known() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        let loss = nca(&policy, &policy, 0.1).loss;
        assert!(
            (loss - 2.0 * std::f64::consts::LN_2).abs() < 1e-12,
            "{loss}"
        );
    }
}
