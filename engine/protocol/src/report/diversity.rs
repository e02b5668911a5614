//! How much the prompts and the answers differ among themselves.

use super::row::ReportRow;
use super::words::words;
use crate::hash::mix;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Variety of prompts and answers. Zeros without rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Diversity {
    pub prompts: usize,
    /// Rows with the most common prompt.
    pub most_common: usize,
    /// Entropy of the prompts over the rows, in nats; the logarithm of the prompts where all
    /// are equally common.
    pub entropy: f64,
    /// Different words of all answers, as a share of their words.
    ///
    /// J. Li et al., "A Diversity-Promoting Objective Function for Neural Conversation
    /// Models" (2016), section 5.3.
    pub distinct_1: f64,
    /// Different pairs of neighbouring words, as a share of the words.
    pub distinct_2: f64,
}

impl Diversity {
    pub fn of(rows: &[ReportRow<'_>]) -> Diversity {
        let mut prompts: HashMap<&str, usize> = HashMap::new();
        let (mut one, mut two) = (HashSet::new(), HashSet::new());
        let mut total = 0_usize;
        for row in rows {
            *prompts.entry(row.prompt).or_default() += 1;
            for answer in row.answers {
                let mut before = None;
                for word in words(answer) {
                    total += 1;
                    one.insert(word);
                    if let Some(before) = before.replace(word) {
                        two.insert(mix(before) ^ word);
                    }
                }
            }
        }
        let shares = prompts
            .values()
            .map(|&count| count as f64 / rows.len() as f64);
        let share = |count: usize| count as f64 / total.max(1) as f64;
        // No "-0" for a single prompt.
        let entropy = shares
            .map(|share| -share * share.ln())
            .sum::<f64>()
            .max(0.0);
        Diversity {
            prompts: prompts.len(),
            most_common: prompts.values().copied().max().unwrap_or(0),
            entropy,
            distinct_1: share(one.len()),
            distinct_2: share(two.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;
    use crate::label::Verdict;

    #[test]
    fn words_and_neighbours_are_counted_once() {
        // The words: the cat, the cat sat, the; 6 in all. Pairs: the-cat, cat-sat.
        let rows = [
            row("p", "The cat", "the cat sat.", Verdict::A),
            row("p", "the", "", Verdict::BothGood),
            row("q", "", "", Verdict::Tie),
            row("q", "", "", Verdict::Tie),
        ];
        let found = Diversity::of(&rows);
        assert!((found.distinct_1 - 3.0 / 6.0).abs() < 1e-15);
        assert!((found.distinct_2 - 2.0 / 6.0).abs() < 1e-15);
        assert_eq!((found.prompts, found.most_common), (2, 2));
        assert!((found.entropy - std::f64::consts::LN_2).abs() < 1e-15);
        assert_eq!(Diversity::of(&[]), Diversity::default());
    }
}
