//! The one place where numbers leave the device, asynchronously: a synchronous readback panics in
//! a browser.

use burn::tensor::Tensor;
use tilt_protocol::{Error, Result};

/// Reads a tensor's values as f32, row after row, without blocking.
///
/// # Errors
/// [`Error::Device`] when the device was lost.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let data = tensor
        .into_data_async()
        .await
        .map_err(|error| Error::Device {
            device: "compute".to_owned(),
            reason: format!("{error:?}"),
        })?;
    data.try_into_vec::<f32>()
        .map_err(|error| Error::internal(format!("{error:?}")))
}
