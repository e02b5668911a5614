//! Wins, losses, ties, and how sure one can be of the rate.

use serde::{Deserialize, Serialize};

use super::verdict::Verdict;

/// The 97.5% point of the standard normal distribution.
const Z: f64 = 1.959963984540054;

/// How often the first answer won against the second.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WinRate {
    pub wins: u64,
    pub losses: u64,
    pub ties: u64,
    /// Wins as a fraction of decisive comparisons; 0.5 if there are none.
    pub rate: f64,
    /// Lower end of the 95% Wilson interval, a fraction.
    pub low: f64,
    /// Upper end of the 95% Wilson interval, a fraction.
    pub high: f64,
}

impl WinRate {
    pub fn from_counts(wins: u64, losses: u64, ties: u64) -> Self {
        let decisive = wins + losses;
        let rate = if decisive == 0 {
            0.5
        } else {
            wins as f64 / decisive as f64
        };
        let (low, high) = wilson_interval(wins, decisive);
        Self {
            wins,
            losses,
            ties,
            rate,
            low,
            high,
        }
    }

    /// Counts a first answer's verdicts.
    pub fn from_verdicts(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        let (mut wins, mut losses, mut ties) = (0, 0, 0);
        for verdict in verdicts {
            match verdict {
                Verdict::First => wins += 1,
                Verdict::Second => losses += 1,
                Verdict::Tie => ties += 1,
            }
        }
        Self::from_counts(wins, losses, ties)
    }

    /// Comparisons that were no ties.
    pub fn decisive(&self) -> u64 {
        self.wins + self.losses
    }
}

/// The 95% Wilson score interval of `wins` out of `trials`, fractions; `(0, 1)`
/// without trials. More wins than trials count as all.
///
/// E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical
/// Inference", JASA 22 (1927).
pub fn wilson_interval(wins: u64, trials: u64) -> (f64, f64) {
    if trials == 0 {
        return (0.0, 1.0);
    }
    let count = trials as f64;
    let rate = wins.min(trials) as f64 / count;
    let denominator = 1.0 + Z * Z / count;
    let centre = (rate + Z * Z / (2.0 * count)) / denominator;
    let half =
        Z / denominator * (rate * (1.0 - rate) / count + Z * Z / (4.0 * count * count)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_intervals_are_the_known_ones() {
        // Python, 40 digits: c = (p + z^2/2n)/(1 + z^2/n), h = z/(1 + z^2/n) sqrt(p(1-p)/n + z^2/4n^2).
        let golden = [
            (0, 10, 0.0, 0.2775327998628892),
            (10, 10, 0.7224672001371107, 1.0),
            (5, 10, 0.236593090512564, 0.763406909487436),
            (81, 263, 0.2552885198782742, 0.36620957698280004),
            (170, 200, 0.7939442071583334, 0.89286406437758),
        ];
        for (wins, trials, low, high) in golden {
            let (found_low, found_high) = wilson_interval(wins, trials);
            assert!(
                (found_low - low).abs() < 1e-12,
                "{wins}/{trials}: {found_low}"
            );
            assert!(
                (found_high - high).abs() < 1e-12,
                "{wins}/{trials}: {found_high}"
            );
        }
    }

    #[test]
    fn ties_stand_beside_the_rate() {
        let verdicts = [
            Verdict::First,
            Verdict::Tie,
            Verdict::First,
            Verdict::Second,
        ];
        let counted = WinRate::from_verdicts(verdicts);
        assert_eq!((counted.wins, counted.losses, counted.ties), (2, 1, 1));
        assert_eq!(counted.decisive(), 3);
        assert!((counted.rate - 2.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn no_comparison_says_nothing() {
        let empty = WinRate::from_counts(0, 0, 5);
        assert_eq!((empty.rate, empty.low, empty.high), (0.5, 0.0, 1.0));
    }
}
