//! Anchored preference optimisation, zero, D'Oosterlinck et al. 2024 (arXiv 2408.06266),
//! eq. 7:
//!
//! 1 - sigma(beta u_c) + sigma(beta u_r)
//!
//! TRL: `loss_type = "apo_zero"`. No deviation.

use super::{PairLogps, PairLoss, of_ratios, sigmoid};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn apo_zero(policy: &PairLogps, reference: &PairLogps, beta: f64) -> PairLoss {
    of_ratios(policy, reference, |u_c, u_r| {
        let slope = |u: f64| beta * sigmoid(beta * u) * sigmoid(-beta * u);
        (
            sigmoid(-beta * u_c) + sigmoid(beta * u_r),
            -slope(u_c),
            slope(u_r),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check_derivatives, one_pair};
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        check_derivatives(|policy, reference| apo_zero(policy, reference, 0.3));
    }

    #[test]
    fn the_loss_at_the_reference_is_known() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        let loss = apo_zero(&policy, &policy, 0.1).loss;
        assert!((loss - 1.0).abs() < 1e-12, "{loss}");
    }
}
