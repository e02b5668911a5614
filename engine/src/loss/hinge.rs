//! Sequence likelihood calibration's hinge, Zhao et al. 2023 (arXiv 2305.10425), on
//! DPO's margin as in Liu et al. 2023 (RSO, arXiv 2309.06657):
//!
//! max(0, 1 - beta h)
//!
//! TRL: `loss_type = "hinge"`. No deviation; the slope at the corner is 0.

use super::{FDivergence, PairLogps, PairLoss, of_margin};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn hinge(
    policy: &PairLogps,
    reference: &PairLogps,
    beta: f64,
    divergence: FDivergence,
) -> PairLoss {
    of_margin(policy, reference, divergence, |h| {
        let slack = 1.0 - beta * h;
        if slack > 0.0 {
            (slack, -beta)
        } else {
            (0.0, 0.0)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{DIVERGENCES, check_derivatives, one_pair};
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        for divergence in DIVERGENCES {
            check_derivatives(|policy, reference| hinge(policy, reference, 0.3, divergence));
        }
    }

    #[test]
    fn the_loss_at_the_reference_is_known() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        let loss = hinge(&policy, &policy, 0.1, FDivergence::ReverseKl).loss;
        assert!((loss - 1.0).abs() < 1e-12, "{loss}");
    }
}
