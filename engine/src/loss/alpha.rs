//! AlphaPO's reward, Gupta et al. 2025 (arXiv 2501.03884): with m the log-prob of a
//! completion (its mean a token in SimPO's loss, its sum elsewhere),
//!
//! r = (1 - e^(-alpha m)) / alpha; alpha = 0 is m itself
//!
//! TRL: `alpha` of the CPO trainer, for all of its losses. Deviation: beyond an exponent
//! (-alpha m) of 80 the reward goes on as a straight line, where TRL's e^m underflows in
//! float32 and its loss is no number; so it is finite for every m that float32 knows.

use super::{CompletionLogp, PairLogps, PairLoss, growing_exp};

/// How a completion's tokens make one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Sum,
    Mean,
}

impl Measure {
    pub fn of(self, completion: &CompletionLogp) -> f64 {
        match self {
            Measure::Sum => completion.sum.0,
            Measure::Mean => completion.mean().0,
        }
    }

    /// d measure / d sum.
    fn slope(self, completion: &CompletionLogp) -> f64 {
        match self {
            Measure::Sum => 1.0,
            Measure::Mean => 1.0 / completion.divisor(),
        }
    }
}

/// r and dr/dm.
pub fn alpha_reward(m: f64, alpha: f64) -> (f64, f64) {
    if alpha == 0.0 {
        return (m, 1.0);
    }
    let (growth, slope) = growing_exp(-alpha * m);
    (-growth / alpha, slope)
}

/// A paired loss of r_c - r_r, without a reference; `term` gives the loss and its slope.
pub(super) fn of_rewards(
    policy: &PairLogps,
    measure: Measure,
    alpha: f64,
    term: impl Fn(f64) -> (f64, f64),
) -> PairLoss {
    let rows = policy.chosen.iter().zip(&policy.rejected);
    PairLoss::mean_of(rows.map(|(chosen, rejected)| {
        let (r_c, slope_c) = alpha_reward(measure.of(chosen), alpha);
        let (r_r, slope_r) = alpha_reward(measure.of(rejected), alpha);
        let (value, slope) = term(r_c - r_r);
        (
            value,
            slope * slope_c * measure.slope(chosen),
            -slope * slope_r * measure.slope(rejected),
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewards_of_unlikely_completions_are_finite_and_in_order() {
        // Exponents at which e^x leaves float32 (88) and float64 (709), and far beyond.
        let rewards = [79.9, 80.1, 88.0, 89.0, 709.0, 710.0, 1e9].map(|m| alpha_reward(-m, 1.0));
        for (reward, slope) in rewards {
            assert!(reward.is_finite() && slope.is_finite(), "{reward} {slope}");
        }
        for two in rewards.windows(2) {
            assert!(two[1].0 < two[0].0, "{two:?}");
        }
        // Without cancellation where the exponent is small.
        assert!((alpha_reward(-3.0, 1e-14).0 + 3.0).abs() < 1e-12);
    }

    #[test]
    fn slopes_agree_with_differences() {
        for alpha in [0.0, 0.25, -0.5] {
            let (above, below) = (
                alpha_reward(-1.5 + 1e-6, alpha),
                alpha_reward(-1.5 - 1e-6, alpha),
            );
            let slope = (above.0 - below.0) / 2e-6;
            assert!(
                (slope - alpha_reward(-1.5, alpha).1).abs() < 1e-8,
                "{alpha}"
            );
        }
    }
}
