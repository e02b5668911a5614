//! The clipped surrogate of proximal policy optimisation, Schulman et al. 2017 (arXiv
//! 1707.06347), eq. 7, as a loss:
//!
//! -min(w A, clip(w, 1 - epsilon, 1 + epsilon_high) A)
//!
//! w is the ratio of the policy to the one that sampled, A the advantage. `delta` (INTELLECT-2,
//! arXiv 2505.07291) keeps the w of the first term below it, so that a negative advantage has
//! a bound too. TRL: `epsilon`, `epsilon_high`, `delta`. Deviation: a ratio beyond every
//! number has no gradient where it is clipped, or where A is 0; TRL's is no number.

/// The loss and its slope in log w, `(loss, d loss / d log w)`. At the ends of the range the
/// slope is that within.
pub fn clipped(log_ratio: f64, advantage: f64, [least, most]: [f64; 2], delta: f64) -> (f64, f64) {
    if advantage == 0.0 {
        return (0.0, 0.0);
    }
    let ratio = log_ratio.exp();
    let plain = (at_most(ratio, delta) * advantage, ratio <= delta);
    let kept = (
        ratio.clamp(least, most) * advantage,
        (least..=most).contains(&ratio),
    );
    let slope = |(_, moves): (f64, bool)| if moves { -advantage * ratio } else { 0.0 };
    if plain.0 < kept.0 {
        (-plain.0, slope(plain))
    } else if kept.0 < plain.0 {
        (-kept.0, slope(kept))
    } else {
        // The same number twice (or none): each has half, as torch has it.
        (-plain.0, 0.5 * (slope(plain) + slope(kept)))
    }
}

/// The smaller of both; no number stays none, which `f64::min` would swallow.
pub(super) fn at_most(ratio: f64, bound: f64) -> f64 {
    if ratio > bound { bound } else { ratio }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANGE: [f64; 2] = [0.8, 1.28];
    const NO_DELTA: f64 = f64::INFINITY;

    #[test]
    fn the_slope_agrees_with_differences() {
        for delta in [NO_DELTA, 1.1, 1.6] {
            for advantage in [-1.5, 0.7] {
                for ratio in [0.3_f64, 0.79, 0.9, 1.0, 1.05, 1.2, 1.4, 1.9] {
                    let at = |nudge: f64| clipped(ratio.ln() + nudge, advantage, RANGE, delta).0;
                    let slope = (at(1e-6) - at(-1e-6)) / 2e-6;
                    let found = clipped(ratio.ln(), advantage, RANGE, delta).1;
                    assert!((slope - found).abs() < 1e-8, "{ratio} {advantage} {delta}");
                }
            }
        }
    }

    #[test]
    fn only_what_would_gain_is_clipped() {
        // A good answer that has become likelier gains nothing more; one that has become
        // less likely still does. A bad one the other way round.
        let slope = |ratio: f64, advantage| clipped(ratio.ln(), advantage, RANGE, NO_DELTA).1;
        assert_eq!((slope(1.5, 1.0), slope(0.5, -1.0)), (0.0, 0.0));
        assert!(slope(0.5, 1.0) < -0.49 && slope(1.5, -1.0) > 1.49);
        assert_eq!(clipped(9.0, -1.0, RANGE, 4.0), (4.0, 0.0));
    }

    #[test]
    fn a_ratio_beyond_every_number_has_no_gradient_where_it_is_clipped() {
        assert_eq!(clipped(1350.0, 1.0, RANGE, NO_DELTA), (-1.28, 0.0));
        assert_eq!(clipped(1350.0, -1.0, RANGE, 4.0), (4.0, 0.0));
        assert_eq!(clipped(1350.0, 0.0, RANGE, NO_DELTA), (0.0, 0.0));
        assert_eq!(clipped(-1350.0, -1.0, RANGE, NO_DELTA), (0.8, 0.0));
        // What is not clipped is told: the run has diverged.
        assert_eq!(clipped(1350.0, -1.0, RANGE, NO_DELTA).0, f64::INFINITY);
        assert!(clipped(f64::NAN, 1.0, RANGE, NO_DELTA).0.is_nan());
    }
}
