//! Rows without padding: tokens one after another, a prompt that rows share only once.
//!
//! A position sees the tokens of its own segment up to itself and, before them, those of
//! the segment's prefix. Chosen and rejected of a pair are two segments with one prefix.

use crate::batch::{Scope, Sequence};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// Tokens that follow each other, after a prefix that other segments may share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Rows of the prefix; empty for a prompt, or a row that shares none.
    pub prefix: Range<usize>,
    /// Its own rows.
    pub own: Range<usize>,
}

/// Where the tokens of a sequence lie.
#[derive(Clone, Copy, Debug)]
struct Place {
    prompt: usize,
    prompt_len: usize,
    completion: usize,
}

/// A batch as rows of one matrix.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Packed {
    /// `[rows]`
    pub tokens: Vec<u32>,
    /// Position of each token in its text, `[rows]`.
    pub positions: Vec<u32>,
    pub segments: Vec<Segment>,
    /// Rows whose next token is scored, `[n]`, sequence by sequence.
    pub scored: Vec<u32>,
    /// Those next tokens, `[n]`.
    pub targets: Vec<u32>,
    /// Distributions over the next token that are scored in place of the targets, `[n]` of
    /// tokens with their probabilities; empty where the targets are scored.
    pub spreads: Vec<Vec<(u32, f32)>>,
    /// Of the whole batch's sequences; a share of one has none.
    #[serde(skip)]
    places: Vec<Place>,
}

/// Some rows of a batch, and which of its scored tokens are theirs.
#[derive(Clone, Debug, Default)]
pub struct Share {
    pub packed: Packed,
    /// Places in the whole batch's `scored`, `[n]` of this share.
    pub places: Vec<usize>,
}

impl Packed {
    /// Without the last token of each row, which predicts nothing.
    pub fn new(sequences: &[(&Sequence, Scope)]) -> Packed {
        Packed::build(sequences, 1)
    }

    /// With every token, for what is read at the last one.
    pub fn whole(sequences: &[(&Sequence, Scope)]) -> Packed {
        Packed::build(sequences, 0)
    }

    fn build(sequences: &[(&Sequence, Scope)], left_out: usize) -> Packed {
        let mut packed = Packed::default();
        let mut uses: HashMap<&[u32], usize> = HashMap::new();
        for (sequence, _) in sequences {
            *uses.entry(&sequence.prompt).or_default() += 1;
        }
        let mut prompts: HashMap<&[u32], Range<usize>> = HashMap::new();
        for &(sequence, scope) in sequences {
            let prompt = sequence.prompt.as_slice();
            let read = sequence.completion.len().saturating_sub(left_out);
            let completion = &sequence.completion[..read];
            let shared = uses.get(prompt).is_some_and(|&uses| uses > 1) && !prompt.is_empty();
            let place = if shared {
                let prefix = prompts
                    .entry(prompt)
                    .or_insert_with(|| packed.push(0..0, &[prompt], 0))
                    .clone();
                let own = packed.push(prefix.clone(), &[completion], prompt.len());
                Place {
                    prompt: prefix.start,
                    prompt_len: prompt.len(),
                    completion: own.start,
                }
            } else {
                let own = packed.push(0..0, &[prompt, completion], 0);
                Place {
                    prompt: own.start,
                    prompt_len: prompt.len(),
                    completion: own.start + prompt.len(),
                }
            };
            packed.places.push(place);
            let ids = sequence.prompt.iter().chain(&sequence.completion);
            for (t, &id) in ids.enumerate().skip(scope.first(sequence)) {
                packed.scored.push(place.row(t - 1) as u32);
                packed.targets.push(id);
            }
        }
        packed
    }

    fn push(&mut self, prefix: Range<usize>, ids: &[&[u32]], position: usize) -> Range<usize> {
        let start = self.tokens.len();
        for &id in ids.iter().copied().flatten() {
            let position = position + self.tokens.len() - start;
            self.positions.push(position as u32);
            self.tokens.push(id);
        }
        let own = start..self.tokens.len();
        if !own.is_empty() {
            self.segments.push(Segment {
                prefix,
                own: own.clone(),
            });
        }
        own
    }

    /// At most `parts` batches that together hold these rows, about equally many each:
    /// rows that see each other stay together. Fewer where there is less to share out.
    pub fn split(&self, parts: usize) -> Vec<Share> {
        let mut part_of_row = vec![0; self.rows()];
        let mut sizes = vec![0; parts.max(1)];
        for group in self.groups() {
            let smallest = (0..sizes.len()).min_by_key(|&part| sizes[part]);
            let part = smallest.unwrap_or(0);
            for segment in group {
                sizes[part] += segment.own.len();
                part_of_row[segment.own.clone()].fill(part);
            }
        }
        sizes.retain(|&size| size > 0);
        let mut shares = vec![Share::default(); sizes.len()];
        let mut row_in_share = vec![0; self.rows()];
        for (row, &part) in part_of_row.iter().enumerate() {
            let packed = &mut shares[part].packed;
            row_in_share[row] = packed.rows();
            packed.tokens.push(self.tokens[row]);
            packed.positions.push(self.positions[row]);
        }
        // Rows keep their order, so a range of them stays one.
        let moved = |rows: &Range<usize>| match rows.is_empty() {
            true => 0..0,
            false => row_in_share[rows.start]..row_in_share[rows.end - 1] + 1,
        };
        for segment in &self.segments {
            let packed = &mut shares[part_of_row[segment.own.start]].packed;
            packed.segments.push(Segment {
                prefix: moved(&segment.prefix),
                own: moved(&segment.own),
            });
        }
        for (place, (&row, &target)) in self.scored.iter().zip(&self.targets).enumerate() {
            let share = &mut shares[part_of_row[row as usize]];
            share.packed.scored.push(row_in_share[row as usize] as u32);
            share.packed.targets.push(target);
            let spread = self.spreads.get(place).cloned();
            share.packed.spreads.extend(spread);
            share.places.push(place);
        }
        shares
    }

    /// The segments with those that they are the prefix of, largest group first.
    fn groups(&self) -> Vec<Vec<&Segment>> {
        let mut by_start: BTreeMap<usize, Vec<&Segment>> = BTreeMap::new();
        for segment in &self.segments {
            let first = match segment.prefix.is_empty() {
                true => segment.own.start,
                false => segment.prefix.start,
            };
            by_start.entry(first).or_default().push(segment);
        }
        let mut groups: Vec<_> = by_start.into_values().collect();
        let rows = |group: &Vec<&Segment>| group.iter().map(|s| s.own.len()).sum::<usize>();
        groups.sort_by_key(|group| std::cmp::Reverse(rows(group)));
        groups
    }

    /// The row of token `t` of a sequence.
    pub fn row(&self, sequence: usize, t: usize) -> usize {
        self.places[sequence].row(t)
    }

    pub fn rows(&self) -> usize {
        self.tokens.len()
    }
}

impl Place {
    fn row(self, t: usize) -> usize {
        match t.checked_sub(self.prompt_len) {
            None => self.prompt + t,
            Some(t) => self.completion + t,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_that_two_rows_share_is_there_once() {
        let sequence = |prompt: &[u32], completion: &[u32]| Sequence {
            prompt: prompt.to_vec(),
            completion: completion.to_vec(),
        };
        let rows = [
            sequence(&[5, 6], &[7, 8]),
            sequence(&[9], &[1]),
            sequence(&[5, 6], &[4]),
        ];
        let scoped: Vec<_> = rows.iter().map(|row| (row, Scope::Completion)).collect();
        let scoped_only = Packed::new(&scoped);
        assert_eq!(scoped_only.tokens, [5, 6, 7, 9]);
        assert_eq!(scoped_only.scored, [1, 2, 3, 1]);
        assert_eq!(scoped_only.targets, [7, 8, 1, 4]);
        let packed = Packed::whole(&scoped);
        assert_eq!(packed.tokens, [5, 6, 7, 8, 9, 1, 4]);
        assert_eq!(packed.positions, [0, 1, 2, 3, 0, 1, 2]);
        let segment = |prefix, own| Segment { prefix, own };
        assert_eq!(
            packed.segments,
            [
                segment(0..0, 0..2),
                segment(0..2, 2..4),
                segment(0..0, 4..6),
                segment(0..2, 6..7),
            ]
        );
        assert_eq!(packed.scored, [1, 2, 4, 1]);
        assert_eq!(packed.targets, [7, 8, 1, 4]);
        assert_eq!(packed.row(2, 2), 6);
    }

    #[test]
    fn shares_keep_what_sees_each_other_and_all_that_is_scored() {
        let sequence = |prompt: &[u32], completion: &[u32]| Sequence {
            prompt: prompt.to_vec(),
            completion: completion.to_vec(),
        };
        let rows = [
            sequence(&[5, 6], &[7, 8]),
            sequence(&[9, 9, 9], &[1]),
            sequence(&[5, 6], &[4, 3, 2]),
        ];
        let scoped: Vec<_> = rows.iter().map(|row| (row, Scope::Completion)).collect();
        let packed = Packed::new(&scoped);
        let shares = packed.split(2);
        assert_eq!(shares.len(), 2);
        assert_eq!(shares[0].packed.tokens, [5, 6, 7, 4, 3]);
        assert_eq!(shares[1].packed.tokens, [9, 9, 9]);
        assert_eq!(shares[0].packed.segments[2].prefix, 0..2);
        let mut targets = vec![0; packed.targets.len()];
        for share in &shares {
            for (&place, &target) in share.places.iter().zip(&share.packed.targets) {
                targets[place] = target;
            }
        }
        assert_eq!(targets, packed.targets);
        assert_eq!(packed.split(9).len(), 2, "as many as there are groups");
    }
}
