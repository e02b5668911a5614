//! Values counted in bins of a round width, with an edge at zero.

use serde::{Deserialize, Serialize};

/// Bins of one width, side by side. A value on an edge belongs to the bin above it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// Lower edge of the first bin, in the values' unit.
    pub low: f64,
    pub width: f64,
    /// `[series, bins]`: values in each bin.
    pub counts: Vec<Vec<usize>>,
}

impl Histogram {
    /// About `most` bins over all finite values of all series; none without any.
    pub fn of(series: &[Vec<f64>], most: usize) -> Histogram {
        let finite = || {
            let values = series.iter().flatten().copied();
            values.filter(|value| value.is_finite())
        };
        let low = finite().fold(f64::INFINITY, f64::min);
        let high = finite().fold(f64::NEG_INFINITY, f64::max);
        if !(high - low).is_finite() {
            return Histogram::default();
        }
        let width = round_width((high - low) / most.max(2) as f64);
        let place = |value: f64| (value / width).floor();
        let first = place(low);
        let bins = (place(high) - first) as usize + 1;
        let counts = series.iter().map(|values| {
            let mut counts = vec![0; bins];
            for value in values.iter().filter(|value| value.is_finite()) {
                if let Some(count) = counts.get_mut((place(*value) - first) as usize) {
                    *count += 1;
                }
            }
            counts
        });
        Histogram {
            low: first * width,
            width,
            counts: counts.collect(),
        }
    }
}

/// The least of 1, 2 and 5 times a power of ten that is `width` or more; 1 for none.
fn round_width(width: f64) -> f64 {
    if !width.is_finite() || width <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(width.log10().floor());
    let rounded = [1.0, 2.0, 5.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|candidate| *candidate >= width * (1.0 - 1e-9));
    rounded.unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_share_their_bins() {
        let found = Histogram::of(&[vec![1.0, 2.0, 9.0], vec![5.0, f64::NAN]], 4);
        assert_eq!((found.low, found.width), (0.0, 2.0));
        assert_eq!(found.counts, [vec![1, 1, 0, 0, 1], vec![0, 0, 1, 0, 0]]);
    }

    #[test]
    fn zero_is_an_edge() {
        let found = Histogram::of(&[vec![-0.3, -0.1, 0.0, 0.4]], 4);
        assert_eq!((found.low, found.width), (-0.4, 0.2));
        assert_eq!(found.counts, [vec![1, 1, 1, 0, 1]]);
    }

    #[test]
    fn one_value_and_none_are_no_trouble() {
        assert_eq!(Histogram::of(&[vec![7.5; 3]], 10).counts, [vec![3]]);
        assert_eq!(Histogram::of(&[Vec::new()], 10), Histogram::default());
        assert_eq!(
            Histogram::of(&[vec![f64::MIN, f64::MAX]], 10),
            Histogram::default()
        );
    }
}
