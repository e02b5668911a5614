//! Clipped importance sampling, Chen et al. 2025 (MiniMax-M1, arXiv 2506.13585): the ratio is
//! bounded above and weighs the log-prob as a constant,
//!
//! -sg(min(w, epsilon_high)) A log pi
//!
//! TRL: `loss_type = "cispo"`. As there, `epsilon_high` is the bound itself (ScaleRL
//! recommends 5) and no distance from 1.

use super::clipped::at_most;

/// The loss and its slope in the log-prob, `(loss, d loss / d logp)`.
pub fn cispo(ratio: f64, advantage: f64, logp: f64, epsilon_high: f64) -> (f64, f64) {
    let weight = at_most(ratio, epsilon_high) * advantage;
    (-weight * logp, -weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_a_constant_with_a_bound() {
        let (loss, slope) = cispo(3.0, 0.5, -2.0, 5.0);
        assert_eq!((loss, slope), (3.0, -1.5));
        let above = cispo(3.0, 0.5, -2.0 + 1e-6, 5.0).0;
        assert!(((above - loss) / 1e-6 - slope).abs() < 1e-8);
        assert_eq!(cispo(7.0, 0.5, -2.0, 5.0).1, -2.5);
    }
}
