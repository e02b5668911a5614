//! By how much something outside prefers the chosen answers: the reference, a judge.

use super::histogram::Histogram;
use crate::statistics::{Proportion, mean};
use serde::{Deserialize, Serialize};

const BINS: usize = 16;

/// Margins of decisive rows: chosen less rejected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Margins {
    pub mean: f64,
    /// Rows above zero, of those that are not zero: the share that agrees with the labels.
    pub right: Proportion,
    /// Rows at zero.
    pub ties: usize,
    pub histogram: Histogram,
}

impl Margins {
    /// `None` without a finite margin.
    pub fn of(margins: impl Iterator<Item = Option<f64>>) -> Option<Margins> {
        let values: Vec<f64> = margins
            .flatten()
            .filter(|value| value.is_finite())
            .collect();
        let right = values.iter().filter(|value| **value > 0.0).count();
        let ties = values.iter().filter(|value| **value == 0.0).count();
        Some(Margins {
            mean: mean(&values)?,
            right: Proportion::new(right, values.len() - ties),
            ties,
            histogram: Histogram::of(&[values], BINS),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_stand_beside_the_share() {
        let margins = [Some(2.0), None, Some(0.0), Some(-1.0), Some(f64::NAN)];
        let found = Margins::of(margins.into_iter()).expect("margins");
        assert!((found.mean - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!((found.right.count, found.right.of, found.ties), (1, 2, 1));
        assert_eq!(Margins::of([None].into_iter()), None);
    }
}
