//! What commands and events speak of.

use crate::objective::online::Generation;
use crate::principle::Principle;
use serde::{Deserialize, Serialize};

pub type RequestId = u64;
pub type RunId = u64;

/// A policy by what made it: whatever is drawn from it or measured of it carries this date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyAt {
    /// `None`: no run has trained it, it equals the reference.
    pub run: Option<RunId>,
    /// Optimiser steps it had taken.
    pub step: usize,
}

/// What a judge makes of a set of answers under one principle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgedReward {
    pub principle: Principle,
    /// Mean score an answer, from 0 to 1.
    pub mean: f64,
    /// Standard error of the mean; `None` of a single answer.
    pub standard_error: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DevicePreference {
    /// WebGPU where it works and passes the self-test, otherwise the CPU.
    Auto,
    Webgpu,
    Cpu,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    Webgpu,
    Cpu,
}

impl DeviceKind {
    pub fn slug(self) -> &'static str {
        match self {
            DeviceKind::Webgpu => "webgpu",
            DeviceKind::Cpu => "cpu",
        }
    }
}

/// The models that lie beside the page, as `tilt pretrain` makes them, smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelName {
    Nano,
    Small,
    Base,
}

impl ModelName {
    pub const ALL: [ModelName; 3] = [ModelName::Nano, ModelName::Small, ModelName::Base];

    pub fn slug(self) -> &'static str {
        match self {
            ModelName::Nano => "nano",
            ModelName::Small => "small",
            ModelName::Base => "base",
        }
    }

    pub fn from_slug(slug: &str) -> Option<ModelName> {
        Self::ALL.into_iter().find(|name| name.slug() == slug)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelSource {
    /// A folder in Hugging Face's layout under `url` (ends in a slash), fetched by
    /// the worker.
    Url { name: String, url: String },
    /// Files that the person chose: texts here, the weights (`model.safetensors`)
    /// as the request's first transferable buffer.
    Files {
        name: String,
        config: String,
        tokenizer: String,
        tokenizer_config: Option<String>,
    },
}

/// How answers are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sampling {
    /// Above 0; 1 samples the model as it is.
    pub temperature: f64,
    /// Keep the k most likely tokens; `None` keeps all.
    pub top_k: Option<usize>,
    /// Keep the smallest set of tokens whose probability reaches this; 1 keeps all.
    pub top_p: f64,
    /// Drop tokens less likely than this share of the most likely one; 0 keeps all.
    pub min_p: f64,
    /// Divide the logits of tokens that stand in the prompt or the answer by this (or
    /// multiply, where they are negative); 1 leaves them.
    pub repetition_penalty: f64,
    /// In tokens, the end-of-text token included.
    pub max_new_tokens: usize,
    pub seed: u64,
}

impl Sampling {
    /// New tokens where nobody says how many.
    pub const NEW_TOKENS: usize = Generation::NEW_TOKENS;
}

impl Default for Sampling {
    fn default() -> Self {
        Sampling {
            temperature: 1.0,
            top_k: None,
            top_p: 1.0,
            min_p: 0.0,
            repetition_penalty: 1.0,
            max_new_tokens: Sampling::NEW_TOKENS,
            seed: 0,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineStatus {
    Loading,
    Ready,
    Sampling,
    Labelling,
    Training,
    Paused,
    Evaluating,
    Failed,
}

impl EngineStatus {
    /// The text that `engine-status` carries.
    pub fn slug(self) -> &'static str {
        match self {
            EngineStatus::Loading => "loading",
            EngineStatus::Ready => "ready",
            EngineStatus::Sampling => "sampling",
            EngineStatus::Labelling => "labelling",
            EngineStatus::Training => "training",
            EngineStatus::Paused => "paused",
            EngineStatus::Evaluating => "evaluating",
            EngineStatus::Failed => "failed",
        }
    }
}

/// What a zip holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportKind {
    Model,
    Trl,
}
