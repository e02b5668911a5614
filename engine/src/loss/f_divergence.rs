//! f-divergences as DPO's constraint, Wang et al. 2024 (arXiv 2309.16240).
//!
//! The log-ratio u is replaced by phi(u) = f'(e^u) up to a constant that cancels in
//! the margin: reverse KL u, forward KL 1 - e^-u, Jensen-Shannon ln 2 + log sigma(u),
//! alpha-divergence (e^((alpha - 1) u) - 1) / (alpha - 1).
//!
//! Deviation from TRL: the exponent of the forward KL is clamped at 80 as TRL clamps
//! the alpha-divergence's, where TRL overflows (u < -88 in float32).

use super::scalar::{sigmoid, softplus};
use tilt_protocol::FDivergence;

/// Largest exponent; beyond it phi is constant.
const EXPONENT_LIMIT: f64 = 80.0;

/// phi(u) and its derivative.
pub(super) fn phi(divergence: FDivergence, u: f64) -> (f64, f64) {
    match divergence {
        FDivergence::ReverseKl => (u, 1.0),
        FDivergence::ForwardKl => {
            let (growth, slope) = clamped_growth(-u);
            (-growth, slope)
        }
        FDivergence::JsDivergence => (std::f64::consts::LN_2 - softplus(-u), sigmoid(-u)),
        // As TRL: the limit at 1 is the reverse KL.
        FDivergence::AlphaDivergence { alpha } if (alpha - 1.0).abs() < 1e-6 => (u, 1.0),
        FDivergence::AlphaDivergence { alpha } => {
            let (growth, slope) = clamped_growth((alpha - 1.0) * u);
            (growth / (alpha - 1.0), slope)
        }
    }
}

/// e^x - 1 and its derivative, with x at most [`EXPONENT_LIMIT`].
fn clamped_growth(x: f64) -> (f64, f64) {
    if x > EXPONENT_LIMIT {
        return (EXPONENT_LIMIT.exp_m1(), 0.0);
    }
    (x.exp_m1(), x.exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_agree_with_differences() {
        for divergence in [
            FDivergence::ReverseKl,
            FDivergence::ForwardKl,
            FDivergence::JsDivergence,
            FDivergence::AlphaDivergence { alpha: 0.5 },
            FDivergence::AlphaDivergence { alpha: 2.0 },
        ] {
            for u in [-3.0, -0.1, 0.0, 0.7, 4.0] {
                let step = 1e-6;
                let (above, below) = (phi(divergence, u + step).0, phi(divergence, u - step).0);
                let slope = (above - below) / (2.0 * step);
                let exact = phi(divergence, u).1;
                assert!(
                    (slope - exact).abs() < 1e-7 * exact.abs().max(1.0),
                    "{divergence:?} {u}"
                );
            }
        }
    }

    #[test]
    fn extremes_stay_finite() {
        let forward = phi(FDivergence::ForwardKl, -1350.0);
        let alpha = phi(FDivergence::AlphaDivergence { alpha: 2.0 }, 1350.0);
        assert!(forward.0.is_finite() && alpha.0.is_finite());
    }
}
