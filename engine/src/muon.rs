//! Muon for the matrices inside a GPT's blocks (Jordan et al. 2024, "Muon: an optimizer for
//! hidden layers in neural networks"), for pretraining on the CPU.
//!
//! The momentum of each matrix is replaced by the nearest orthogonal one (by a few steps of
//! Newton and Schulz), scaled by 0.2 sqrt(max(rows, columns)), so that it moves as far as an
//! AdamW step of the same learning rate (Liu et al. 2025, arXiv 2502.16982, equation 4).

use crate::adamw::{AdamW, Norm};
use crate::kernels::cpu::matmul::{CausalBand, Packing, View, matmul};
use crate::kernels::cpu::tensor_of;
use crate::layout::{Layout, TensorSlot};
use crate::parameter_table::TensorRole;
use crate::readback::read;
use burn::tensor::{Device, Tensor};
use tilt_protocol::{Result, TrainSettings};

/// As Jordan et al. use it.
const MOMENTUM: f32 = 0.95;
const NEWTON_SCHULZ_STEPS: usize = 5;
/// Coefficients of the odd polynomial that drives singular values to about 1.
const COEFFICIENTS: [f32; 3] = [3.4445, -4.7750, 2.0315];

/// Muon for the matrices of the blocks, AdamW for all else.
pub struct Muon {
    pub adamw: AdamW,
    /// `[parameters]`; zero outside the matrices.
    pub momentum: Tensor<1>,
}

impl Muon {
    pub fn new(layout: &Layout, device: &Device) -> Muon {
        Muon {
            adamw: AdamW::new(layout, false, device),
            momentum: Tensor::zeros([layout.len], device),
        }
    }

    /// One update of `[parameters]` by a gradient of the same layout; for AdamW it is
    /// clipped, Muon's step does not depend on its size. Beside the parameters the gradient's
    /// norm before clipping: where it is not finite, parameters, moments and momentum are
    /// those of before.
    ///
    /// # Errors
    /// [`tilt_protocol::Error::Device`] when the device was lost.
    pub async fn update(
        &mut self,
        layout: &Layout,
        parameters: &Tensor<1>,
        gradient: &Tensor<1>,
        lr: f64,
        settings: &TrainSettings,
    ) -> Result<(Tensor<1>, f64)> {
        let device = parameters.device();
        let (by_adamw, norm) =
            self.adamw
                .clipped_update(parameters.clone(), gradient.clone(), lr, settings);
        let on_device = matches!(norm, Norm::OnDevice(_));
        let norm = norm.read().await?;
        if !norm.is_finite() {
            if on_device {
                self.adamw.take_back();
            }
            return Ok((parameters.clone(), norm));
        }
        let before = read(parameters.clone()).await?;
        let gradient = read(gradient.clone()).await?;
        let mut momentum = read(self.momentum.clone()).await?;
        let mut numbers = read(by_adamw).await?;
        let keep = 1.0 - (lr * settings.weight_decay) as f32;
        let mut packing = Packing::default();
        for slot in layout.slots.iter().filter(|slot| is_hidden(slot)) {
            let [rows, columns] = slot.shape[..] else {
                continue;
            };
            let (momentum, gradient) = (&mut momentum[slot.range()], &gradient[slot.range()]);
            for (m, g) in momentum.iter_mut().zip(gradient) {
                *m = MOMENTUM * *m + g;
            }
            // Nesterov's look ahead.
            let ahead = momentum.iter().zip(gradient).map(|(m, g)| MOMENTUM * m + g);
            let step = orthogonal(ahead.collect(), rows, columns, &mut packing);
            let scale = lr as f32 * 0.2 * (rows.max(columns) as f32).sqrt();
            let places = numbers[slot.range()].iter_mut().zip(&before[slot.range()]);
            for ((number, before), step) in places.zip(&step) {
                *number = before * keep - scale * step;
            }
        }
        self.momentum = tensor_of(momentum, &device);
        Ok((tensor_of(numbers, &device), norm))
    }
}

/// Whether a tensor is a matrix inside a block.
fn is_hidden(slot: &TensorSlot) -> bool {
    slot.block.is_some() && matches!(slot.role, TensorRole::Weight { .. })
}

/// The nearest orthogonal matrix, roughly: singular values become 0.7 to 1.2.
fn orthogonal(mut x: Vec<f32>, rows: usize, columns: usize, packing: &mut Packing) -> Vec<f32> {
    let norm = x.iter().map(|x| x * x).sum::<f32>().sqrt() + 1e-7;
    x.iter_mut().for_each(|x| *x /= norm);
    let side = rows.min(columns);
    let [a, b, c] = COEFFICIENTS;
    let mut gram = vec![0.0; side * side];
    let mut square = vec![0.0; side * side];
    let mut next = vec![0.0; x.len()];
    for _ in 0..NEWTON_SCHULZ_STEPS {
        let view = View::new(&x, rows, columns);
        let wide = if rows <= columns {
            view
        } else {
            view.transposed()
        };
        matmul(
            packing,
            wide,
            wide.transposed(),
            &mut gram,
            side,
            false,
            CausalBand::Full,
        );
        let symmetric = View::new(&gram, side, side);
        matmul(
            packing,
            symmetric,
            symmetric,
            &mut square,
            side,
            false,
            CausalBand::Full,
        );
        for (square, gram) in square.iter_mut().zip(&gram) {
            *square = b * gram + c * *square;
        }
        let mix = View::new(&square, side, side);
        if rows <= columns {
            matmul(
                packing,
                mix,
                view,
                &mut next,
                columns,
                false,
                CausalBand::Full,
            );
        } else {
            matmul(
                packing,
                view,
                mix,
                &mut next,
                columns,
                false,
                CausalBand::Full,
            );
        }
        for (x, next) in x.iter_mut().zip(&next) {
            *x = a * *x + next;
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn a_step_is_nearly_orthogonal_whichever_side_is_longer() {
        for (rows, columns) in [(12, 40), (40, 12), (16, 16)] {
            let mut random = Random::from_seed_for(1, "muon");
            let x: Vec<f32> = (0..rows * columns)
                .map(|_| random.normal() as f32)
                .collect();
            let mut packing = Packing::default();
            let step = orthogonal(x, rows, columns, &mut packing);
            let side = rows.min(columns);
            let view = View::new(&step, rows, columns);
            let wide = if rows <= columns {
                view
            } else {
                view.transposed()
            };
            let mut gram = vec![0.0; side * side];
            let other = wide.transposed();
            matmul(
                &mut packing,
                wide,
                other,
                &mut gram,
                side,
                false,
                CausalBand::Full,
            );
            let trace: f32 = (0..side).map(|i| gram[i * side + i]).sum();
            // Squared singular values, on average and their spread.
            let mean = trace / side as f32;
            let squares: f32 = gram.iter().map(|x| x * x).sum::<f32>() / side as f32;
            assert!((0.5..1.5).contains(&mean), "{rows} x {columns}: {mean}");
            assert!(
                squares - mean * mean < 0.15,
                "{rows} x {columns}: {squares}"
            );
        }
    }
}
