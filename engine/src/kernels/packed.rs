//! Rows without padding: tokens one after another, a prompt that rows share only once.
//!
//! A position sees the tokens of its own segment up to itself and, before them, those of
//! the segment's prefix. Chosen and rejected of a pair are two segments with one prefix.

use crate::batch::{Scope, Sequence};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use tilt_protocol::{Error, Result};

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
    /// Tokens that are packed: without those that predict nothing.
    len: usize,
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
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for a sequence without a token: it has no row, and what was
    /// read of it would be its neighbour's.
    pub fn new(sequences: &[(&Sequence, Scope)]) -> Result<Packed> {
        Packed::build(sequences, 1)
    }

    /// With every token, for what is read at the last one.
    ///
    /// # Errors
    /// As [`Packed::new`].
    pub fn whole(sequences: &[(&Sequence, Scope)]) -> Result<Packed> {
        Packed::build(sequences, 0)
    }

    fn build(sequences: &[(&Sequence, Scope)], left_out: usize) -> Result<Packed> {
        if let Some(at) = sequences
            .iter()
            .position(|(sequence, _)| sequence.is_empty())
        {
            let field = format!("sequence {} of the batch", at + 1);
            return Err(Error::invalid(&field, "no token", "at least one"));
        }
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
                    len: prompt.len() + completion.len(),
                }
            } else {
                let own = packed.push(0..0, &[prompt, completion], 0);
                Place {
                    prompt: own.start,
                    prompt_len: prompt.len(),
                    completion: own.start + prompt.len(),
                    len: prompt.len() + completion.len(),
                }
            };
            packed.places.push(place);
            let ids = sequence.prompt.iter().chain(&sequence.completion);
            for (t, &id) in ids.enumerate().skip(scope.first(sequence)) {
                let row = place.row(t - 1);
                let row = row.ok_or_else(|| Error::internal("a token is predicted by no row"))?;
                packed.scored.push(row as u32);
                packed.targets.push(id);
            }
        }
        Ok(packed)
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

    /// Tokens of the longest segment with its prefix.
    pub fn longest(&self) -> usize {
        let with_prefix = |segment: &Segment| segment.prefix.len() + segment.own.len();
        self.segments.iter().map(with_prefix).max().unwrap_or(0)
    }

    /// Batches of at most `most` rows and as many scored tokens, which together score what
    /// this one does. A prompt whose rows do not fit together is in several. `None` where a
    /// sequence alone does not fit.
    pub fn within(&self, most: usize) -> Option<Vec<Share>> {
        let mut places_of_row = vec![Vec::new(); self.rows()];
        for (place, &row) in self.scored.iter().enumerate() {
            places_of_row[row as usize].push(place);
        }
        let places_of = |rows: &Range<usize>| places_of_row[rows.clone()].concat();
        let mut shares: Vec<Share> = Vec::new();
        let mut put = |piece: Piece<'_>| {
            let fits = |share: &&mut Share| {
                share.packed.rows() + piece.rows() <= most
                    && share.places.len() + piece.places.len() <= most
            };
            match shares.last_mut().filter(fits) {
                Some(share) => share.push(self, &piece),
                None => {
                    let mut share = Share::default();
                    share.push(self, &piece);
                    shares.push(share);
                }
            }
        };
        for group in self.groups() {
            let (head, behind) = group.split_first()?;
            // Each of a prompt's own tokens, then each of what stands behind it.
            let of_head = places_of(&head.own).into_iter();
            let of_head = of_head.map(|place| (None, vec![place]));
            let of_others = behind
                .iter()
                .map(|&other| (Some(other), places_of(&other.own)));
            let mut piece = Piece::of(head);
            for (segment, places) in of_head.chain(of_others) {
                let rows = segment.map_or(0, |segment| segment.own.len());
                let is_full =
                    piece.rows() + rows > most || piece.places.len() + places.len() > most;
                if is_full && !piece.places.is_empty() {
                    put(std::mem::replace(&mut piece, Piece::of(head)));
                }
                piece.behind.extend(segment);
                piece.places.extend(places);
                if piece.rows() > most || piece.places.len() > most {
                    return None;
                }
            }
            if !piece.places.is_empty() {
                put(piece);
            }
        }
        Some(shares)
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

    /// The row of token `t` of a sequence; `None` where it has no such token.
    pub fn row(&self, sequence: usize, t: usize) -> Option<usize> {
        self.places.get(sequence)?.row(t)
    }

    pub fn rows(&self) -> usize {
        self.tokens.len()
    }
}

/// A prompt, or a row that shares none, with some of the segments behind it.
struct Piece<'a> {
    head: &'a Segment,
    behind: Vec<&'a Segment>,
    /// Which scored tokens of the whole are read in it.
    places: Vec<usize>,
}

impl Piece<'_> {
    fn of(head: &Segment) -> Piece<'_> {
        Piece {
            head,
            behind: Vec::new(),
            places: Vec::new(),
        }
    }

    fn rows(&self) -> usize {
        let behind = self.behind.iter().map(|segment| segment.own.len());
        self.head.own.len() + behind.sum::<usize>()
    }
}

impl Share {
    /// Adds a piece of a batch behind what is there.
    fn push(&mut self, of: &Packed, piece: &Piece<'_>) {
        let packed = &mut self.packed;
        let mut row_here = HashMap::new();
        let mut moved = |segment: &Segment| {
            let start = packed.tokens.len();
            for row in segment.own.clone() {
                row_here.insert(row as u32, packed.tokens.len() as u32);
                packed.tokens.push(of.tokens[row]);
                packed.positions.push(of.positions[row]);
            }
            start..packed.tokens.len()
        };
        let head = moved(piece.head);
        let behind: Vec<Range<usize>> = piece.behind.iter().map(|segment| moved(segment)).collect();
        let segment = |prefix, own| Segment { prefix, own };
        packed.segments.push(segment(0..0, head.clone()));
        let of_head = behind.into_iter().map(|own| segment(head.clone(), own));
        packed.segments.extend(of_head);
        for &place in &piece.places {
            packed.scored.extend(row_here.get(&of.scored[place]));
            packed.targets.push(of.targets[place]);
            packed.spreads.extend(of.spreads.get(place).cloned());
            self.places.push(place);
        }
    }
}

impl Place {
    fn row(self, t: usize) -> Option<usize> {
        if t >= self.len {
            return None;
        }
        Some(match t.checked_sub(self.prompt_len) {
            None => self.prompt + t,
            Some(t) => self.completion + t,
        })
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
        let scoped_only = Packed::new(&scoped).unwrap();
        assert_eq!(scoped_only.tokens, [5, 6, 7, 9]);
        assert_eq!(scoped_only.scored, [1, 2, 3, 1]);
        assert_eq!(scoped_only.targets, [7, 8, 1, 4]);
        let packed = Packed::whole(&scoped).unwrap();
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
        assert_eq!(packed.row(2, 2), Some(6));
    }

    #[test]
    fn what_a_sequence_does_not_have_is_nobody_elses() {
        let sequence = |prompt: &[u32], completion: &[u32]| Sequence {
            prompt: prompt.to_vec(),
            completion: completion.to_vec(),
        };
        // Two share a prompt, and the first has nothing of its own.
        let rows = [
            sequence(&[5, 6], &[]),
            sequence(&[5, 6], &[7]),
            sequence(&[], &[9]),
        ];
        let scoped: Vec<_> = rows.iter().map(|row| (row, Scope::Completion)).collect();
        let packed = Packed::whole(&scoped).unwrap();
        let row_of = |sequence, t| packed.row(sequence, t);
        assert_eq!([row_of(0, 1), row_of(0, 2)], [Some(1), None]);
        assert_eq!([row_of(1, 2), row_of(1, 3)], [Some(2), None]);
        assert_eq!(
            [row_of(2, 0), row_of(2, 1), row_of(3, 0)],
            [Some(3), None, None]
        );
        // The last token predicts nothing, so it is not there.
        assert_eq!(Packed::new(&scoped).unwrap().row(2, 0), None);

        for place in 0..3 {
            let mut rows = rows.clone();
            rows[place] = sequence(&[], &[]);
            let scoped: Vec<_> = rows.iter().map(|row| (row, Scope::Completion)).collect();
            for built in [Packed::new(&scoped), Packed::whole(&scoped)] {
                let message = built.unwrap_err().to_string();
                assert!(
                    message.contains(&format!("sequence {}", place + 1)),
                    "{message}"
                );
            }
        }
    }

    /// What each scored token of a share sees, in order, and what is scored.
    fn seen(packed: &Packed, scored: usize) -> (Vec<u32>, u32) {
        let row = packed.scored[scored] as usize;
        let segment = packed
            .segments
            .iter()
            .find(|segment| segment.own.contains(&row));
        let Segment { prefix, own } = segment.unwrap();
        let rows = prefix.clone().chain(own.start..row + 1);
        (
            rows.map(|row| packed.tokens[row]).collect(),
            packed.targets[scored],
        )
    }

    #[test]
    fn a_batch_beyond_a_limit_is_divided_and_every_token_sees_what_it_saw() {
        let sequence = |prompt: &[u32], completion: &[u32]| Sequence {
            prompt: prompt.to_vec(),
            completion: completion.to_vec(),
        };
        let rows = [
            sequence(&[5, 6, 7], &[7, 8]),
            sequence(&[9, 9, 9], &[1]),
            sequence(&[5, 6, 7], &[4, 3, 2]),
            sequence(&[], &[2, 3, 4, 5]),
            // Nothing but a next token: scored, with no row of its own.
            sequence(&[5, 6, 7], &[1]),
            sequence(&[5, 6, 7], &[2]),
            sequence(&[5, 6, 7], &[9]),
        ];
        let scoped: Vec<_> = rows.iter().map(|row| (row, Scope::Completion)).collect();
        let packed = Packed::new(&scoped).unwrap();
        assert_eq!(packed.longest(), 5);
        for most in 5..20 {
            let shares = packed.within(most).unwrap();
            let mut found = vec![None; packed.scored.len()];
            for share in &shares {
                assert!(
                    share.packed.rows() <= most && share.places.len() <= most,
                    "{most}"
                );
                assert_eq!(share.packed.scored.len(), share.places.len());
                for (scored, &place) in share.places.iter().enumerate() {
                    let before = found[place].replace(seen(&share.packed, scored));
                    assert!(before.is_none(), "scored twice");
                }
            }
            let expected = (0..found.len()).map(|place| Some(seen(&packed, place)));
            assert_eq!(found, expected.collect::<Vec<_>>(), "{most}");
            assert_eq!(shares.len() > 1, most < packed.rows(), "{most}");
        }
        assert!(
            packed.within(4).is_none(),
            "three of the prompt and two more"
        );
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
        let packed = Packed::new(&scoped).unwrap();
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
