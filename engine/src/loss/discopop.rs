//! DiscoPOP's log-ratio modulated loss, Lu et al. 2024 (arXiv 2406.08414), eq. 5: with
//! g = sigma(beta h / tau),
//!
//! (1 - g) (-log sigma(beta h)) + g e^(-beta h)
//!
//! TRL: `loss_type = "discopop"`, `discopop_tau` 0.05. No deviation; g e^(-beta h) is
//! computed as one exponential, so it cannot become 0 times infinity;
//! where tau is above 1 and that exponential overflows in TRL, it goes on as a straight line.

use super::{FDivergence, PairLogps, PairLoss, growing_exp, of_margin, sigmoid, softplus};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn discopop(
    policy: &PairLogps,
    reference: &PairLogps,
    beta: f64,
    tau: f64,
    divergence: FDivergence,
) -> PairLoss {
    of_margin(policy, reference, divergence, |h| {
        let x = beta * h;
        let g = sigmoid(x / tau);
        let g_slope = g * sigmoid(-x / tau) / tau;
        let (modulated, modulated_slope) = growing_exp(-softplus(-x / tau) - x); // g e^-x - 1
        let modulated_slope = modulated_slope * (sigmoid(-x / tau) / tau - 1.0);
        let value = (1.0 - g) * softplus(-x) + (1.0 + modulated);
        let slope = -g_slope * softplus(-x) - (1.0 - g) * sigmoid(-x) + modulated_slope;
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
            check_derivatives(|policy, reference| {
                discopop(policy, reference, 0.3, 0.05, divergence)
            });
        }
    }

    #[test]
    fn the_loss_at_the_reference_is_known() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        let loss = discopop(&policy, &policy, 0.1, 0.05, FDivergence::ReverseKl).loss;
        assert!(
            (loss - (0.5 * std::f64::consts::LN_2 + 0.5)).abs() < 1e-12,
            "{loss}"
        );
    }
}
