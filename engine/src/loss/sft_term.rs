//! The supervised term among DPO's losses (RPO, Pang et al. 2024, arXiv 2404.19733; MPO,
//! Wang et al. 2024, arXiv 2411.10442):
//!
//! -sum over the batch of log pi(y_w|x) / sum over the batch of |y_w|, |y_w| being the tokens that are predicted
//!
//! TRL: `loss_type = "sft"` of the DPO trainer. Deviation: a batch without any chosen
//! token gives 0, where TRL gives NaN.

use super::{PairLogps, PairLoss};

/// The loss and its derivatives.
///
/// # Shapes
/// `policy` holds `[batch]` pairs; only the chosen side counts.
pub fn sft_term(policy: &PairLogps) -> PairLoss {
    let batch = policy.chosen.len();
    let tokens: usize = policy.chosen.iter().map(|chosen| chosen.scored).sum();
    let share = 1.0 / tokens.max(1) as f64;
    let sum: f64 = policy.chosen.iter().map(|chosen| chosen.sum.0).sum();
    PairLoss {
        loss: -sum * share,
        // One value a batch: each pair carries it.
        per_example: vec![-sum * share; batch],
        d_chosen: vec![-share; batch],
        d_rejected: vec![0.0; batch],
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check_derivatives, one_pair};
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        check_derivatives(|policy, _| sft_term(policy));
    }

    #[test]
    fn the_loss_is_a_mean_over_tokens() {
        let (policy, _) = one_pair([-10.0, -12.0, 0.0, 0.0]);
        assert_eq!(sft_term(&policy).loss, 2.5);
    }
}
