//! Whether the longer answer is the preferred one.

use super::histogram::Histogram;
use super::row::ReportRow;
use crate::statistics::{Proportion, mean, mean_interval, sign_test};
use serde::{Deserialize, Serialize};

const BINS: usize = 16;
/// A sign test below this is taken for a bias.
const SIGNIFICANT: f64 = 0.05;

/// Lengths of the decisive rows' answers, in tokens with the end of text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lengths {
    /// Mean tokens of the chosen answers.
    pub chosen: f64,
    /// Mean tokens of the rejected answers.
    pub rejected: f64,
    /// Rows whose chosen answer is the longer one, of those whose answers differ in length.
    pub longer: Proportion,
    /// Exact two-sided sign test of that share against one half.
    pub p_value: f64,
    /// 95% interval (Student's t) of the mean of chosen less rejected, in tokens.
    pub difference: [f64; 2],
    /// Chosen, then rejected.
    pub histogram: Histogram,
}

impl Lengths {
    /// `None` without a decisive row whose tokens were counted.
    pub fn of(rows: &[ReportRow<'_>]) -> Option<Lengths> {
        let pairs: Vec<(usize, usize)> = rows
            .iter()
            .filter_map(ReportRow::chosen_rejected_tokens)
            .collect();
        let longer = pairs.iter().filter(|(chosen, rejected)| chosen > rejected);
        let shorter = pairs.iter().filter(|(chosen, rejected)| chosen < rejected);
        let (longer, shorter) = (longer.count(), shorter.count());
        let chosen: Vec<f64> = pairs.iter().map(|pair| pair.0 as f64).collect();
        let rejected: Vec<f64> = pairs.iter().map(|pair| pair.1 as f64).collect();
        let differences: Vec<f64> = chosen.iter().zip(&rejected).map(|(c, r)| c - r).collect();
        Some(Lengths {
            chosen: mean(&chosen)?,
            rejected: mean(&rejected)?,
            longer: Proportion::new(longer, longer + shorter),
            p_value: sign_test(longer, shorter),
            difference: mean_interval(&differences)?.1,
            histogram: Histogram::of(&[chosen, rejected], BINS),
        })
    }

    /// The sign test says that length and preference go together.
    pub fn is_biased(&self) -> bool {
        self.p_value < SIGNIFICANT
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;
    use crate::label::Verdict;

    #[test]
    fn longer_answers_are_counted_without_ties_in_length() {
        let rows = [
            row("p", "one two three", "one", Verdict::A),
            row("p", "one", "one two", Verdict::B),
            row("p", "one", "one two", Verdict::A),
            row("p", "one", "two", Verdict::A),
            row("p", "one", "two three", Verdict::Tie),
        ];
        let lengths = Lengths::of(&rows).expect("decisive rows");
        assert_eq!(lengths.chosen, (4.0 + 3.0 + 2.0 + 2.0) / 4.0);
        assert_eq!(lengths.rejected, (2.0 + 2.0 + 3.0 + 2.0) / 4.0);
        assert_eq!((lengths.longer.count, lengths.longer.of), (2, 3));
        assert_eq!(lengths.p_value, 1.0);
        assert!(!lengths.is_biased());
        assert_eq!(lengths.histogram.counts[0].iter().sum::<usize>(), 4);
        assert_eq!(Lengths::of(&rows[4..]), None);
    }

    #[test]
    fn six_of_six_is_a_bias_and_five_of_five_is_none() {
        let longer = row("p", "one two three", "one", Verdict::A);
        assert!(!Lengths::of(&[longer; 5]).expect("rows").is_biased());
        assert!(Lengths::of(&[longer; 6]).expect("rows").is_biased());
    }
}
