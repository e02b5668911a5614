//! Rows that nearly repeat an earlier one.
//!
//! A. Broder, "On the Resemblance and Containment of Documents" (1997): the resemblance of
//! two texts is the Jaccard index of their shingles, here three words each. MinHash
//! sketches in bands find candidates; each candidate is then compared exactly.

use super::repeats::RowStatement;
use super::row::ReportRow;
use super::words::words;
use crate::hash::mix;
use std::collections::HashMap;

/// Words of a shingle.
const SHINGLE: usize = 3;
/// Of two rows this alike, 1 in 20,000 pairs shares no band: 1 - (1 - 0.8^5)^25.
const BANDS: usize = 25;
const ROWS_OF_A_BAND: usize = 5;
/// Earlier rows that one row is compared with at most, so that a dataset of a single
/// template does not take quadratic time.
const MOST_COMPARED: usize = 400;

/// Takes rows one at a time and says which earlier row each nearly repeats.
///
/// Rows that repeat an earlier one exactly share its fate, and are not counted here.
#[derive(Default)]
pub struct NearDuplicates {
    /// For each row the earlier kept row that it nearly repeats.
    near: Vec<Option<usize>>,
    /// The first row of each statement.
    first: HashMap<u64, usize>,
    /// The kept rows, with their shingles in ascending order.
    kept: Vec<(usize, Vec<u64>)>,
    /// For each band's hash the kept rows that have it, as the head of a list in `links`.
    heads: HashMap<u64, u32>,
    /// Kept row and next link.
    links: Vec<(u32, u32)>,
}

/// The end of a list.
const NONE: u32 = u32::MAX;

impl NearDuplicates {
    pub fn of(rows: &[ReportRow<'_>]) -> NearDuplicates {
        let mut near = NearDuplicates::default();
        for row in rows {
            near.push(row);
        }
        near
    }

    /// Rows taken so far.
    pub fn len(&self) -> usize {
        self.near.len()
    }

    pub fn is_empty(&self) -> bool {
        self.near.is_empty()
    }

    /// Rows that nearly repeat an earlier one, each after the kept row that it repeats.
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut places: HashMap<usize, usize> = HashMap::new();
        for (index, first) in self.repeating() {
            let place = *places.entry(first).or_insert_with(|| {
                groups.push(vec![first]);
                groups.len() - 1
            });
            groups[place].push(index);
        }
        groups
    }

    /// Each row that nearly repeats another, with that earlier one.
    pub fn repeating(&self) -> impl Iterator<Item = (usize, usize)> {
        let near = self.near.iter().enumerate();
        near.filter_map(|(index, first)| Some((index, (*first)?)))
    }

    /// Takes the next row.
    pub fn push(&mut self, row: &ReportRow<'_>) {
        let index = self.near.len();
        let key = statement_hash(row);
        if let Some(&first) = self.first.get(&key) {
            self.near.push(self.near[first]);
            return;
        }
        self.first.insert(key, index);
        let shingles = shingles(row);
        let bands = bands(&shingles);
        let found = self.earlier_like(&shingles, &bands);
        self.near.push(found);
        if found.is_none() {
            let place = self.kept.len() as u32;
            self.kept.push((index, shingles));
            for band in bands {
                let link = self.links.len() as u32;
                let next = self.heads.insert(band, link).unwrap_or(NONE);
                self.links.push((place, next));
            }
        }
    }

    /// The earliest kept row among the candidates whose resemblance is 0.8 or more.
    fn earlier_like(&self, shingles: &[u64], bands: &[u64; BANDS]) -> Option<usize> {
        let mut candidates: Vec<u32> = Vec::new();
        for band in bands {
            let mut link = self.heads.get(band).copied().unwrap_or(NONE);
            let mut looked = 0;
            while let Some(&(place, next)) = self.links.get(link as usize) {
                candidates.push(place);
                link = next;
                looked += 1;
                if looked == MOST_COMPARED {
                    break;
                }
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        let like = candidates.into_iter().take(MOST_COMPARED).find(|&place| {
            let other = &self.kept[place as usize].1;
            is_near(shingles, other)
        })?;
        Some(self.kept[like as usize].0)
    }
}

fn statement_hash(row: &ReportRow<'_>) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    RowStatement::of(row).hash(&mut hasher);
    hasher.finish()
}

/// The shingles of a row, ascending, each once. Those of the prompt, of the chosen and of
/// the rejected answer differ, and those of answers that are judged together differ by the
/// verdict, so that a row does not resemble its opposite.
fn shingles(row: &ReportRow<'_>) -> Vec<u64> {
    let mut found = Vec::new();
    let parts = match row.chosen_rejected() {
        Some((chosen, rejected)) => [(0, row.prompt), (1, chosen), (2, rejected)],
        None => {
            let judged = 3 + row.verdict as u64;
            [
                (0, row.prompt),
                (judged, row.answers[0]),
                (judged, row.answers[1]),
            ]
        }
    };
    for (part, text) in parts {
        let words: Vec<u64> = words(text).collect();
        // A shorter text is a shingle of its own.
        let size = SHINGLE.min(words.len().max(1));
        for window in words.windows(size) {
            found.push(window.iter().fold(mix(part), |hash, word| mix(hash ^ word)));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether the Jaccard index of two ascending lists is 0.8 or more.
fn is_near(a: &[u64], b: &[u64]) -> bool {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if x == y {
            shared += 1;
        }
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    let all = a.len() + b.len() - shared;
    all > 0 && 5 * shared >= 4 * all
}

/// The least hash of each band's members, folded into one number a band.
fn bands(shingles: &[u64]) -> [u64; BANDS] {
    std::array::from_fn(|band| {
        (0..ROWS_OF_A_BAND).fold(mix(band as u64), |folded, row| {
            // Multiplying by an odd number orders the shingles anew.
            let factor = mix((band * ROWS_OF_A_BAND + row) as u64) | 1;
            let least = shingles
                .iter()
                .map(|shingle| shingle.wrapping_mul(factor))
                .min()
                .unwrap_or(0);
            mix(folded ^ least)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;
    use crate::label::Verdict;

    const LONG: &str = "The otter is a small animal that lives by rivers and eats fish all day long with great joy";
    const OTHER: &str =
        "I would rather not say anything about that today if you do not mind too much my friend";

    fn near(rows: &[ReportRow<'_>]) -> Vec<Vec<usize>> {
        NearDuplicates::of(rows).groups()
    }

    #[test]
    fn one_other_word_in_forty_is_nearly_the_same() {
        let changed = LONG.replace("joy", "care");
        let opposite = row("What is an otter?", OTHER, LONG, Verdict::A);
        let rows = [
            row("What is an otter?", LONG, OTHER, Verdict::A),
            row("What is a beaver?", OTHER, "No.", Verdict::A),
            row("What is an otter?", OTHER, &changed, Verdict::B),
            opposite,
            // Exactly the first again: no near-duplicate.
            row("What is an otter?", OTHER, LONG, Verdict::B),
            // Exactly the third again: falls with it.
            row("What is an otter?", &changed, OTHER, Verdict::A),
        ];
        assert_eq!(near(&rows), [vec![0, 2, 5]]);
    }

    #[test]
    fn case_and_punctuation_do_not_count() {
        let shouted = LONG.to_uppercase();
        let rows = [
            row("Otter?", LONG, OTHER, Verdict::Tie),
            row("otter", OTHER, &shouted, Verdict::Tie),
        ];
        assert_eq!(near(&rows), [vec![0, 1]]);
    }

    #[test]
    fn resemblance_is_the_jaccard_index() {
        assert!(is_near(&[1, 2, 3, 4], &[1, 2, 3, 4, 5]));
        assert!(!is_near(&[1, 2, 3, 4], &[1, 2, 3, 5]));
        assert!(!is_near(&[], &[]));
    }

    #[test]
    fn empty_texts_are_no_trouble() {
        let rows = [
            row("", "", "", Verdict::Tie),
            row("", "", "", Verdict::A),
            row("?", "!", "", Verdict::BothBad),
        ];
        assert!(near(&rows).is_empty());
    }
}
