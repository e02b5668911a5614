//! Self-play preference optimisation with hard labels, Wu et al. 2024 (arXiv 2405.00675):
//!
//! (u_c - 1 / (2 beta))^2 + (u_r + 1 / (2 beta))^2
//!
//! TRL: `loss_type = "sppo_hard"`. No deviation.

use super::{PairLogps, PairLoss, of_ratios};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn sppo(policy: &PairLogps, reference: &PairLogps, beta: f64) -> PairLoss {
    of_ratios(policy, reference, |u_c, u_r| {
        let target = 1.0 / (2.0 * beta);
        let (chosen, rejected) = (u_c - target, u_r + target);
        (
            chosen * chosen + rejected * rejected,
            2.0 * chosen,
            2.0 * rejected,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check_derivatives, one_pair};
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        check_derivatives(|policy, reference| sppo(policy, reference, 0.3));
    }

    #[test]
    fn the_loss_at_the_reference_is_known() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        let loss = sppo(&policy, &policy, 0.1).loss;
        assert!((loss - 50.0).abs() < 1e-12, "{loss}");
    }
}
