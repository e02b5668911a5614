//! Whether preference training does what it should: labels by the judge, a run with the
//! page's defaults, and the win rate after it.

use crate::evaluate::pairs::PairDrawer;
use crate::evaluate::win_rate::WinRateRun;
use crate::model::Model;
use crate::session::Session;
use burn::tensor::Tensor;
use serde::Serialize;
use tilt_protocol::{
    JudgeSettings, ObjectiveKind, Principle, Result, Sampling, TrainSettings, WinRateReport,
};

/// One run to measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlignmentTask {
    pub principle: Principle,
    pub objective: ObjectiveKind,
    pub seed: u64,
    /// Decisive pairs that the judge labels.
    pub labels: usize,
    /// Decisive comparisons wanted.
    pub decisive: usize,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alignment {
    pub principle: Principle,
    pub objective: &'static str,
    pub seed: u64,
    pub labels: usize,
    pub steps: usize,
    /// Policy after the run against the reference, on held-out prompts.
    pub report: WinRateReport,
}

impl AlignmentTask {
    /// Labels, trains and measures; the model's own weights are policy and reference.
    ///
    /// # Errors
    /// Those of [`PairDrawer::advance`], [`Session::start`], [`Session::step`] and
    /// [`WinRateRun::advance`].
    pub async fn run(&self, model: &Model, reference: &Tensor<1>) -> Result<Alignment> {
        let sampling = Sampling {
            seed: self.seed,
            ..Sampling::default()
        };
        let judge = JudgeSettings::of(self.principle, 0.0);
        let mut drawer = PairDrawer::new(Vec::new(), Some(judge), self.labels, sampling)?;
        let kind = self.objective.row_kind();
        let examples = drawer.all_examples(model, reference, kind).await?;
        let settings = TrainSettings {
            seed: self.seed,
            ..TrainSettings::lab_defaults(self.objective)
        };
        let steps = settings.steps;
        let rows = model
            .rows(&examples, &settings.objective, settings.max_length)?
            .all_good()?
            .rows;
        let mut session = Session::start(model, reference.clone(), reference, rows, settings)?;
        session.leave_out_statistics();
        while !session.step(model).await?.done {}
        let measured = WinRateRun::new(self.principle, self.seed).until(self.decisive);
        let report = measured.to_end(model, session.policy(), reference).await?;
        Ok(Alignment {
            principle: self.principle,
            objective: self.objective.slug(),
            seed: self.seed,
            labels: self.labels,
            steps,
            report,
        })
    }
}
