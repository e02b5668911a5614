//! A batch as the kernels read it: one buffer of words, uploaded once.

use super::launch::{Buffer, Gpu, PLAN_WORDS, Tile};
use crate::kernels::packed::Packed;
use crate::kernels::shape::Shape;
use std::ops::Range;

/// A batch on the device.
pub struct BatchPlan {
    pub words: Buffer,
    /// Rows and scored tokens.
    pub rows: usize,
    pub scored: usize,
}

impl BatchPlan {
    /// The words: how many rows and scored tokens, and rows with room for whole tiles; then
    /// where each list begins, then the lists.
    ///
    /// - `TOKENS`, `POSITIONS`: ids and places in their text, a row each.
    /// - `SEEN`: for each row its prefix's first row and length, its segment's first row, its
    ///   segment.
    /// - `SEGMENTS`: for each segment its end, and its part of `RANGES`: first and last rows
    ///   of the segments that it is a prefix of.
    /// - `TARGETS`, `SCORED_ROWS`: the ids that are scored, and the rows that predict them.
    /// - `BY_ROW`: where each row's part of `BY_ROW_TOKENS` begins, the scored tokens that it
    ///   predicts.
    /// - `TABLE`: where each part of `TABLE_ROWS` begins, the rows that use a token embedding
    ///   or, after those, a position embedding.
    pub fn upload(gpu: &Gpu, shape: &Shape, packed: &Packed) -> BatchPlan {
        let rows = packed.rows();
        let mut seen = vec![0; 4 * rows];
        for (index, segment) in packed.segments.iter().enumerate() {
            for row in segment.own.clone() {
                let words = [
                    segment.prefix.start,
                    segment.prefix.len(),
                    // Padding does not see itself: its own keys begin behind it.
                    segment.own.start + usize::from(segment.is_padding),
                    index,
                ];
                seen[4 * row..4 * row + 4].copy_from_slice(&words.map(|word| word as u32));
            }
        }
        let (segments, ranges) = segments(packed);
        let (by_row, by_row_tokens) = grouped(rows, packed.scored.iter().copied());
        let positions_at = shape.positions.start / shape.width;
        let entries = table_entries(shape);
        let uses = packed.tokens.iter().copied().chain(
            packed
                .positions
                .iter()
                .map(|&position| position + positions_at as u32),
        );
        let (table, mut table_rows) = grouped(entries, uses);
        for row in &mut table_rows {
            *row %= rows.max(1) as u32;
        }
        let lists = [
            &packed.tokens,
            &packed.positions,
            &seen,
            &segments,
            &ranges,
            &packed.targets,
            &packed.scored,
            &by_row,
            &by_row_tokens,
            &table,
            &table_rows,
        ];
        let counts = [rows, packed.scored.len(), room(rows)];
        let mut words = counts.map(|count| count as u32).to_vec();
        let mut at = PLAN_WORDS.len();
        for list in lists {
            words.push(at as u32);
            at += list.len();
        }
        let lists = lists.into_iter().flatten().copied();
        BatchPlan {
            words: gpu.upload_words(words.into_iter().chain(lists)),
            rows,
            scored: packed.scored.len(),
        }
    }

    /// Rows with room for whole tiles.
    pub fn room(&self) -> usize {
        room(self.rows)
    }
}

fn room(rows: usize) -> usize {
    rows.next_multiple_of(Tile::MOST_ROWS)
}

/// Token and position embeddings: they lie side by side.
pub fn table_entries(shape: &Shape) -> usize {
    shape.positions.end / shape.width
}

/// Ends and ranges of all segments.
fn segments(packed: &Packed) -> (Vec<u32>, Vec<u32>) {
    let mut words = Vec::with_capacity(3 * packed.segments.len());
    let mut ranges: Vec<u32> = Vec::new();
    for segment in &packed.segments {
        let first = ranges.len() / 2;
        // Only a prompt that rows share is a prefix, and a prompt has none itself.
        if segment.prefix.is_empty() {
            let depends = |other: &Range<usize>| *other == segment.own;
            let dependents = packed.segments.iter().filter(|s| depends(&s.prefix));
            ranges.extend(dependents.flat_map(|s| [s.own.start as u32, s.own.end as u32]));
        }
        words.extend([segment.own.end, first, ranges.len() / 2].map(|word| word as u32));
    }
    (words, ranges)
}

/// Where each group's part begins, and the indices of its members, in order.
fn grouped(groups: usize, of: impl Iterator<Item = u32> + Clone) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0u32; groups + 1];
    for group in of.clone() {
        starts[group as usize + 1] += 1;
    }
    for group in 0..groups {
        starts[group + 1] += starts[group];
    }
    let mut next = starts.clone();
    let mut members = vec![0; *starts.last().unwrap_or(&0) as usize];
    for (index, group) in of.enumerate() {
        let place = &mut next[group as usize];
        members[*place as usize] = index as u32;
        *place += 1;
    }
    (starts, members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_in_their_groups_in_order() {
        let (starts, members) = grouped(4, [2, 0, 2, 3, 0].into_iter());
        assert_eq!(starts, [0, 2, 2, 4, 5]);
        assert_eq!(members, [1, 4, 0, 2, 3]);
    }
}
