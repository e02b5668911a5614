//! A uniform sample of a stream.

use super::Imported;
use crate::error::Result;
use crate::hash::SplitMix64;
use crate::label::{Label, PairSource};

/// A good row, as it was taken.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledRow {
    /// Among the file's rows, from 1.
    pub number: usize,
    /// Where the row starts, from 1.
    pub line: usize,
    pub examples: Vec<Imported>,
}

impl SampledRow {
    /// The row's labels, at a time in milliseconds since the Unix epoch. Their ids are
    /// `file:number`, and `file:number.1` and so on where the row gives several; labels
    /// of Tilt's own export keep theirs.
    ///
    /// # Errors
    /// As [`Label::from_row`].
    pub fn into_labels(self, file: &str, at_ms: f64) -> Result<Vec<Label>> {
        let is_single = self.examples.len() == 1;
        let label = |(index, imported): (usize, Imported)| {
            let source = PairSource::Imported {
                file: file.to_owned(),
            };
            let id = if is_single {
                format!("{file}:{}", self.number)
            } else {
                format!("{file}:{}.{}", self.number, index + 1)
            };
            imported.into_label(self.line, source, id, at_ms)
        };
        self.examples.into_iter().enumerate().map(label).collect()
    }
}

/// Keeps at most `limit` of the rows offered, each with the same probability, whatever
/// their number turns out to be: Vitter's algorithm R (Random Sampling with a Reservoir,
/// ACM TOMS 11, 1985). The same seed and rows give the same sample.
pub struct Sampler {
    limit: usize,
    random: SplitMix64,
    offered: u64,
    kept: Vec<SampledRow>,
}

impl Sampler {
    pub fn new(limit: usize, seed: u64) -> Sampler {
        Sampler {
            limit,
            random: SplitMix64::new(seed),
            offered: 0,
            kept: Vec::new(),
        }
    }

    pub fn offer(&mut self, row: SampledRow) {
        self.offered += 1;
        if self.kept.len() < self.limit {
            self.kept.push(row);
            return;
        }
        let place = self.random.below(self.offered) as usize;
        if let Some(kept) = self.kept.get_mut(place) {
            *kept = row;
        }
    }

    /// The sample, in the order of the file.
    pub fn finish(mut self) -> Vec<SampledRow> {
        self.kept.sort_by_key(|row| row.number);
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(count: usize, limit: usize, seed: u64) -> Vec<usize> {
        let mut sampler = Sampler::new(limit, seed);
        for number in 1..=count {
            sampler.offer(SampledRow {
                number,
                line: number,
                examples: Vec::new(),
            });
        }
        sampler.finish().iter().map(|row| row.number).collect()
    }

    #[test]
    fn a_short_file_is_taken_whole_and_a_long_one_in_order() {
        assert_eq!(sample(3, 5, 1), [1, 2, 3]);
        assert_eq!(sample(3, 0, 1), [0usize; 0]);
        let taken = sample(1000, 10, 1);
        assert_eq!(taken.len(), 10);
        assert!(taken.is_sorted());
        assert_eq!(taken, sample(1000, 10, 1));
        assert_ne!(taken, sample(1000, 10, 2));
    }

    #[test]
    fn each_row_is_taken_as_often_as_any_other() {
        let (rows, limit, runs) = (20, 5, 20_000);
        let mut counts = vec![0.0; rows];
        for seed in 0..runs {
            for number in sample(rows, limit, seed) {
                counts[number - 1] += 1.0;
            }
        }
        let expected = runs as f64 * limit as f64 / rows as f64;
        // Chi-squared with 19 degrees of freedom: above 43.8 once in a thousand.
        let deviation: f64 = counts
            .iter()
            .map(|count: &f64| (count - expected).powi(2) / expected)
            .sum();
        assert!(deviation < 43.8, "{deviation}");
    }
}
