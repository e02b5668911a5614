//! Keys and values of all earlier positions of every row, in room that is taken once, and the
//! attention of one new position a row to them.
//!
//! Rows have slots, and each its own position: one that ends leaves its slot, and none moves.
//! What is computed has the bits of [`attend`](super::attention::attend).

use super::attention::Heads;
use super::buffers::Buffer;
use super::simd::{Simd, SimdKernel, TileOutput, dispatch, tile};
use super::softmax::CausalSoftmax;

/// Keys side by side, and numbers of a value: a tile of one row by so many columns.
const PANEL: usize = 32;

/// Room for `slots` rows of `capacity` positions.
pub struct KvCache {
    /// For each block, slot and head, for each [`PANEL`] positions, `[head size, PANEL]`.
    keys: Buffer,
    /// For each block, slot and head, for each [`PANEL`] numbers, `[capacity, PANEL]`.
    values: Buffer,
    slots: usize,
    capacity: usize,
    heads: usize,
    size: usize,
}

/// A row whose next position attends to its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CachedRow {
    pub slot: usize,
    /// Of the token that is read now; so many stand before it.
    pub position: usize,
}

impl KvCache {
    /// For `blocks` blocks, each with as many heads of `size` numbers.
    pub fn new(blocks: usize, heads: usize, size: usize, slots: usize, capacity: usize) -> KvCache {
        let capacity = capacity.next_multiple_of(PANEL);
        let all = blocks * slots * heads * capacity;
        KvCache {
            keys: Buffer::any(all * size),
            values: Buffer::any(all * size.next_multiple_of(PANEL)),
            slots,
            capacity,
            heads,
            size,
        }
    }

    /// Whether it serves so many rows of so many positions.
    pub fn has_room(&self, slots: usize, capacity: usize) -> bool {
        slots <= self.slots && capacity <= self.capacity
    }

    /// Numbers that a slot takes in one block.
    pub fn numbers_a_slot(heads: usize, size: usize, capacity: usize) -> usize {
        let capacity = capacity.next_multiple_of(PANEL);
        heads
            .saturating_mul(capacity)
            .saturating_mul(size + size.next_multiple_of(PANEL))
    }

    /// Which of all heads of all slots and blocks.
    fn index(&self, block: usize, slot: usize, head: usize) -> usize {
        (block * self.slots + slot) * self.heads + head
    }

    fn keys_of(&self, index: usize) -> std::ops::Range<usize> {
        let len = self.capacity * self.size;
        index * len..(index + 1) * len
    }

    fn values_of(&self, index: usize) -> std::ops::Range<usize> {
        let len = self.capacity * self.size.next_multiple_of(PANEL);
        index * len..(index + 1) * len
    }

    /// Keeps keys and values of one position, side by side `[2 d]`, as they stand behind the
    /// queries.
    pub fn keep(&mut self, block: usize, row: CachedRow, keys_and_values: &[f32]) {
        let CachedRow { slot, position } = row;
        assert!(
            slot < self.slots && position < self.capacity,
            "a position beyond the cache"
        );
        let (keys, values) = keys_and_values.split_at(self.heads * self.size);
        let each_head = keys
            .chunks_exact(self.size)
            .zip(values.chunks_exact(self.size));
        for (head, (key, value)) in each_head.enumerate() {
            let index = self.index(block, slot, head);
            let place = self.keys_of(index);
            let panel = &mut self.keys[place][position / PANEL * self.size * PANEL..];
            let places = panel.iter_mut().skip(position % PANEL).step_by(PANEL);
            for (to, &from) in places.zip(key) {
                *to = from;
            }
            let place = self.values_of(index);
            let panels = self.values[place].chunks_exact_mut(self.capacity * PANEL);
            for (panel, value) in panels.zip(value.chunks(PANEL)) {
                panel[position * PANEL..][..value.len()].copy_from_slice(value);
            }
        }
    }

    /// What each row gathers for its position.
    ///
    /// # Shapes
    /// `qkv` `[rows, 3 d]`, `out` `[rows, d]`; `scores` is room.
    pub fn attend(
        &self,
        block: usize,
        scale: f32,
        rows: &[CachedRow],
        qkv: &[f32],
        out: &mut [f32],
        scores: &mut Vec<f32>,
    ) {
        let width = self.heads * self.size;
        assert!(
            qkv.len() == rows.len() * 3 * width && out.len() == rows.len() * width,
            "rows of a cache do not fit"
        );
        let fits = |row: &CachedRow| row.slot < self.slots && row.position < self.capacity;
        assert!(rows.iter().all(fits), "a position beyond the cache");
        scores.resize(self.capacity, 0.0);
        dispatch(CachedAttention {
            cache: self,
            block,
            heads: Heads {
                count: self.heads,
                size: self.size,
                scale,
            },
            rows,
            qkv,
            out,
            scores,
        });
    }
}

struct CachedAttention<'a> {
    cache: &'a KvCache,
    block: usize,
    heads: Heads,
    rows: &'a [CachedRow],
    qkv: &'a [f32],
    out: &'a mut [f32],
    scores: &'a mut [f32],
}

impl SimdKernel for CachedAttention<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let CachedAttention {
            cache,
            block,
            heads: Heads { count, size, scale },
            rows,
            qkv,
            out,
            scores,
        } = self;
        let width = count * size;
        let each_row = qkv.chunks_exact(3 * width).zip(out.chunks_exact_mut(width));
        for (row, (qkv, out)) in rows.iter().zip(each_row) {
            let seen = row.position + 1;
            let each_head = qkv.chunks_exact(size).zip(out.chunks_exact_mut(size));
            for (head, (query, out)) in each_head.enumerate() {
                let index = cache.index(block, row.slot, head);
                let keys = cache.keys[cache.keys_of(index)].chunks_exact(size * PANEL);
                for (keys, scores) in keys
                    .zip(scores.chunks_exact_mut(PANEL))
                    .take(seen.div_ceil(PANEL))
                {
                    // SAFETY: the panel holds `size` rows, and so many numbers has the query.
                    unsafe { one_row::<S>(size, query, keys, scores) };
                }
                let scores = &mut scores[..seen];
                CausalSoftmax {
                    scores,
                    keys: seen,
                    offset: row.position,
                    scale,
                    log_sums: &mut [0.0],
                    known: false,
                }
                .run::<S>();
                let values =
                    cache.values[cache.values_of(index)].chunks_exact(cache.capacity * PANEL);
                for (values, out) in values.zip(out.chunks_mut(PANEL)) {
                    // SAFETY: the panel holds more rows than are seen.
                    unsafe { one_row::<S>(seen, scores, values, out) };
                }
            }
        }
    }
}

/// `out = a b`, a row by a panel.
///
/// # Safety
/// `a` holds `depth` numbers, `b` `depth * PANEL`; `out` takes at most a panel's.
#[inline(always)]
unsafe fn one_row<S: Simd>(depth: usize, a: &[f32], b: &[f32], out: &mut [f32]) {
    debug_assert!(a.len() >= depth && b.len() >= depth * PANEL && out.len() <= PANEL);
    let (a, b) = (a.as_ptr(), b.as_ptr());
    let out = TileOutput {
        to: out.as_mut_ptr(),
        stride: PANEL,
        rows: 1,
        columns: out.len(),
        add: false,
    };
    unsafe {
        match S::LANES {
            16 => tile::<S, 1, { PANEL / 16 }>(depth, a, b, out),
            8 => tile::<S, 1, { PANEL / 8 }>(depth, a, b, out),
            _ => tile::<S, 1, { PANEL / 4 }>(depth, a, b, out),
        }
    }
}
