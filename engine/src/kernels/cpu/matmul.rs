//! Matrix products by register tiles: both sides are packed into panels, a tile of the
//! result stays in registers over the whole depth of a block.

use super::simd::{Simd, SimdKernel, TileOutput, dispatch};
use std::ops::Range;

/// A matrix somewhere in a slice: element (i, j) at `i * row + j * column`.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub data: &'a [f32],
    pub rows: usize,
    pub columns: usize,
    row: usize,
    column: usize,
}

impl<'a> View<'a> {
    /// Rows one after another.
    pub fn new(data: &'a [f32], rows: usize, columns: usize) -> View<'a> {
        View::strided(data, rows, columns, columns)
    }

    /// Rows that begin `stride` apart.
    pub fn strided(data: &'a [f32], rows: usize, columns: usize, stride: usize) -> View<'a> {
        let needed = match rows {
            0 => 0,
            rows => (rows - 1) * stride + columns,
        };
        assert!(data.len() >= needed, "a matrix reaches beyond its numbers");
        View {
            data,
            rows,
            columns,
            row: stride,
            column: 1,
        }
    }

    pub fn transposed(self) -> View<'a> {
        View {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row: self.column,
            column: self.row,
        }
    }
}

/// Which part of a product is wanted or not zero, with causal masks: position i sees
/// positions up to i + offset.
#[derive(Clone, Copy, PartialEq)]
pub enum CausalBand {
    Full,
    /// Result (i, j) is wanted for j up to i + offset.
    Result(usize),
    /// The left side (i, k) is zero beyond k = i + offset.
    Left(usize),
    /// The left side (i, k) is zero before k = i - offset.
    LeftTransposed(usize),
}

impl CausalBand {
    /// Columns of the result that rows need.
    fn columns(self, rows: &Range<usize>, all: usize) -> usize {
        match self {
            CausalBand::Result(offset) => (rows.end + offset).min(all),
            _ => all,
        }
    }

    /// The depth that is not zero for rows.
    fn depth(self, rows: &Range<usize>, depth: Range<usize>) -> Range<usize> {
        match self {
            CausalBand::Left(offset) => {
                depth.start..depth.end.min(rows.end + offset).max(depth.start)
            }
            CausalBand::LeftTransposed(offset) => {
                depth
                    .start
                    .max(rows.start.saturating_sub(offset))
                    .min(depth.end)..depth.end
            }
            CausalBand::Full | CausalBand::Result(_) => depth,
        }
    }
}

/// Room for packed panels, kept from product to product.
#[derive(Default)]
pub struct Packing {
    left: Vec<f32>,
    right: Vec<f32>,
}

/// `out = a b`, or `out += a b` with `add`; rows of `out` begin `stride` apart.
pub fn matmul(
    packing: &mut Packing,
    a: View<'_>,
    b: View<'_>,
    out: &mut [f32],
    stride: usize,
    add: bool,
    band: CausalBand,
) {
    assert_eq!(a.columns, b.rows, "sides of a matmul do not fit");
    if a.rows == 0 || b.columns == 0 {
        return;
    }
    assert!(
        out.len() >= (a.rows - 1) * stride + b.columns && stride >= b.columns,
        "the result of a matmul does not fit"
    );
    dispatch(Matmul {
        packing,
        a,
        b,
        out,
        stride,
        add,
        band,
    });
}

/// Depth of a block: a panel of the right side stays in the first-level cache.
const DEPTH: usize = 384;

/// A depth in equal blocks of at most [`DEPTH`]. Whoever sums within these, and then block by
/// block, has the same bits as [`matmul`].
pub(super) fn depth_blocks(depth: usize) -> impl Iterator<Item = Range<usize>> {
    let blocks = depth.div_ceil(DEPTH).max(1);
    let block = depth.div_ceil(blocks);
    (0..blocks).map(move |index| index * block..((index + 1) * block).min(depth))
}

struct Matmul<'a, 'b> {
    packing: &'a mut Packing,
    a: View<'b>,
    b: View<'b>,
    out: &'a mut [f32],
    stride: usize,
    add: bool,
    band: CausalBand,
}

impl SimdKernel for Matmul<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Matmul {
            packing,
            a,
            b,
            out,
            stride,
            add,
            band,
        } = self;
        let (tile_rows, vectors) = S::TILE;
        let tile_columns = vectors * S::LANES;
        let (rows, columns) = (a.rows, b.columns);
        let block = depth_blocks(a.columns)
            .next()
            .map_or(0, |first| first.len());
        packing.left.resize(tile_rows * block, 0.0);
        packing
            .right
            .resize(columns.next_multiple_of(tile_columns) * block, 0.0);
        for (index, depth) in depth_blocks(a.columns).enumerate() {
            pack(
                b.transposed(),
                0..columns,
                depth.clone(),
                tile_columns,
                &mut packing.right,
            );
            let panel = depth.len() * tile_columns;
            for first in (0..rows).step_by(tile_rows) {
                let tile = first..(first + tile_rows).min(rows);
                let reach = band.depth(&tile, depth.clone());
                if reach.is_empty() && (index > 0 || add) {
                    continue;
                }
                pack(a, tile.clone(), reach.clone(), tile_rows, &mut packing.left);
                let skipped = (reach.start - depth.start) * tile_columns;
                for column in (0..band.columns(&tile, columns)).step_by(tile_columns) {
                    let start = column / tile_columns * panel + skipped;
                    let right = &packing.right[start..start + reach.len() * tile_columns];
                    // SAFETY: the panels hold `reach.len()` rows of the tile's size; the
                    // result was checked to hold all rows and columns.
                    unsafe {
                        let to = out.as_mut_ptr().add(first * stride + column);
                        let out = TileOutput {
                            to,
                            stride,
                            rows: tile.len(),
                            columns: (columns - column).min(tile_columns),
                            add: add || index > 0,
                        };
                        S::tile(reach.len(), packing.left.as_ptr(), right.as_ptr(), out);
                    }
                }
            }
        }
    }
}

/// Panels of `width` rows: for each panel, for each k, `width` numbers; rows beyond the
/// last are zero.
#[inline(always)]
pub(super) fn pack(
    from: View<'_>,
    rows: Range<usize>,
    depth: Range<usize>,
    width: usize,
    to: &mut [f32],
) {
    let mut at = 0;
    for first in rows.clone().step_by(width) {
        let count = width.min(rows.end - first);
        let panel = &mut to[at..at + width * depth.len()];
        at += panel.len();
        if from.row == 1 {
            for (k, group) in depth.clone().zip(panel.chunks_exact_mut(width)) {
                let start = k * from.column + first;
                group[..count].copy_from_slice(&from.data[start..start + count]);
                group[count..].fill(0.0);
            }
            continue;
        }
        for row in 0..width {
            let mut place = panel.iter_mut().skip(row).step_by(width);
            if row < count {
                let start = (first + row) * from.row;
                for k in depth.clone() {
                    if let Some(place) = place.next() {
                        *place = from.data[start + k * from.column];
                    }
                }
            } else {
                place.for_each(|place| *place = 0.0);
            }
        }
    }
}
