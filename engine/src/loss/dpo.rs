//! Direct preference optimisation, Rafailov et al. 2023 (arXiv 2305.18290), eq. 7:
//!
//! -log sigma(beta h), h = (log pi(y_w|x) - log pi_ref(y_w|x)) - (log pi(y_l|x) - log pi_ref(y_l|x))
//!
//! TRL: `loss_type = "sigmoid"`. No deviation; log-probs are sums over tokens.

use super::{PairLogps, PairLoss, pairs, sigmoid, softplus};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn dpo(policy: &PairLogps, reference: &PairLogps, beta: f64) -> PairLoss {
    PairLoss::mean_of(pairs(policy, reference).map(|[pc, pr, rc, rr]| {
        let h = (pc.sum.0 - rc.sum.0) - (pr.sum.0 - rr.sum.0);
        let slope = -beta * sigmoid(-beta * h);
        (softplus(-beta * h), slope, -slope)
    }))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check_derivatives, one_pair};
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        check_derivatives(|policy, reference| dpo(policy, reference, 0.3));
    }

    #[test]
    fn the_loss_starts_at_ln_2() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        let loss = dpo(&policy, &policy, 0.1);
        assert!((loss.loss - std::f64::consts::LN_2).abs() < 1e-15);
    }
}
