//! Tensors of the CPU device as the numbers they are.

use burn::backend::flex::FlexTensor;
use burn::backend::{BackendTensor, DispatchTensorKind};
use burn::tensor::{Device, Tensor, TensorData};
use std::ops::Deref;

/// The values of a tensor in this processor's memory.
#[derive(Clone)]
pub struct CpuValues(FlexTensor);

impl CpuValues {
    /// `None` for a tensor on another device.
    pub fn of(tensor: &Tensor<1>) -> Option<CpuValues> {
        match tensor.clone().into_dispatch().kind {
            DispatchTensorKind::Flex(BackendTensor::Float(tensor)) if tensor.is_contiguous() => {
                Some(CpuValues(tensor))
            }
            _ => None,
        }
    }

    /// Numbers that are no tensor's.
    pub fn of_numbers(numbers: Vec<f32>) -> CpuValues {
        let len = numbers.len();
        CpuValues(FlexTensor::from_data(TensorData::new(numbers, [len])))
    }

    /// The numbers themselves: a copy only where another tensor shares them.
    pub fn into_vec(self) -> Option<Vec<f32>> {
        if !self.0.is_unique() {
            // burn would copy bytes, and those once more into numbers.
            return Some(self.to_vec());
        }
        self.0.into_data().try_into_vec().ok()
    }
}

/// `[n]`; on the CPU without a copy.
pub fn tensor_of(numbers: Vec<f32>, device: &Device) -> Tensor<1> {
    let len = numbers.len();
    Tensor::from_data(TensorData::new(numbers, [len]), device)
}

impl Deref for CpuValues {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        let layout = self.0.layout();
        let start = layout.start_offset();
        &self.0.storage::<f32>()[start..start + layout.num_elements()]
    }
}
