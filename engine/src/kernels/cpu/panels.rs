//! A matrix packed once for many products, each with few rows on the left: the weights of a
//! model that writes one token after another.
//!
//! Every element is summed in [`matmul`](super::matmul::matmul)'s own order, so both give the
//! same bits, whatever rows stand beside it.

use super::matmul::{View, depth_blocks, pack};
use super::simd::{Simd, SimdKernel, TileOutput, dispatch, tile};

/// Vectors in a row of a panel, and of a tile on every processor ([`Simd::TILE`]).
const VECTORS: usize = 2;

/// The right side of products, `[inputs, outputs]`.
pub struct Panels {
    /// For each block of the depth, for each panel, for each row of it, the panel's columns.
    numbers: Vec<f32>,
    inputs: usize,
    outputs: usize,
}

/// Room for the left side, kept from product to product.
pub type Left = Vec<f32>;

impl Panels {
    pub fn of(from: View<'_>) -> Panels {
        Panels {
            numbers: dispatch(PackPanels(from)),
            inputs: from.rows,
            outputs: from.columns,
        }
    }

    /// `out = a b`, or `out += a b` with `add`, `b` being this matrix.
    ///
    /// # Shapes
    /// `a` `[rows, inputs]`, `out` `[rows, outputs]`.
    pub fn multiply(&self, left: &mut Left, a: &[f32], out: &mut [f32], add: bool) {
        let rows = a.len() / self.inputs.max(1);
        assert!(
            a.len() == rows * self.inputs && out.len() == rows * self.outputs,
            "sides of a product do not fit"
        );
        if rows > 0 {
            dispatch(Multiply {
                panels: self,
                left,
                a,
                rows,
                out,
                add,
            });
        }
    }
}

struct PackPanels<'a>(View<'a>);

impl SimdKernel for PackPanels<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Vec<f32> {
        let PackPanels(from) = self;
        let width = VECTORS * S::LANES;
        let wide = from.columns.next_multiple_of(width);
        let mut numbers = vec![0.0; wide * from.rows];
        for depth in depth_blocks(from.rows) {
            let to = &mut numbers[wide * depth.start..wide * depth.end];
            pack(from.transposed(), 0..from.columns, depth, width, to);
        }
        numbers
    }
}

struct Multiply<'a> {
    panels: &'a Panels,
    left: &'a mut Left,
    a: &'a [f32],
    rows: usize,
    out: &'a mut [f32],
    add: bool,
}

/// The rows of the next tile, where so many are left.
#[inline(always)]
fn next_rows<S: Simd>(left: usize) -> usize {
    match left {
        _ if left >= S::TILE.0 => S::TILE.0,
        6.. => 6,
        few => few,
    }
}

impl SimdKernel for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Multiply {
            panels,
            left,
            a,
            rows,
            out,
            add,
        } = self;
        let (inputs, outputs) = (panels.inputs, panels.outputs);
        const { assert!(S::TILE.1 == VECTORS && matches!(S::TILE.0, 4 | 6 | 12)) };
        let width = VECTORS * S::LANES;
        let wide = outputs.next_multiple_of(width);
        for (index, depth) in depth_blocks(inputs).enumerate() {
            let a = View::strided(&a[depth.start..], rows, depth.len(), inputs);
            left.resize(rows * depth.len(), 0.0);
            let mut first = 0;
            while first < rows {
                let tile = first..first + next_rows::<S>(rows - first);
                first = tile.end;
                let to = &mut left[tile.start * depth.len()..tile.end * depth.len()];
                pack(a, tile.clone(), 0..depth.len(), tile.len(), to);
            }
            let block = &panels.numbers[wide * depth.start..wide * depth.end];
            for (panel, column) in (0..outputs).step_by(width).enumerate() {
                let panel = &block[panel * width * depth.len()..(panel + 1) * width * depth.len()];
                let mut first = 0;
                while first < rows {
                    let count = next_rows::<S>(rows - first);
                    let left = &left[first * depth.len()..(first + count) * depth.len()];
                    // SAFETY: panel and left side hold `depth` rows; the result was checked to
                    // hold all rows and columns.
                    unsafe {
                        let to = TileOutput {
                            to: out.as_mut_ptr().add(first * outputs + column),
                            stride: outputs,
                            rows: count,
                            columns: (outputs - column).min(width),
                            add: add || index > 0,
                        };
                        rows_by_panel::<S>(count, depth.len(), left, panel, to);
                    }
                    first += count;
                }
            }
        }
    }
}

/// Sizes that a processor's tiles do not have are left out: in a function of many loops V8
/// gives up registers.
///
/// # Safety
/// That of [`tile`].
#[inline(always)]
unsafe fn rows_by_panel<S: Simd>(rows: usize, depth: usize, a: &[f32], b: &[f32], out: TileOutput) {
    let (a, b) = (a.as_ptr(), b.as_ptr());
    unsafe {
        match rows {
            1 => tile::<S, 1, VECTORS>(depth, a, b, out),
            2 => tile::<S, 2, VECTORS>(depth, a, b, out),
            3 => tile::<S, 3, VECTORS>(depth, a, b, out),
            4 => tile::<S, 4, VECTORS>(depth, a, b, out),
            5 if S::TILE.0 > 4 => tile::<S, 5, VECTORS>(depth, a, b, out),
            6 if S::TILE.0 > 4 => tile::<S, 6, VECTORS>(depth, a, b, out),
            12 if S::TILE.0 == 12 => tile::<S, 12, VECTORS>(depth, a, b, out),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::matmul::{CausalBand, Packing, matmul};
    use super::*;
    use crate::random::Random;

    /// The same bits as a whole matmul, for any number of rows and any edge.
    #[test]
    fn a_product_has_the_bits_of_matmul_whatever_the_rows() {
        let mut random = Random::from_seed(4);
        let mut draw = |len: usize| -> Vec<f32> {
            let numbers = (0..len).map(|_| random.normal() as f32);
            numbers.collect()
        };
        let mut left = Left::default();
        for (inputs, outputs) in [(1, 1), (8, 37), (33, 64), (500, 96)] {
            let b = draw(inputs * outputs);
            for (transposed, rows) in [(false, 1), (true, 7), (false, 20), (true, 31)] {
                let b = match transposed {
                    false => View::new(&b, inputs, outputs),
                    true => View::new(&b, outputs, inputs).transposed(),
                };
                let panels = Panels::of(b);
                let a = draw(rows * inputs);
                let start = draw(rows * outputs);
                for add in [false, true] {
                    let (mut found, mut expected) = (start.clone(), start.clone());
                    panels.multiply(&mut left, &a, &mut found, add);
                    let a = View::new(&a, rows, inputs);
                    let packing = &mut Packing::default();
                    let (out, band) = (&mut expected, CausalBand::Full);
                    matmul(packing, a, b, out, outputs, add, band);
                    assert_eq!(found, expected, "{rows} x {inputs} x {outputs}, add {add}");
                }
            }
        }
    }
}
