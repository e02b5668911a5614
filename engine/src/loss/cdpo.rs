//! Conservative DPO, Mitchell 2023 (ericmitchell.ai/cdpo.pdf):
//!
//! (1 - epsilon) (-log sigma(beta h)) + epsilon (-log sigma(-beta h))
//!
//! epsilon is the chance that a label is flipped. TRL's `sigmoid` with
//! `label_smoothing` was this until 0.28 and ignores it since; Tilt calls it `cdpo`.

use super::{FDivergence, PairLogps, PairLoss, of_margin, smoothed};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn cdpo(
    policy: &PairLogps,
    reference: &PairLogps,
    beta: f64,
    epsilon: f64,
    divergence: FDivergence,
) -> PairLoss {
    of_margin(policy, reference, divergence, |h| {
        let (value, slope) = smoothed(beta * h, epsilon);
        (value, beta * slope)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{DIVERGENCES, check_derivatives, one_pair};
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        for divergence in DIVERGENCES {
            check_derivatives(|policy, reference| cdpo(policy, reference, 0.3, 0.1, divergence));
        }
    }

    #[test]
    fn the_loss_at_the_reference_is_known() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        let loss = cdpo(&policy, &policy, 0.1, 0.1, FDivergence::ReverseKl).loss;
        assert!((loss - std::f64::consts::LN_2).abs() < 1e-12, "{loss}");
    }
}
