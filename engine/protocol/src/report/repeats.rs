//! Rows that say the same again, and rows that say the opposite.

use super::row::ReportRow;
use crate::label::Verdict;
use std::collections::HashMap;
use std::hash::Hash;

/// What a row says, whichever side its answers stand on: prompt, two answers, judgement.
/// Of a decisive row the chosen answer comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowStatement<'a> {
    prompt: &'a str,
    answers: [&'a str; 2],
    /// `None` for a decisive row.
    verdict: Option<&'static str>,
}

impl<'a> RowStatement<'a> {
    pub fn of(row: &ReportRow<'a>) -> RowStatement<'a> {
        if let Some((chosen, rejected)) = row.chosen_rejected() {
            return RowStatement {
                prompt: row.prompt,
                answers: [chosen, rejected],
                verdict: None,
            };
        }
        let mut answers = row.answers;
        let mut verdict = row.verdict;
        // The order of two answers that are judged alike means nothing.
        if !row.is_single() && answers[0] > answers[1] {
            answers.swap(0, 1);
            verdict = verdict.swapped();
        }
        // And an answer is not better than itself on either side.
        if answers[0] == answers[1] && verdict == Verdict::B {
            verdict = Verdict::A;
        }
        RowStatement {
            prompt: row.prompt,
            answers,
            verdict: Some(verdict.slug()),
        }
    }
}

/// Places with equal keys, in order of first appearance; keys of one place are left out.
fn groups<K: Hash + Eq>(keys: impl Iterator<Item = (usize, K)>) -> Vec<Vec<usize>> {
    let mut places: HashMap<K, usize> = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, key) in keys {
        let place = *places.entry(key).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups.retain(|group| group.len() > 1);
    groups
}

/// Rows with the same prompt, answers and judgement, whichever side the answers stand on.
pub fn duplicates(rows: &[ReportRow<'_>]) -> Vec<Vec<usize>> {
    groups(rows.iter().map(RowStatement::of).enumerate())
}

/// Decisive rows about the same two answers to the same prompt, of which some prefer the
/// one and some the other.
pub fn contradictions(rows: &[ReportRow<'_>]) -> Vec<Vec<usize>> {
    let keys = rows.iter().enumerate().filter_map(|(index, row)| {
        let (chosen, rejected) = row.chosen_rejected()?;
        let key = (row.prompt, chosen.min(rejected), chosen.max(rejected));
        (chosen != rejected).then_some((index, key))
    });
    let mut found = groups(keys);
    found.retain(|group| {
        let mut chosen = group
            .iter()
            .filter_map(|&index| Some(rows[index].chosen_rejected()?.0));
        let first = chosen.next();
        chosen.any(|other| Some(other) != first)
    });
    found
}

/// Rows that prefer an answer to the same text or to none: they teach nothing.
pub fn same_answers(rows: &[ReportRow<'_>]) -> Vec<usize> {
    (0..rows.len())
        .filter(|&index| rows[index].is_undecidable())
        .collect()
}

/// Rows with this verdict about two answers.
pub fn with_verdict(rows: &[ReportRow<'_>], verdict: Verdict) -> Vec<usize> {
    (0..rows.len())
        .filter(|&index| rows[index].verdict == verdict && !rows[index].is_single())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;

    #[test]
    fn the_same_judgement_is_found_on_either_side() {
        let rows = [
            row("p", "x", "y", Verdict::A),
            row("q", "x", "y", Verdict::A),
            row("p", "y", "x", Verdict::B),
            row("p", "x", "y", Verdict::Tie),
            row("p", "y", "x", Verdict::Tie),
            row("p", "x", "y", Verdict::B),
            row("p", "x", "y", Verdict::BothBad),
            row("p", "x", "", Verdict::BothGood),
        ];
        assert_eq!(duplicates(&rows), [vec![0, 2], vec![3, 4]]);
        assert_eq!(contradictions(&rows), [vec![0, 2, 5]]);
    }

    #[test]
    fn equal_answers_contradict_nothing() {
        let rows = [
            row("p", "x", "x", Verdict::A),
            row("p", "x", "x", Verdict::B),
            row("p", "x", "x", Verdict::Tie),
        ];
        assert!(contradictions(&rows).is_empty());
        assert_eq!(same_answers(&rows), [0, 1]);
        assert_eq!(duplicates(&rows), [vec![0, 1]]);
    }
}
