//! A checkpoint file: arenas as tensors, everything else as metadata.
//!
//! It is a safetensors file, so that it can be looked into. Parameters are read back
//! asynchronously, which works on every device.

use crate::kernels::cpu::{CpuValues, tensor_of};
use crate::model::Model;
use crate::readback::read;
use burn::tensor::Tensor;
use safetensors::tensor::{Dtype, SafeTensors, View};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use tilt_protocol::{Error, Result};

const FILE: &str = "checkpoint";

/// What a state is kept under, and the version of its shape.
#[derive(Clone, Copy, Debug)]
pub struct CheckpointKind {
    pub key: &'static str,
    pub format: u32,
}

#[derive(Serialize, Deserialize)]
struct Versioned<S> {
    format: u32,
    state: S,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// A tensor of the file. It becomes bytes when its turn comes, so that a file being written
/// takes the room of itself and of one tensor.
enum CheckpointTensor<'a> {
    Arena([usize; 1], F32s),
    Table([usize; 2], &'a [f64]),
}

/// Numbers on the CPU, or read from elsewhere.
enum F32s {
    Here(CpuValues),
    Read(Vec<f32>),
}

impl F32s {
    fn numbers(&self) -> &[f32] {
        match self {
            F32s::Here(numbers) => numbers,
            F32s::Read(numbers) => numbers,
        }
    }
}

impl View for CheckpointTensor<'_> {
    fn dtype(&self) -> Dtype {
        match self {
            CheckpointTensor::Arena(..) => Dtype::F32,
            CheckpointTensor::Table(..) => Dtype::F64,
        }
    }

    fn shape(&self) -> &[usize] {
        match self {
            CheckpointTensor::Arena(shape, _) => shape,
            CheckpointTensor::Table(shape, _) => shape,
        }
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Owned(match self {
            CheckpointTensor::Arena(_, arena) => arena
                .numbers()
                .iter()
                .flat_map(|n| n.to_le_bytes())
                .collect(),
            CheckpointTensor::Table(_, numbers) => {
                numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
            }
        })
    }

    fn data_len(&self) -> usize {
        match self {
            CheckpointTensor::Arena(_, arena) => 4 * arena.numbers().len(),
            CheckpointTensor::Table(_, numbers) => 8 * numbers.len(),
        }
    }
}

/// Arenas (all of one length), further f64 tables `[rows, columns]`, and a state.
///
/// # Errors
/// [`Error::Device`] when the device was lost.
pub async fn write(
    kind: CheckpointKind,
    state: &impl Serialize,
    arenas: Vec<(&str, Tensor<1>)>,
    tables: &[(&str, [usize; 2], Vec<f64>)],
) -> Result<Vec<u8>> {
    let mut parts = Vec::new();
    for (name, arena) in arenas {
        let numbers = match CpuValues::of(&arena) {
            Some(numbers) => F32s::Here(numbers),
            None => F32s::Read(read(arena).await?),
        };
        let shape = [numbers.numbers().len()];
        parts.push((name, CheckpointTensor::Arena(shape, numbers)));
    }
    for (name, shape, numbers) in tables {
        parts.push((name, CheckpointTensor::Table(*shape, numbers)));
    }
    let format = kind.format;
    let text = serde_json::to_string(&Versioned { format, state }).map_err(Error::internal)?;
    let metadata = HashMap::from([(kind.key.to_owned(), text)]);
    safetensors::serialize(parts, Some(metadata)).map_err(Error::internal)
}

/// The state of a checkpoint, without its tensors.
///
/// # Errors
/// [`Error::MalformedFile`], also for another format.
pub fn read_state<S: DeserializeOwned>(kind: CheckpointKind, bytes: &[u8]) -> Result<S> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(malformed)?;
    let text = header
        .metadata()
        .as_ref()
        .and_then(|metadata| metadata.get(kind.key))
        .ok_or_else(|| malformed(format!("holds no {}", kind.key)))?;
    // The format first: the rest of another one may have another shape.
    let found: Format = serde_json::from_str(text).map_err(malformed)?;
    if found.format != kind.format {
        let reason = format!("has format {}, expected {}", found.format, kind.format);
        return Err(malformed(reason));
    }
    let versioned: Versioned<S> = serde_json::from_str(text).map_err(malformed)?;
    Ok(versioned.state)
}

/// The tensors of a checkpoint.
pub struct CheckpointTensors<'a>(SafeTensors<'a>);

impl<'a> CheckpointTensors<'a> {
    /// # Errors
    /// [`Error::MalformedFile`].
    pub fn of(bytes: &'a [u8]) -> Result<CheckpointTensors<'a>> {
        SafeTensors::deserialize(bytes)
            .map(CheckpointTensors)
            .map_err(malformed)
    }

    /// An arena of the model, `[parameters]`, on its device.
    ///
    /// # Errors
    /// [`Error::MalformedFile`], [`Error::CheckpointShape`] for another model.
    pub fn arena(&self, name: &str, model: &Model) -> Result<Tensor<1>> {
        let data = self.data(name, Dtype::F32, &[model.layout.len])?;
        let numbers: Vec<f32> = data
            .chunks_exact(4)
            .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect();
        Ok(tensor_of(numbers, &model.device))
    }

    /// A table of f64.
    ///
    /// # Errors
    /// [`Error::MalformedFile`], [`Error::CheckpointShape`] for another shape.
    pub fn table(&self, name: &str, shape: [usize; 2]) -> Result<Vec<f64>> {
        let data = self.data(name, Dtype::F64, &shape)?;
        Ok(data
            .chunks_exact(8)
            .filter_map(|bytes| bytes.try_into().ok().map(f64::from_le_bytes))
            .collect())
    }

    fn data(&self, name: &str, dtype: Dtype, shape: &[usize]) -> Result<&'a [u8]> {
        let view = self.0.tensor(name).map_err(malformed)?;
        if view.shape() == shape && view.dtype() == dtype {
            return Ok(view.data());
        }
        Err(Error::CheckpointShape {
            file: FILE.to_owned(),
            tensor: name.to_owned(),
            found: view.shape().to_vec(),
            expected: shape.to_vec(),
        })
    }
}

fn malformed(reason: impl ToString) -> Error {
    Error::malformed(FILE, reason)
}
