//! What tests of several modules need.

use crate::device::Compute;
use burn::tensor::{Device, Tensor};
use pollster::block_on;
use std::sync::OnceLock;
use tilt_protocol::DevicePreference;

/// The GPU that the tests in modules `on_gpu` need: they are ignored unless they are asked for
/// (`cargo test -- --include-ignored`, as `cargo xtask test` does where there is one, in
/// software at least), and then a machine without a GPU fails them.
pub fn gpu() -> Device {
    static GPU: OnceLock<Device> = OnceLock::new();
    GPU.get_or_init(|| {
        let compute = block_on(Compute::choose(DevicePreference::Webgpu));
        if let Some(reason) = compute.fallback {
            panic!("no GPU: {reason}");
        }
        compute.device
    })
    .clone()
}

pub fn numbers(tensor: Tensor<1>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

/// `tolerance` is in shares of the largest number that is expected.
pub fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let size = expected.iter().fold(0.0f32, |most, x| most.max(x.abs()));
    for (index, (a, b)) in found.iter().zip(expected).enumerate() {
        let error = (a - b).abs();
        assert!(
            error <= tolerance * size,
            "{what}[{index}]: {a} against {b}, largest {size}"
        );
    }
}
