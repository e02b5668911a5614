//! The clipped surrogate of proximal policy optimisation, Schulman et al. 2017 (arXiv
//! 1707.06347), eq. 7, as a loss:
//!
//! -min(w A, clip(w, 1 - epsilon, 1 + epsilon_high) A)
//!
//! w is the ratio of the policy to the one that sampled, A the advantage. `delta` (INTELLECT-2,
//! arXiv 2505.07291) keeps the w of the first term below it, so that a negative advantage has
//! a bound too. TRL: `epsilon`, `epsilon_high`, `delta`; no deviation.

/// The loss and its slope in the ratio, `(loss, d loss / d w)`. At the ends of the range the
/// slope is that within.
pub fn clipped(ratio: f64, advantage: f64, [least, most]: [f64; 2], delta: f64) -> (f64, f64) {
    let plain = (ratio.min(delta) * advantage, ratio <= delta);
    let kept = (
        ratio.clamp(least, most) * advantage,
        (least..=most).contains(&ratio),
    );
    let slope = |(_, moves): (f64, bool)| if moves { -advantage } else { 0.0 };
    if plain.0 < kept.0 {
        (-plain.0, slope(plain))
    } else if kept.0 < plain.0 {
        (-kept.0, slope(kept))
    } else {
        // The same number twice (or none): each has half, as torch has it.
        (-plain.0, 0.5 * (slope(plain) + slope(kept)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANGE: [f64; 2] = [0.8, 1.28];

    #[test]
    fn the_slope_agrees_with_differences() {
        for delta in [f64::INFINITY, 1.1, 1.6] {
            for advantage in [-1.5, 0.7] {
                for ratio in [0.3, 0.79, 0.9, 1.0, 1.05, 1.2, 1.4, 1.9] {
                    let at = |nudge: f64| clipped(ratio + nudge, advantage, RANGE, delta).0;
                    let slope = (at(1e-6) - at(-1e-6)) / 2e-6;
                    let found = clipped(ratio, advantage, RANGE, delta).1;
                    assert!((slope - found).abs() < 1e-8, "{ratio} {advantage} {delta}");
                }
            }
        }
    }

    #[test]
    fn only_what_would_gain_is_clipped() {
        // A good answer that has become likelier gains nothing more; one that has become
        // less likely still does. A bad one the other way round.
        let slope = |ratio, advantage| clipped(ratio, advantage, RANGE, f64::INFINITY).1;
        assert_eq!((slope(1.5, 1.0), slope(0.5, 1.0)), (0.0, -1.0));
        assert_eq!((slope(1.5, -1.0), slope(0.5, -1.0)), (1.0, 0.0));
        assert_eq!(clipped(9.0, -1.0, RANGE, 4.0), (4.0, 0.0));
    }
}
