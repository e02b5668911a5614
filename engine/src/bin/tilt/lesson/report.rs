//! What `tilt lesson verify` prints.

use serde::Serialize;
use tilt_protocol::lesson::Standing;

#[derive(Serialize)]
pub struct Report {
    pub seeds: Vec<u64>,
    /// Every claim of every lesson, from every seed.
    pub holds: bool,
    pub lessons: Vec<LessonReport>,
}

#[derive(Serialize)]
pub struct LessonReport {
    pub file: String,
    pub id: String,
    pub title: String,
    /// Of the lesson's canonical form.
    pub hash: String,
    pub model: String,
    pub model_hash: Option<String>,
    pub holds: bool,
    pub claims: Vec<Claim>,
    pub runs: Vec<RunReport>,
}

#[derive(Serialize)]
pub struct Claim {
    /// The step's index, from 0.
    pub step: usize,
    pub claim: String,
    /// From each seed.
    pub holds: bool,
    pub seeds: Vec<SeedVerdict>,
}

#[derive(Serialize)]
pub struct SeedVerdict {
    pub seed: u64,
    pub verdict: Standing,
    pub seen: String,
}

/// A run of one seed.
#[derive(Clone, Serialize)]
pub struct RunReport {
    pub seed: u64,
    /// The step that asked for it, from 0.
    pub step: usize,
    pub objective: &'static str,
    pub beta: Option<f64>,
    pub steps: usize,
    /// Labels that it was trained on.
    pub labels: usize,
    /// The training alone.
    pub seconds: f64,
}
