//! Values counted in bins of a round width, with an edge at zero.

use super::scale::round_step;
use tilt_protocol::report::Histogram;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    pub low: f64,
    pub high: f64,
    pub count: usize,
}

/// About `most` bins over all finite values and zero. A value on an edge belongs to the
/// bin above it, so zero is never counted below zero.
pub fn bins(values: &[f64], most: usize) -> Vec<Bin> {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let low = finite().fold(0.0, f64::min);
    let high = finite().fold(0.0, f64::max);
    if finite().next().is_none() || !(high - low).is_finite() {
        return Vec::new();
    }
    let width = round_step((high - low) / most.max(2) as f64).unwrap_or(0.1);
    let place = |value: f64| (value / width).floor() as i64;
    // At least one bin on each side, so that zero stands inside.
    let first = place(low).min(-1);
    let last = place(high).max(0);
    let mut bins: Vec<Bin> = (first..=last)
        .map(|k| Bin {
            low: k as f64 * width,
            high: (k + 1) as f64 * width,
            count: 0,
        })
        .collect();
    for value in finite() {
        let index = (place(value) - first).max(0) as usize;
        if let Some(bin) = bins.get_mut(index) {
            bin.count += 1;
        }
    }
    bins
}

/// The bins of each series that the engine counted.
pub fn counted(histogram: &Histogram) -> Vec<Vec<Bin>> {
    let edge = |place: usize| histogram.low + place as f64 * histogram.width;
    let series = histogram.counts.iter().map(|counts| {
        let bins = counts.iter().enumerate().map(|(place, &count)| Bin {
            low: edge(place),
            high: edge(place + 1),
            count,
        });
        bins.collect()
    });
    series.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_an_edge_and_every_value_is_counted_once() {
        let values = [-0.31, -0.05, 0.0, 0.12, 0.12, 0.9];
        let bins = bins(&values, 10);
        assert!(bins.iter().any(|bin| bin.low == 0.0));
        let count = |below: bool| -> usize {
            bins.iter()
                .filter(|bin| (bin.low < 0.0) == below)
                .map(|bin| bin.count)
                .sum()
        };
        assert_eq!((count(true), count(false)), (2, 4));
    }

    #[test]
    fn all_zeros_stand_right_of_the_line() {
        let bins = bins(&[0.0; 8], 12);
        assert_eq!(bins.iter().map(|bin| bin.count).collect::<Vec<_>>(), [0, 8]);
        assert!(super::bins(&[f64::NAN], 12).is_empty());
        assert!(super::bins(&[f64::MIN, f64::MAX], 12).is_empty());
    }
}
