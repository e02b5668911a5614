//! Wins, losses, ties, and how sure one can be of the rate.

use serde::{Deserialize, Serialize};

use super::verdict::Verdict;
use tilt_protocol::statistics::wilson_interval;

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

#[cfg(test)]
mod tests {
    use super::*;

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
