//! What the page's address may ask for, read.

use crate::model::bench_form::BenchForm;
use crate::model::level::Level;
use crate::model::parameters::ParameterTexts;
use tilt_protocol::{DevicePreference, ModelName, ObjectiveKind, SimdBuild};

/// What the URL asks for, each value already checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UrlParams {
    pub device: Option<DevicePreference>,
    pub model: Option<ModelName>,
    pub objective: Option<ObjectiveKind>,
    pub seed: Option<u64>,
    pub beta: Option<f64>,
    pub lr: Option<f64>,
    pub steps: Option<usize>,
    /// What is not as the objective proposes it; nothing, where all is.
    pub parameters: Option<ParameterTexts>,
    pub theme: Option<String>,
    pub level: Option<Level>,
    /// The build of the engine for the CPU.
    pub simd: Option<SimdBuild>,
    /// A benchmark to run at once.
    pub bench: Option<BenchForm>,
    /// Part of another page: nothing but the lab is shown.
    pub is_embedded: bool,
}

/// Why a value is not taken: it is not what the table says, or more precisely not this.
pub(super) enum ParameterRefusal {
    AsListed,
    Expected(String),
}
