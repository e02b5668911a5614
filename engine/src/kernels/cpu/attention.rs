//! Causal attention, a segment and a head at a time: the matrix of scores of one head is
//! all that is ever there; the backward pass computes it again.

use super::buffers::Buffer;
use super::matmul::{CausalBand, Packing, View, matmul};
use super::rows::add;
use super::simd::dispatch;
use super::softmax::{CausalSoftmax, CausalSoftmaxBackward};
use crate::kernels::packed::Segment;
use std::ops::Range;

/// Sizes of a multi-head attention.
#[derive(Clone, Copy)]
pub struct Heads {
    pub count: usize,
    /// Numbers a head.
    pub size: usize,
    /// What scores are multiplied by.
    pub scale: f32,
}

impl Heads {
    fn width(self) -> usize {
        self.count * self.size
    }
}

/// One head of one segment: its keys and values in one piece.
struct SegmentHead<'a> {
    heads: Heads,
    head: usize,
    segment: &'a Segment,
}

impl SegmentHead<'_> {
    fn queries(&self) -> usize {
        self.segment.own.len()
    }

    /// How many keys the first query sees besides one: padding, which does not see itself, is
    /// counted as if it stood one place further up.
    fn offset(&self) -> usize {
        self.segment.prefix.len() - usize::from(self.segment.is_padding)
    }

    fn keys(&self) -> usize {
        self.offset() + self.queries()
    }

    /// Where part 0 (queries), 1 (keys) or 2 (values) of a row of `qkv` lies.
    fn place(&self, row: usize, part: usize) -> Range<usize> {
        let width = self.heads.width();
        let start = row * 3 * width + part * width + self.head * self.heads.size;
        start..start + self.heads.size
    }

    fn seen_rows(&self) -> impl Iterator<Item = usize> {
        let own = match self.segment.is_padding {
            true => 0..0,
            false => self.segment.own.clone(),
        };
        self.segment.prefix.clone().chain(own)
    }

    /// A part of all rows that are seen, `[keys, head size]`.
    fn gather(&self, qkv: &[f32], part: usize) -> Buffer {
        let mut gathered = Buffer::any(self.keys() * self.heads.size);
        let rows = gathered.chunks_exact_mut(self.heads.size);
        for (row, to) in self.seen_rows().zip(rows) {
            to.copy_from_slice(&qkv[self.place(row, part)]);
        }
        gathered
    }

    /// The segment's rows of `[heads, rows]`.
    fn own_of<'d>(&self, all: &'d mut [f32]) -> &'d mut [f32] {
        let first = self.head * (all.len() / self.heads.count);
        let own = &self.segment.own;
        &mut all[first + own.start..first + own.end]
    }

    fn scatter(&self, d_qkv: &mut [f32], part: usize, from: &[f32]) {
        for (row, from) in self.seen_rows().zip(from.chunks_exact(self.heads.size)) {
            add(&mut d_qkv[self.place(row, part)], from);
        }
    }

    /// The segment's rows of this head in a matrix whose rows are `stride` wide.
    fn start(&self, stride: usize) -> usize {
        self.segment.own.start * stride + self.head * self.heads.size
    }

    /// Own rows of a part of `qkv`, or of any matrix with these rows.
    fn own<'d>(&self, data: &'d [f32], stride: usize) -> View<'d> {
        let data = &data[self.start(stride)..];
        View::strided(data, self.queries(), self.heads.size, stride)
    }

    fn probabilities(
        &self,
        packing: &mut Packing,
        qkv: &[f32],
        keys: &[f32],
        log_sums: &mut [f32],
        known: bool,
    ) -> Buffer {
        let mut scores = Buffer::any(self.queries() * self.keys());
        let keys = View::new(keys, self.keys(), self.heads.size);
        let queries = self.own(qkv, 3 * self.heads.width());
        let band = CausalBand::Result(self.offset());
        let stride = self.keys();
        matmul(
            packing,
            queries,
            keys.transposed(),
            &mut scores,
            stride,
            false,
            band,
        );
        dispatch(CausalSoftmax {
            scores: &mut scores,
            keys: self.keys(),
            offset: self.offset(),
            scale: self.heads.scale,
            log_sums,
            known,
        });
        scores
    }
}

fn each_head(segments: &[Segment], heads: Heads) -> impl Iterator<Item = SegmentHead<'_>> {
    segments.iter().flat_map(move |segment| {
        (0..heads.count).map(move |head| SegmentHead {
            heads,
            head,
            segment,
        })
    })
}

/// What attention gathers for each row.
///
/// # Shapes
/// `qkv` `[rows, 3 d]`, `out` `[rows, d]`; `log_sums` `[heads, rows]`, for the backward pass.
pub fn attend(
    packing: &mut Packing,
    segments: &[Segment],
    heads: Heads,
    qkv: &[f32],
    out: &mut [f32],
    log_sums: &mut [f32],
) {
    let width = heads.width();
    for head in each_head(segments, heads) {
        let (keys, values) = (head.gather(qkv, 1), head.gather(qkv, 2));
        let log_sums = head.own_of(log_sums);
        let shares = head.probabilities(packing, qkv, &keys, log_sums, false);
        let shares = View::new(&shares, head.queries(), head.keys());
        let values = View::new(&values, head.keys(), heads.size);
        let to = &mut out[head.start(width)..];
        let band = CausalBand::Left(head.offset());
        matmul(packing, shares, values, to, width, false, band);
    }
}

/// The backward pass of [`attend`]: `d_qkv` is written.
///
/// # Shapes
/// As there; `d_out` `[rows, d]`, `d_qkv` `[rows, 3 d]`.
pub fn attend_backward(
    packing: &mut Packing,
    segments: &[Segment],
    heads: Heads,
    qkv: &[f32],
    log_sums: &mut [f32],
    d_out: &[f32],
    d_qkv: &mut [f32],
) {
    let width = heads.width();
    d_qkv.fill(0.0);
    for head in each_head(segments, heads) {
        let (queries, seen) = (head.queries(), head.keys());
        let (keys, values) = (head.gather(qkv, 1), head.gather(qkv, 2));
        let log_sums = head.own_of(log_sums);
        let shares = head.probabilities(packing, qkv, &keys, log_sums, true);
        let shares_view = View::new(&shares, queries, seen);
        let d_own = head.own(d_out, width);
        let transposed = CausalBand::LeftTransposed(head.offset());

        let mut d = Buffer::any(seen * heads.size);
        let left = shares_view.transposed();
        matmul(packing, left, d_own, &mut d, heads.size, false, transposed);
        head.scatter(d_qkv, 2, &d);

        let mut d_scores = Buffer::any(queries * seen);
        let values = View::new(&values, seen, heads.size).transposed();
        let band = CausalBand::Result(head.offset());
        matmul(packing, d_own, values, &mut d_scores, seen, false, band);
        dispatch(CausalSoftmaxBackward {
            d: &mut d_scores,
            probabilities: &shares,
            keys: seen,
            offset: head.offset(),
            scale: heads.scale,
        });
        let d_scores = View::new(&d_scores, queries, seen);

        let keys = View::new(&keys, seen, heads.size);
        let to = &mut d_qkv[head.start(3 * width)..];
        let band = CausalBand::Left(head.offset());
        matmul(packing, d_scores, keys, to, 3 * width, false, band);

        let queries = head.own(qkv, 3 * width);
        let left = d_scores.transposed();
        matmul(
            packing, left, queries, &mut d, heads.size, false, transposed,
        );
        head.scatter(d_qkv, 1, &d);
    }
}
