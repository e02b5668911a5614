//! Which runs of a report can be trained again, and how near they have to come.

use super::report::{LearnerReport, RunReport};
use super::rerun::Agreement;
use crate::dataset::Example;
use crate::identity::ModelIdentity;
use crate::message::ModelName;

/// Share by which numbers of the same run may differ on another build, device or number of
/// cores. Measured over 60 steps: up to 3e-6 between one and four workers, up to 8e-6 between
/// CPU and WebGPU.
pub const ELSEWHERE: f64 = 1e-3;

/// Why a run cannot be trained again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotReplayable {
    /// The model is not one that ships with Tilt.
    OwnModel(String),
    /// The model of this name is another one here.
    OtherModel(String),
    /// Settings were changed while it was under way.
    Changed,
    /// The report does not say which rows it was trained on.
    RowsUnknown,
    /// The report names rows that it has not got, or none.
    RowsMissing,
    /// No step was taken, or none is told.
    NoSteps,
}

/// A run's training rows, where it can be trained again.
///
/// # Errors
/// Why it cannot.
pub fn replayable(
    report: &LearnerReport,
    run: &RunReport,
) -> Result<(ModelName, Vec<Example>), NotReplayable> {
    if run.steps == 0 || run.curve.is_empty() {
        return Err(NotReplayable::NoSteps);
    }
    let model = ModelName::from_slug(&run.model)
        .ok_or_else(|| NotReplayable::OwnModel(run.model.clone()))?;
    if run.is_changed {
        return Err(NotReplayable::Changed);
    }
    if run.rows.is_none() {
        return Err(NotReplayable::RowsUnknown);
    }
    match run.examples(report) {
        Some(rows) if !rows.is_empty() => Ok((model, rows)),
        Some(_) | None => Err(NotReplayable::RowsMissing),
    }
}

impl LearnerReport {
    /// Whether a model that was loaded is the one that the report's runs of this name had,
    /// as far as the report says.
    pub fn has_model(&self, name: ModelName, identity: &ModelIdentity) -> bool {
        let is_told = self.model.as_deref() == Some(name.slug());
        match &self.model_hash {
            Some(told) if is_told => told == identity,
            Some(_) | None => true,
        }
    }

    /// What the numbers of a run trained again are to be compared by, on the CPU of a build
    /// of this version: to the last digit where the report is from the same.
    pub fn expected(&self, version: &str) -> Agreement {
        let is_alike = self.device.as_deref() == Some("cpu") && self.tilt == version;
        match is_alike {
            true => Agreement::Exact,
            false => Agreement::Within(ELSEWHERE),
        }
    }
}
