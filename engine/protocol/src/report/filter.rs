//! Rules that leave rows out of a dataset.

use super::near::NearDuplicates;
use super::repeats;
use super::row::{ReportRow, RowFit};
use crate::hash::mix;
use crate::label::Verdict;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// What is left out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Rows that repeat an earlier one: prompt, answers and judgement.
    Duplicates,
    /// Rows that nearly repeat an earlier one.
    NearDuplicates,
    Ties,
    /// Rows that prefer an answer to the same text or to none.
    SameAnswers,
    /// Every decisive row about two answers that are preferred both ways: which of them is
    /// right, the data do not say.
    Contradictions,
    /// Rows that training with so many tokens would cut or drop.
    TooLong {
        max_length: usize,
    },
    /// Everything that is no decisive pair.
    Undecided,
    /// Rows drawn at random from the side that is too many, until the longer answer is
    /// chosen as often as the shorter one.
    LengthBias,
    /// All but so many rows, drawn at random.
    Sample {
        count: usize,
    },
    /// Rows without a reference margin from `low` to `high`, in nats.
    ReferenceMargin {
        low: f64,
        high: f64,
    },
}

/// The places of the rows that are left when the filters have been applied one after the
/// other, ascending. The same rows, filters and seed leave the same.
pub fn apply(rows: &[ReportRow<'_>], filters: &[Filter], seed: u64) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..rows.len()).collect();
    for filter in filters {
        let left: Vec<ReportRow<'_>> = kept.iter().map(|&index| rows[index]).collect();
        let dropped = filter.dropped(&left, seed);
        let mut place = 0;
        kept.retain(|_| {
            place += 1;
            !dropped.contains(&(place - 1))
        });
    }
    kept
}

impl Filter {
    /// The places that the filter leaves out.
    pub fn dropped(&self, rows: &[ReportRow<'_>], seed: u64) -> HashSet<usize> {
        let where_row = |is_dropped: &dyn Fn(&ReportRow<'_>) -> bool| {
            let places = 0..rows.len();
            places.filter(|&place| is_dropped(&rows[place])).collect()
        };
        match *self {
            Filter::Duplicates => repeats::duplicates(rows)
                .iter()
                .flat_map(|group| group.iter().skip(1).copied())
                .collect(),
            Filter::NearDuplicates => NearDuplicates::of(rows)
                .repeating()
                .map(|(index, _)| index)
                .collect(),
            Filter::Ties => repeats::with_verdict(rows, Verdict::Tie)
                .into_iter()
                .collect(),
            Filter::SameAnswers => repeats::same_answers(rows).into_iter().collect(),
            Filter::Contradictions => repeats::contradictions(rows).concat().into_iter().collect(),
            Filter::TooLong { max_length } => {
                where_row(&|row| row.fit(max_length) != RowFit::Whole)
            }
            Filter::Undecided => where_row(&|row| !row.is_decisive()),
            Filter::LengthBias => excess(rows, seed),
            Filter::Sample { count } => drawn((0..rows.len()).collect(), count, seed),
            Filter::ReferenceMargin { low, high } => where_row(&|row| {
                let margin = row.measured.reference_margin;
                !margin.is_some_and(|margin| (low..=high).contains(&margin))
            }),
        }
    }
}

/// Rows to drop so that the longer answer is chosen as often as the shorter one.
fn excess(rows: &[ReportRow<'_>], seed: u64) -> HashSet<usize> {
    let (mut longer, mut shorter) = (Vec::new(), Vec::new());
    for (index, row) in rows.iter().enumerate() {
        match row.chosen_rejected_tokens() {
            Some((chosen, rejected)) if chosen > rejected => longer.push(index),
            Some((chosen, rejected)) if chosen < rejected => shorter.push(index),
            _ => {}
        }
    }
    let kept = longer.len().min(shorter.len());
    let more = if longer.len() > shorter.len() {
        longer
    } else {
        shorter
    };
    drawn(more, kept, seed)
}

/// All of the places but `kept` of them, those whose hashes with the seed are least.
fn drawn(mut places: Vec<usize>, kept: usize, seed: u64) -> HashSet<usize> {
    places.sort_by_cached_key(|&place| (mix(seed ^ mix(place as u64)), place));
    places.into_iter().skip(kept).collect()
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
