//! What a learner hands in at the end of a lesson.

use crate::dataset::Example;
use crate::identity::ModelIdentity;
use crate::label::{Label, Verdict as LabelVerdict};
use crate::lesson::{
    AgreementFacts, KlFacts, LabelFacts, Lesson, Prediction, RunFacts, Verdict, WinRateFacts,
    unpack,
};
use crate::metrics::{
    GRAD_NORM, LAST_STEPS, LOGPS_CHOSEN, LOGPS_REJECTED, LOSS, Metrics, REWARDS_ACCURACIES,
    REWARDS_CHOSEN, REWARDS_MARGINS, REWARDS_REJECTED,
};
use crate::objective_kind::ObjectiveKind;
use crate::settings::TrainSettings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the format, under `tilt_report`.
pub const REPORT_VERSION: u64 = 1;

/// Points that a curve keeps before its last steps: enough to be drawn and to be compared.
const POINTS_BEFORE: usize = 30;

/// What a curve keeps of each of these steps.
pub(super) const KEPT: [&str; 8] = [
    LOSS,
    GRAD_NORM,
    REWARDS_CHOSEN,
    REWARDS_REJECTED,
    REWARDS_MARGINS,
    REWARDS_ACCURACIES,
    LOGPS_CHOSEN,
    LOGPS_REJECTED,
];

/// One learner's way through one lesson. Nothing in it says who it was, but for a name that
/// the learner may have written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LearnerReport {
    /// [`REPORT_VERSION`].
    pub tilt_report: u64,
    /// The lesson's id.
    pub lesson: String,
    pub lesson_hash: String,
    /// The lesson itself, packed as links carry it ([`crate::lesson::pack`]).
    #[serde(default)]
    pub lesson_packed: String,
    /// The page's version.
    pub tilt: String,
    /// `webgpu` or `cpu`; `None` where no engine was there.
    #[serde(default)]
    pub device: Option<String>,
    /// As the model is called: `small`.
    #[serde(default)]
    pub model: Option<String>,
    #[serde(default)]
    pub model_hash: Option<ModelIdentity>,
    /// A nickname, or nothing.
    #[serde(default)]
    pub name: String,
    /// When the lesson was begun and this report written, in milliseconds since 1970.
    pub started: f64,
    #[serde(default)]
    pub ended: f64,
    /// One entry a step, in all of these.
    pub predictions: Vec<Option<PredictionReport>>,
    pub acts: Vec<ActReport>,
    #[serde(default)]
    pub answers: Vec<AnswerReport>,
    /// `None` where a step has no check, or has not been come to.
    pub verdicts: Vec<Option<Verdict>>,
    /// Labels that the learner gave.
    #[serde(default)]
    pub labels: Vec<LabelReport>,
    pub facts: ReportFacts,
    /// Training rows, each once; runs name theirs by index.
    #[serde(default)]
    pub rows: Vec<Example>,
    /// The lesson's runs, in the order in which they began.
    pub runs: Vec<RunReport>,
}

/// What a learner said would come, and what came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PredictionReport {
    pub said: Prediction,
    /// Both for people.
    pub text: String,
    #[serde(default)]
    pub came: Option<String>,
    /// `None` where nothing tells.
    #[serde(default)]
    pub is_right: Option<bool>,
}

/// What a step asked to be done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ActReport {
    pub done: usize,
    pub of: usize,
    /// The ids of the runs by which they were done.
    #[serde(default)]
    pub runs: Vec<u64>,
    #[serde(default)]
    pub times: StepTimes,
}

/// When things happened at a step, in milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StepTimes {
    /// The step began.
    pub began: Option<f64>,
    /// Its prediction was locked.
    pub locked: Option<f64>,
    /// Each act was seen to be done.
    pub done: Vec<f64>,
    /// The learner went on.
    pub left: Option<f64>,
}

/// What was written, ticked and chosen at a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerReport {
    /// In the learner's own words.
    pub explanation: String,
    /// Points of the model answer that the learner found in it, by index.
    pub ticked: Vec<usize>,
    /// To a quiz without options.
    pub answer: String,
    /// The option of a quiz that has some.
    pub chosen: Option<usize>,
    /// Whether that is the right one.
    pub is_right: Option<bool>,
}

/// One label that the learner gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelReport {
    pub prompt: String,
    pub a: String,
    pub b: String,
    pub verdict: LabelVerdict,
}

impl LabelReport {
    pub fn of(label: &Label) -> LabelReport {
        LabelReport {
            prompt: label.pair.prompt.clone(),
            a: label.pair.answer_a.clone(),
            b: label.pair.answer_b.clone(),
            verdict: label.verdict,
        }
    }
}

/// What was measured beside the runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportFacts {
    /// By who gave them.
    pub labels: Vec<LabelFacts>,
    pub agreement: Vec<AgreementFacts>,
}

/// One run, with what it takes to train it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    pub id: u64,
    pub objective: ObjectiveKind,
    pub settings: TrainSettings,
    /// As the model is called: `small`.
    pub model: String,
    /// Optimiser steps taken.
    pub steps: usize,
    pub is_ended: bool,
    /// Settings were changed while it was under way: then it cannot be trained again from
    /// these.
    #[serde(default)]
    pub is_changed: bool,
    /// Its training rows in their order, by index; `None` where they are no longer known.
    #[serde(default)]
    pub rows: Option<Vec<usize>>,
    pub curve: Vec<CurveReport>,
    #[serde(default)]
    pub kl: Option<KlFacts>,
    #[serde(default)]
    pub win_rates: Vec<WinRateFacts>,
}

/// One step of a run's curve.
pub type CurveReport = crate::lesson::CurveFacts;

impl RunReport {
    /// Of a run as it was measured; `rows` as in [`RunReport::rows`].
    pub fn of(run: &RunFacts, is_changed: bool, rows: Option<Vec<usize>>) -> RunReport {
        RunReport {
            id: run.id,
            objective: run.objective,
            settings: run.settings.clone(),
            model: run.model.clone(),
            steps: run.steps,
            is_ended: run.is_ended,
            is_changed,
            rows,
            curve: thinned(&run.curve),
            kl: run.kl,
            win_rates: run.win_rates.clone(),
        }
    }

    /// Its training rows; `None` where they are not known, or the report has not got them.
    pub fn examples(&self, report: &LearnerReport) -> Option<Vec<Example>> {
        let rows = self.rows.as_ref()?;
        rows.iter()
            .map(|row| report.rows.get(*row).cloned())
            .collect()
    }
}

/// The last steps, which checks take the mean of, and points evenly before them.
pub(super) fn thinned(curve: &[CurveReport]) -> Vec<CurveReport> {
    let (before, last) = curve.split_at(curve.len().saturating_sub(LAST_STEPS));
    let count = before.len().min(POINTS_BEFORE);
    let evenly = (0..count).map(|index| &before[index * before.len() / count]);
    evenly.chain(last).map(outlined).collect()
}

fn outlined(point: &CurveReport) -> CurveReport {
    let kept = KEPT.iter().filter_map(|name| {
        let value = point.metrics.get(name)?;
        Some(((*name).to_owned(), value))
    });
    CurveReport {
        step: point.step,
        metrics: Metrics::from(kept.collect::<BTreeMap<String, f64>>()),
    }
}

impl LearnerReport {
    /// The rows of a run as indices, taken into the report where they are new.
    pub fn take_rows(rows: &mut Vec<Example>, of_run: &[Example]) -> Vec<usize> {
        let place = |row: &Example| match rows.iter().position(|known| known == row) {
            Some(place) => place,
            None => {
                rows.push(row.clone());
                rows.len() - 1
            }
        };
        of_run.iter().map(place).collect()
    }

    /// The lesson that the report is of; `None` where it is not in it, or not the one of its
    /// hash.
    pub fn lesson_itself(&self) -> Option<Lesson> {
        let lesson = Lesson::from_json(&unpack(&self.lesson_packed)?).ok()?;
        (lesson.hash() == self.lesson_hash && lesson.id == self.lesson).then_some(lesson)
    }

    /// Checks that hold, of those that the lesson has, as far as the report says.
    pub fn checks_held(&self) -> (usize, usize) {
        let told = self.verdicts.iter().flatten();
        let held = told.filter(|verdict| verdict.verdict == crate::lesson::Standing::Holds);
        let of = self.lesson_itself().map_or_else(
            || self.verdicts.iter().flatten().count(),
            |lesson| {
                lesson
                    .steps
                    .iter()
                    .filter(|step| step.check.is_some())
                    .count()
            },
        );
        (held.count(), of)
    }

    /// As JSON, in one line.
    pub fn to_json(&self) -> String {
        // Plain data, which can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}
