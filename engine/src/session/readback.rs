//! Many small tensors, one readback.

use crate::readback::read;
use burn::tensor::Tensor;
use std::ops::Range;
use tilt_protocol::Result;

/// Tensors that wait to be read together.
#[derive(Default)]
pub struct Readback {
    parts: Vec<Tensor<1>>,
    len: usize,
}

/// Where a tensor's numbers will lie.
#[derive(Clone, Debug, Default)]
pub struct Span(Range<usize>);

/// The values that were read, in the order in which they were added.
pub struct ReadbackValues(Vec<f32>);

impl Readback {
    /// Has a tensor read with the others; where its values will lie.
    pub fn add(&mut self, tensor: Tensor<1>) -> Span {
        let [len] = tensor.dims();
        let span = Span(self.len..self.len + len);
        self.len += len;
        self.parts.push(tensor);
        span
    }

    /// # Errors
    /// [`tilt_protocol::Error::Device`] when the device was lost.
    pub async fn read(self) -> Result<ReadbackValues> {
        if self.parts.is_empty() {
            return Ok(ReadbackValues(Vec::new()));
        }
        read(Tensor::cat(self.parts, 0)).await.map(ReadbackValues)
    }
}

impl ReadbackValues {
    /// What was read of the tensor that [`Readback::add`] gave this span for.
    pub fn at(&self, span: &Span) -> Vec<f64> {
        self.0[span.0.clone()]
            .iter()
            .map(|&number| f64::from(number))
            .collect()
    }
}
