//! Rows without padding: tokens one after another, a prompt that rows share only once.
//!
//! A position sees the tokens of its own segment up to itself and, before them, those of
//! the segment's prefix. Chosen and rejected of a pair are two segments with one prefix. Padding,
//! where it is asked for, sees its prefix alone.

use crate::sequence::{Scope, Sequence};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use tilt_protocol::{Error, Result};

/// Tokens that follow each other, after a prefix that other segments may share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Rows of the prefix; empty for a prompt, or a row that shares none.
    pub prefix: Range<usize>,
    /// Its own rows; a single one, where that is padding.
    pub own: Range<usize>,
    /// Whether it is padding, behind a prefix: it does not see itself. For passes without a
    /// backward one.
    #[serde(default)]
    pub is_padding: bool,
}

impl Segment {
    fn new(prefix: Range<usize>, own: Range<usize>) -> Segment {
        Segment {
            prefix,
            own,
            is_padding: false,
        }
    }
}

/// Where the tokens of a sequence lie.
#[derive(Clone, Copy, Debug)]
struct SequenceRows {
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
    pub soft_targets: Vec<Vec<(u32, f32)>>,
    /// Of the whole batch's sequences; a share of one has none.
    #[serde(skip)]
    places: Vec<SequenceRows>,
}

/// Some rows of a batch, and which of its scored tokens are theirs.
#[derive(Clone, Debug, Default)]
pub struct SubBatch {
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
                SequenceRows {
                    prompt: prefix.start,
                    prompt_len: prompt.len(),
                    completion: own.start,
                    len: prompt.len() + completion.len(),
                }
            } else {
                let own = packed.push(0..0, &[prompt, completion], 0);
                SequenceRows {
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

    /// Texts side by side, each with a segment of its own in their order; scored is what comes
    /// after each, whatever it is. None may be empty.
    pub fn prompts(texts: &[&[u32]]) -> Packed {
        let mut packed = Packed::default();
        for text in texts {
            let own = packed.push(0..0, &[text], 0);
            packed.scored.push(own.end.saturating_sub(1) as u32);
            packed.targets.push(0);
        }
        packed
    }

    /// The same texts with these rows scored, whatever comes after them.
    pub fn scoring(&self, rows: &[usize]) -> Packed {
        Packed {
            scored: rows.iter().map(|&row| row as u32).collect(),
            targets: vec![0; rows.len()],
            soft_targets: Vec::new(),
            ..self.clone()
        }
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
            self.segments.push(Segment::new(prefix, own.clone()));
        }
        own
    }

    /// Whole texts filled up on the right to the longest of them, each by itself, with every
    /// position scored, whatever comes after it: `[texts * width]`, row by row. Padding sees the
    /// real tokens of its text alone, as transformers' attention mask has it.
    ///
    /// # Errors
    /// As [`Packed::new`].
    pub fn filled(texts: &[&Sequence], pad_id: u32) -> Result<Packed> {
        if let Some(at) = texts.iter().position(|text| text.is_empty()) {
            let field = format!("sequence {} of the batch", at + 1);
            return Err(Error::invalid(&field, "no token", "at least one"));
        }
        let width = texts.iter().map(|text| text.len()).max().unwrap_or(0);
        let mut packed = Packed::default();
        for text in texts {
            let real = packed.push(0..0, &[&text.prompt, &text.completion], 0);
            for position in real.len()..width {
                packed.push(real.clone(), &[&[pad_id]], position);
                if let Some(last) = packed.segments.last_mut() {
                    last.is_padding = true;
                }
            }
        }
        packed.scored = (0..packed.rows() as u32).collect();
        packed.targets = vec![0; packed.rows()];
        Ok(packed)
    }

    /// At most `parts` batches that together hold these rows, about equally many each:
    /// rows that see each other stay together. Fewer where there is less to share out.
    pub fn split(&self, parts: usize) -> Vec<SubBatch> {
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
        let mut shares = vec![SubBatch::default(); sizes.len()];
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
                ..*segment
            });
        }
        for (place, (&row, &target)) in self.scored.iter().zip(&self.targets).enumerate() {
            let share = &mut shares[part_of_row[row as usize]];
            share.packed.scored.push(row_in_share[row as usize] as u32);
            share.packed.targets.push(target);
            let soft_target = self.soft_targets.get(place).cloned();
            share.packed.soft_targets.extend(soft_target);
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
    pub fn within(&self, most: usize) -> Option<Vec<SubBatch>> {
        let mut places_of_row = vec![Vec::new(); self.rows()];
        for (place, &row) in self.scored.iter().enumerate() {
            places_of_row[row as usize].push(place);
        }
        let places_of = |rows: &Range<usize>| places_of_row[rows.clone()].concat();
        let mut shares: Vec<SubBatch> = Vec::new();
        let mut put = |piece: PackedPiece<'_>| {
            let fits = |share: &&mut SubBatch| {
                share.packed.rows() + piece.rows() <= most
                    && share.places.len() + piece.places.len() <= most
            };
            match shares.last_mut().filter(fits) {
                Some(share) => share.push(self, &piece),
                None => {
                    let mut share = SubBatch::default();
                    share.push(self, &piece);
                    shares.push(share);
                }
            }
        };
        for group in self.groups() {
            let (first, behind) = group.split_first()?;
            // Each of a prompt's own tokens, then each of what stands behind it.
            let of_first = places_of(&first.own).into_iter();
            let of_first = of_first.map(|place| (None, vec![place]));
            let of_others = behind
                .iter()
                .map(|&other| (Some(other), places_of(&other.own)));
            let mut piece = PackedPiece::of(first);
            for (segment, places) in of_first.chain(of_others) {
                let rows = segment.map_or(0, |segment| segment.own.len());
                let is_full =
                    piece.rows() + rows > most || piece.places.len() + places.len() > most;
                if is_full && !piece.places.is_empty() {
                    put(std::mem::replace(&mut piece, PackedPiece::of(first)));
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
struct PackedPiece<'a> {
    first: &'a Segment,
    behind: Vec<&'a Segment>,
    /// Which scored tokens of the whole are read in it.
    places: Vec<usize>,
}

impl PackedPiece<'_> {
    fn of(first: &Segment) -> PackedPiece<'_> {
        PackedPiece {
            first,
            behind: Vec::new(),
            places: Vec::new(),
        }
    }

    fn rows(&self) -> usize {
        let behind = self.behind.iter().map(|segment| segment.own.len());
        self.first.own.len() + behind.sum::<usize>()
    }
}

impl SubBatch {
    /// Adds a piece of a batch behind what is there.
    fn push(&mut self, of: &Packed, piece: &PackedPiece<'_>) {
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
        let first = moved(piece.first);
        let behind: Vec<Range<usize>> = piece.behind.iter().map(|segment| moved(segment)).collect();
        packed.segments.push(Segment::new(0..0, first.clone()));
        let of_first = piece
            .behind
            .iter()
            .zip(behind)
            .map(|(segment, own)| Segment {
                prefix: first.clone(),
                own,
                is_padding: segment.is_padding,
            });
        packed.segments.extend(of_first);
        for &place in &piece.places {
            packed.scored.extend(row_here.get(&of.scored[place]));
            packed.targets.push(of.targets[place]);
            packed
                .soft_targets
                .extend(of.soft_targets.get(place).cloned());
            self.places.push(place);
        }
    }
}

impl SequenceRows {
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
mod tests;
