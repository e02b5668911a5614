//! A session as one file: policy and moments as tensors, the rest as metadata.
//!
//! The file is a safetensors file, so that it can be looked into. Parameters are
//! read back asynchronously, which works on every device.

use super::order::Order;
use super::reference::Reference;
use super::{Data, Session};
use crate::adamw::AdamW;
use crate::logps::read;
use crate::model::Model;
use crate::text::TokenisedRow;
use burn::tensor::Tensor;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use tilt_protocol::{Error, Result, TrainSettings};

const FILE: &str = "checkpoint";
const STATE_KEY: &str = "tilt.session";
const POLICY: &str = "policy";
const FIRST: &str = "adam.first";
const SECOND: &str = "adam.second";
/// Only where the reference follows the policy.
const REFERENCE: &str = "reference";
/// What the reference said of each row, f64, `[rows, 2]`; NaN: not asked yet.
const REFERENCE_LOGPS: &str = "reference.logps";

#[derive(Serialize, Deserialize)]
struct State {
    format: u32,
    settings: TrainSettings,
    order: Order,
    step: usize,
    optimiser_steps: usize,
    tokens_seen: usize,
    rows: usize,
    grad_norm: Option<f64>,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

const FORMAT: u32 = 2;

impl Session {
    /// The whole state of the run.
    ///
    /// # Errors
    /// [`Error::Device`] when the device was lost.
    pub async fn save(&mut self) -> Result<Vec<u8>> {
        let grad_norm = self.last_grad_norm().await?;
        let state = State {
            format: FORMAT,
            settings: self.settings.clone(),
            order: self.order.clone(),
            step: self.step,
            optimiser_steps: self.optimiser.step,
            tokens_seen: self.tokens_seen,
            rows: self.data.len(),
            grad_norm,
        };
        let mut arenas = vec![
            (POLICY, self.arena.clone()),
            (FIRST, self.optimiser.first.clone()),
            (SECOND, self.optimiser.second.clone()),
        ];
        if self.settings.reference_sync.is_some() {
            arenas.push((REFERENCE, self.reference.arena.clone()));
        }
        let (names, tensors): (Vec<&str>, Vec<Tensor<1>>) = arenas.into_iter().unzip();
        let numbers = read(Tensor::cat(tensors, 0)).await?;
        let len = numbers.len() / names.len();
        let bytes: Vec<u8> = numbers
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        let logps: Vec<u8> = self
            .reference
            .to_numbers()
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        let mut views = Vec::new();
        for (name, bytes) in names.into_iter().zip(bytes.chunks_exact((4 * len).max(1))) {
            let view = TensorView::new(Dtype::F32, vec![len], bytes).map_err(Error::internal)?;
            views.push((name, view));
        }
        let shape = vec![self.data.len(), 2];
        let view = TensorView::new(Dtype::F64, shape, &logps).map_err(Error::internal)?;
        views.push((REFERENCE_LOGPS, view));
        let text = serde_json::to_string(&state).map_err(Error::internal)?;
        let metadata = HashMap::from([(STATE_KEY.to_owned(), text)]);
        safetensors::serialize(views, Some(metadata)).map_err(Error::internal)
    }

    /// Goes on from a saved state with the same model, reference and rows.
    ///
    /// # Errors
    /// [`Error::MalformedFile`], [`Error::CheckpointShape`] for another model,
    /// [`Error::InvalidConfig`] for another number of rows, and those of
    /// [`Data::new`].
    pub fn restore(
        bytes: &[u8],
        model: &Model,
        reference: &Tensor<1>,
        rows: Vec<TokenisedRow>,
    ) -> Result<Session> {
        let state = read_state(bytes)?;
        if rows.len() != state.rows || !state.order.fits(rows.len()) {
            return Err(Error::invalid(
                "rows",
                rows.len(),
                format!("{} rows", state.rows),
            ));
        }
        let file = SafeTensors::deserialize(bytes).map_err(malformed)?;
        let tensor = |name: &str| -> Result<Tensor<1>> {
            let view = file.tensor(name).map_err(malformed)?;
            if view.shape() != [model.layout.len] || view.dtype() != Dtype::F32 {
                return Err(Error::CheckpointShape {
                    file: FILE.to_owned(),
                    tensor: name.to_owned(),
                    found: view.shape().to_vec(),
                    expected: vec![model.layout.len],
                });
            }
            let numbers: Vec<f32> = view
                .data()
                .chunks_exact(4)
                .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
                .collect();
            Ok(Tensor::from_data(numbers.as_slice(), &model.device))
        };
        state.settings.check()?;
        let data = Data::new(rows, &state.settings, model.config.n_positions)?;
        let reference = match state.settings.reference_sync {
            None => reference.clone(),
            Some(_) => tensor(REFERENCE)?,
        };
        let logps = file.tensor(REFERENCE_LOGPS).map_err(malformed)?;
        if logps.shape() != [state.rows, 2] || logps.dtype() != Dtype::F64 {
            return Err(Error::CheckpointShape {
                file: FILE.to_owned(),
                tensor: REFERENCE_LOGPS.to_owned(),
                found: logps.shape().to_vec(),
                expected: vec![state.rows, 2],
            });
        }
        let logps: Vec<f64> = logps
            .data()
            .chunks_exact(8)
            .filter_map(|bytes| bytes.try_into().ok().map(f64::from_le_bytes))
            .collect();
        let mask = model.layout.decay_mask(state.settings.decay_all);
        let mut optimiser = AdamW::new(mask, &model.device);
        optimiser.first = tensor(FIRST)?;
        optimiser.second = tensor(SECOND)?;
        optimiser.step = state.optimiser_steps;
        let unread_norm = state
            .grad_norm
            .map(|norm| Tensor::from_data([norm as f32], &model.device));
        Ok(Session {
            arena: tensor(POLICY)?,
            statistics: true,
            reference: Reference::with_numbers(reference, &logps),
            settings: state.settings,
            data,
            optimiser,
            order: state.order,
            step: state.step,
            tokens_seen: state.tokens_seen,
            unread_norm,
            before_last: None,
        })
    }
}

/// The settings of a saved run, for preparing its rows as they were.
///
/// # Errors
/// [`Error::MalformedFile`].
pub fn saved_settings(bytes: &[u8]) -> Result<TrainSettings> {
    Ok(read_state(bytes)?.settings)
}

fn read_state(bytes: &[u8]) -> Result<State> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(malformed)?;
    let text = header
        .metadata()
        .as_ref()
        .and_then(|metadata| metadata.get(STATE_KEY))
        .ok_or_else(|| malformed(format!("holds no {STATE_KEY}")))?;
    // The format first: the rest of another one may have another shape.
    let found: Format = serde_json::from_str(text).map_err(malformed)?;
    if found.format != FORMAT {
        let reason = format!("has format {}, expected {FORMAT}", found.format);
        return Err(malformed(reason));
    }
    serde_json::from_str(text).map_err(malformed)
}

fn malformed(reason: impl ToString) -> Error {
    Error::malformed(FILE, reason)
}
