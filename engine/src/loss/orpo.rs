//! Odds ratio preference optimisation, Hong et al. 2024 (arXiv 2403.07691), eq. 6 and 7,
//! without a reference: the odds-ratio term, with m = log pi(y|x) / |y|,
//!
//! -log sigma(odds), odds = (m_c - m_r) - [log(1 - e^(m_c)) - log(1 - e^(m_r))]
//!
//! TRL: `ORPOTrainer`, whose loss is the mean token loss over prompt and chosen
//! completion plus beta (the paper's lambda) times this. Deviations: m is kept below
//! -1e-12, where the gradient would grow without bound, and an empty completion counts
//! as length 1 with m at that bound, where TRL gives NaN.

use super::{CompletionLogp, PairLogps, PairLoss, sigmoid, softplus};

/// The largest mean log-prob: a completion that is certain has infinite odds.
const LARGEST_MEAN: f64 = -1e-12;

/// The odds-ratio term, not yet weighted. `policy` holds `[batch]` pairs.
pub fn orpo(policy: &PairLogps) -> PairLoss {
    PairLoss::mean_of(
        policy
            .chosen
            .iter()
            .zip(&policy.rejected)
            .map(|(chosen, rejected)| {
                let odds = log_odds(chosen, rejected);
                let slope = -sigmoid(-odds);
                // d/dm [m - log(1 - e^m)] = 1 / (1 - e^m).
                let per_sum = |completion: &CompletionLogp| {
                    1.0 / (-mean(completion).exp_m1()) / completion.divisor()
                };
                (
                    softplus(-odds),
                    slope * per_sum(chosen),
                    -slope * per_sum(rejected),
                )
            }),
    )
}

/// The log of the odds ratio of chosen to rejected.
pub fn log_odds(chosen: &CompletionLogp, rejected: &CompletionLogp) -> f64 {
    let (m_c, m_r) = (mean(chosen), mean(rejected));
    (m_c - m_r) - (log_1m_exp(m_c) - log_1m_exp(m_r))
}

fn mean(completion: &CompletionLogp) -> f64 {
    completion.mean().0.min(LARGEST_MEAN)
}

/// log(1 - e^x) for x < 0.
fn log_1m_exp(x: f64) -> f64 {
    if x < -std::f64::consts::LN_2 {
        (-x.exp()).ln_1p()
    } else {
        (-x.exp_m1()).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_derivatives;
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        check_derivatives(|policy, _| orpo(policy));
    }

    #[test]
    fn a_certain_and_an_empty_completion_stay_finite() {
        let policy = PairLogps {
            chosen: vec![CompletionLogp::new(0.0, 3)],
            rejected: vec![CompletionLogp::new(0.0, 0)],
        };
        let out = orpo(&policy);
        assert!(
            out.loss.is_finite() && out.d_chosen[0].is_finite(),
            "{out:?}"
        );
    }
}
