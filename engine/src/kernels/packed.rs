//! Rows without padding: tokens one after another, a prompt that rows share only once.
//!
//! A position sees the tokens of its own segment up to itself and, before them, those of
//! the segment's prefix. Chosen and rejected of a pair are two segments with one prefix.

use crate::batch::{Scope, Sequence};
use std::collections::HashMap;
use std::ops::Range;

/// Tokens that follow each other, after a prefix that other segments may share.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default)]
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
    places: Vec<Place>,
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
}
