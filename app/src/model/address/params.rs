//! What the page's address may ask for, read.

use crate::model::bench_form::BenchForm;
use crate::model::lesson_source::LessonSource;
use crate::model::level::Level;
use crate::model::parameters::ParameterTexts;
use tilt_protocol::{DeviceKind, DevicePreference, ModelName, ObjectiveKind, SimdBuild};

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
    /// The lesson that the page is opened for.
    pub lesson: Option<LessonSource>,
    /// Part of another page: nothing but the lab is shown.
    pub is_embedded: bool,
}

impl UrlParams {
    /// What a lesson's set-up says where the address does not; a lesson is about its own model.
    pub fn take_setup(&mut self, setup: LessonStart) {
        self.model = Some(setup.model);
        self.level = self.level.or(setup.level);
        self.device = self.device.or(setup.device.map(|device| match device {
            DeviceKind::Cpu => DevicePreference::Cpu,
            DeviceKind::Webgpu => DevicePreference::Webgpu,
        }));
    }
}

/// What a lab has to know of a lesson's set-up before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LessonStart {
    pub model: ModelName,
    pub level: Option<Level>,
    pub device: Option<DeviceKind>,
}

/// Why a value is not taken: it is not what the table says, or more precisely not this.
pub(super) enum ParameterRefusal {
    AsListed,
    Expected(String),
}
