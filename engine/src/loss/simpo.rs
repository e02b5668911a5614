//! SimPO, Meng et al. 2024 (arXiv 2405.14734), eq. 6, and AlphaPO, Gupta et al. 2025
//! (arXiv 2501.03884). Without a reference, with m = log pi(y|x) / |y|:
//!
//! (1 - epsilon) (-log sigma(beta d - gamma)) + epsilon (-log sigma(gamma - beta d))
//!
//! d = m_c - m_r for SimPO; for AlphaPO each m becomes r = (1 - e^(-alpha m)) / alpha.
//!
//! TRL: `CPOTrainer` with `loss_type = "simpo"` or `"alphapo"`; `simpo_gamma` is gamma
//! itself, where the paper's configurations give gamma / beta. Deviation: an empty
//! completion counts as length 1, where TRL gives NaN.

use super::{CompletionLogp, PairLogps, PairLoss, smoothed};

/// SimPO. `policy` holds `[batch]` pairs.
pub fn simpo(policy: &PairLogps, beta: f64, gamma: f64, epsilon: f64) -> PairLoss {
    of_rewards(policy, beta, gamma, epsilon, |completion| {
        (completion.mean().0, 1.0)
    })
}

/// AlphaPO; `alpha` other than 0. `policy` holds `[batch]` pairs.
pub fn alphapo(policy: &PairLogps, beta: f64, gamma: f64, epsilon: f64, alpha: f64) -> PairLoss {
    of_rewards(policy, beta, gamma, epsilon, |completion| {
        alpha_reward(completion, alpha)
    })
}

/// r = (1 - e^(-alpha m)) / alpha and dr/dm.
pub fn alpha_reward(completion: &CompletionLogp, alpha: f64) -> (f64, f64) {
    let power = (-alpha * completion.mean().0).exp();
    ((1.0 - power) / alpha, power)
}

fn of_rewards(
    policy: &PairLogps,
    beta: f64,
    gamma: f64,
    epsilon: f64,
    reward: impl Fn(&CompletionLogp) -> (f64, f64),
) -> PairLoss {
    PairLoss::mean_of(
        policy
            .chosen
            .iter()
            .zip(&policy.rejected)
            .map(|(chosen, rejected)| {
                let (r_c, slope_c) = reward(chosen);
                let (r_r, slope_r) = reward(rejected);
                let x = beta * (r_c - r_r) - gamma;
                let (value, slope) = smoothed(x, epsilon);
                let slope = beta * slope;
                (
                    value,
                    slope * slope_c / chosen.divisor(),
                    -slope * slope_r / rejected.divisor(),
                )
            }),
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_derivatives;
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        check_derivatives(|policy, _| simpo(policy, 2.5, 1.375, 0.0));
        check_derivatives(|policy, _| simpo(policy, 2.5, 0.5, 0.1));
        check_derivatives(|policy, _| alphapo(policy, 2.5, 0.5, 0.0, 0.25));
    }
}
