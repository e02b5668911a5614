//! A tile of a matmul in registers.

use super::{Simd, TileOutput};

/// `R` rows by `C` vectors of the result in registers.
///
/// # Safety
/// `a` holds `depth * R` numbers, `b` `depth * C * LANES`, the result what [`TileOutput`] says.
#[inline(always)]
pub unsafe fn tile<S: Simd, const R: usize, const C: usize>(
    depth: usize,
    a: *const f32,
    b: *const f32,
    out: TileOutput,
) {
    unsafe {
        let mut sums = [[S::splat(0.0); C]; R];
        for k in 0..depth {
            let mut right = [S::splat(0.0); C];
            for (c, vector) in right.iter_mut().enumerate() {
                *vector = S::load(b.add((k * C + c) * S::LANES));
            }
            for (r, row) in sums.iter_mut().enumerate() {
                let left = S::splat(*a.add(k * R + r));
                for (sum, &vector) in row.iter_mut().zip(&right) {
                    *sum = S::mul_add(left, vector, *sum);
                }
            }
        }
        if out.rows == R && out.columns == C * S::LANES {
            for (r, row) in sums.iter().enumerate() {
                for (c, &sum) in row.iter().enumerate() {
                    let to = out.to.add(r * out.stride + c * S::LANES);
                    let sum = if out.add {
                        S::add(S::load(to), sum)
                    } else {
                        sum
                    };
                    S::store(to, sum);
                }
            }
            return;
        }
        // At the edge by way of a whole tile; the largest has 12 * 32 numbers.
        let mut whole = [0.0f32; 384];
        for (r, row) in sums.iter().enumerate() {
            for (c, &sum) in row.iter().enumerate() {
                S::store(whole.as_mut_ptr().add((r * C + c) * S::LANES), sum);
            }
        }
        for r in 0..out.rows {
            for c in 0..out.columns {
                let to = out.to.add(r * out.stride + c);
                let sum = whole[r * C * S::LANES + c];
                *to = if out.add { *to + sum } else { sum };
            }
        }
    }
}
