//! AlphaPO's reward, Gupta et al. 2025 (arXiv 2501.03884): with m the log-prob of a
//! completion (its mean a token in SimPO's loss, its sum elsewhere),
//!
//! r = (1 - e^(-alpha m)) / alpha; alpha = 0 is m itself
//!
//! TRL: `alpha` of the CPO trainer, for all of its losses. Deviation: stays finite
//! where TRL's e^m underflows in float32.

use super::{CompletionLogp, PairLogps, PairLoss};

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
    let power = (-alpha * m).exp();
    ((1.0 - power) / alpha, power)
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
