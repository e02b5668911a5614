//! Robust DPO, Chowdhury et al. 2024 (arXiv 2403.00409), eq. 13:
//!
//! [(1 - epsilon) (-log sigma(beta h)) - epsilon (-log sigma(-beta h))] / (1 - 2 epsilon)
//!
//! An unbiased estimate under labels flipped with chance epsilon < 1/2; unbounded
//! below, unlike cDPO. TRL: `loss_type = "robust"` with `label_smoothing`. No deviation.

use super::{FDivergence, PairLogps, PairLoss, of_margin, sigmoid, softplus};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn robust(
    policy: &PairLogps,
    reference: &PairLogps,
    beta: f64,
    epsilon: f64,
    divergence: FDivergence,
) -> PairLoss {
    of_margin(policy, reference, divergence, |h| {
        let scale = 1.0 / (1.0 - 2.0 * epsilon);
        let value = (1.0 - epsilon) * softplus(-beta * h) - epsilon * softplus(beta * h);
        let slope = -(1.0 - epsilon) * sigmoid(-beta * h) - epsilon * sigmoid(beta * h);
        (scale * value, scale * beta * slope)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{DIVERGENCES, check_derivatives, one_pair};
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        for divergence in DIVERGENCES {
            check_derivatives(|policy, reference| robust(policy, reference, 0.3, 0.1, divergence));
        }
    }

    #[test]
    fn the_loss_at_the_reference_is_known() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        let loss = robust(&policy, &policy, 0.1, 0.1, FDivergence::ReverseKl).loss;
        assert!((loss - std::f64::consts::LN_2).abs() < 1e-12, "{loss}");
    }
}
