//! Reward models by Bradley-Terry (Ouyang et al. 2022, arXiv 2203.02155, eq. 1), with
//! margins (Touvron et al. 2023, arXiv 2307.09288, eq. 2) and centring (Eisenstein et
//! al. 2023, arXiv 2312.09244, eq. 2):
//!
//! -log sigma(r_c - r_r - margin) + c (r_c + r_r)^2
//!
//! TRL: `RewardTrainer`; c is `center_rewards_coefficient`. No deviation.

use super::{PairLoss, sigmoid, softplus};

/// The loss and its derivatives with respect to the rewards (`d_chosen`, `d_rejected`).
///
/// # Shapes
/// `chosen`, `rejected` and `margins`: `[batch]`.
pub fn reward(chosen: &[f64], rejected: &[f64], margins: &[f64], centring: f64) -> PairLoss {
    let rows = chosen.iter().zip(rejected).zip(margins);
    PairLoss::mean_of(rows.map(|((r_c, r_r), margin)| {
        let gap = r_c - r_r - margin;
        let (slope, sum) = (-sigmoid(-gap), r_c + r_r);
        (
            softplus(-gap) + centring * sum * sum,
            slope + 2.0 * centring * sum,
            -slope + 2.0 * centring * sum,
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        let at = |c: f64, r: f64| reward(&[0.7 + c, -1.0], &[1.1 + r, 0.3], &[0.2, 0.0], 0.01);
        let (here, step) = (at(0.0, 0.0), 1e-5);
        let chosen = (at(step, 0.0).loss - at(-step, 0.0).loss) / (2.0 * step);
        let rejected = (at(0.0, step).loss - at(0.0, -step).loss) / (2.0 * step);
        assert!(
            (chosen - here.d_chosen[0]).abs() < 1e-9,
            "{chosen} {here:?}"
        );
        assert!(
            (rejected - here.d_rejected[0]).abs() < 1e-9,
            "{rejected} {here:?}"
        );
    }

    #[test]
    fn equal_rewards_lose_ln_2() {
        let loss = reward(&[3.0], &[3.0], &[0.0], 0.0).loss;
        assert!((loss - std::f64::consts::LN_2).abs() < 1e-12);
    }
}
