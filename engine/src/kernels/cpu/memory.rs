//! Tensors of the CPU device as the numbers they are.

use burn::backend::flex::FlexTensor;
use burn::backend::{BackendTensor, DispatchTensorKind};
use burn::tensor::Tensor;
use std::ops::Deref;

/// The numbers of a tensor in this processor's memory.
pub struct Numbers(FlexTensor);

impl Numbers {
    /// `None` for a tensor on another device.
    pub fn of(tensor: &Tensor<1>) -> Option<Numbers> {
        match tensor.clone().into_dispatch().kind {
            DispatchTensorKind::Flex(BackendTensor::Float(tensor)) if tensor.is_contiguous() => {
                Some(Numbers(tensor))
            }
            _ => None,
        }
    }
}

impl Deref for Numbers {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        let layout = self.0.layout();
        let start = layout.start_offset();
        &self.0.storage::<f32>()[start..start + layout.num_elements()]
    }
}
