//! What a learner hands in: the lesson's report, put together and saved.

use crate::browser::download::download;
use crate::browser::url::version;
use crate::lab::Lab;
use crate::model::lesson_progress::{LessonProgress, StepProgress};
use crate::model::notice::NoticeKey;
use crate::model::prediction_words::{came_about, in_words, is_right};
use crate::model::report_page::report_page;
use crate::stores::lesson::LessonStore;
use gloo_file::Blob;
use leptos::prelude::*;
use tilt_protocol::Example;
use tilt_protocol::classroom::{
    ActReport, AnswerReport, LabelReport, LearnerReport, PredictionReport, REPORT_VERSION,
    ReportFacts, RunReport,
};
use tilt_protocol::lesson::{Facts, Step, pack};
use wasm_bindgen_futures::spawn_local;

/// How the report is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// A page for people with the data in it.
    Page,
    /// The data alone.
    Json,
}

/// Puts the report together and offers it as a file.
pub fn save_report(lab: Lab, store: LessonStore, format: ReportFormat) {
    spawn_local(async move {
        let report = report_of(lab, store).await;
        let (text, kind, ending) = match format {
            ReportFormat::Page => {
                let dates = [report.started, report.ended].map(local_date);
                (report_page(&report, &dates), "text/html", "html")
            }
            ReportFormat::Json => (report.to_json() + "\n", "application/json", "json"),
        };
        let name = format!("tilt-report-{}.{ending}", report.lesson);
        let blob = Blob::new_with_options(&*text, Some(kind));
        if let Err(error) = download(&name, &blob) {
            lab.notices.error(NoticeKey::Lesson, &error.to_string());
        }
    });
}

fn local_date(ms: f64) -> String {
    let date = js_sys::Date::new(&ms.into());
    date.to_locale_string("default", &wasm_bindgen::JsValue::UNDEFINED)
        .into()
}

/// All that a teacher reads of it, as `docs/lessons.md` has it.
async fn report_of(lab: Lab, store: LessonStore) -> LearnerReport {
    let lesson = store.lesson();
    let facts = store.facts().get_untracked();
    let progress = store.progress().get_untracked();
    let model = lab.engine.model().get_untracked();
    let device = lab.engine.device().get_untracked();
    let of_steps = || lesson.steps.iter().zip(&progress.steps).enumerate();
    let (rows, runs) = runs_of(lab, &facts).await;
    let labels = lab.labels.entries().with_untracked(|entries| {
        let own = entries.iter().filter(|entry| entry.label.is_own());
        own.map(|entry| LabelReport::of(&entry.label)).collect()
    });
    LearnerReport {
        tilt_report: REPORT_VERSION,
        lesson: lesson.id.clone(),
        lesson_hash: lesson.hash(),
        lesson_packed: pack(&lesson.to_json()),
        tilt: version().unwrap_or_default(),
        device: device.map(|device| device.kind.slug().to_owned()),
        model: model.as_ref().map(|model| model.name.clone()),
        model_hash: model.map(|model| model.identity),
        name: progress.name.trim().to_owned(),
        started: progress.started_ms,
        ended: js_sys::Date::now(),
        predictions: of_steps()
            .map(|(index, (step, done))| predicted(index, step, done, &progress, &facts))
            .collect(),
        acts: of_steps()
            .map(|(_, (step, done))| ActReport {
                done: done.done,
                of: step.acts.len(),
                runs: done.runs.clone(),
                times: done.times.clone(),
            })
            .collect(),
        answers: of_steps()
            .map(|(_, (step, done))| answered(step, done))
            .collect(),
        verdicts: progress
            .steps
            .iter()
            .map(|step| step.verdict.clone())
            .collect(),
        labels,
        facts: ReportFacts {
            labels: facts.labels,
            agreement: facts.agreement,
        },
        rows,
        runs,
    }
}

fn predicted(
    index: usize,
    step: &Step,
    done: &StepProgress,
    progress: &LessonProgress,
    facts: &Facts,
) -> Option<PredictionReport> {
    let predict = step.predict.as_ref()?;
    let said = done.prediction.as_ref().filter(|_| done.is_locked)?;
    let stands = done.verdict.as_ref().map(|verdict| verdict.verdict);
    let counted = progress.counted_at(index, facts);
    Some(PredictionReport {
        said: said.clone(),
        text: in_words(predict, said),
        came: came_about(predict, said, stands, &counted),
        is_right: is_right(predict, said, stands),
    })
}

fn answered(step: &Step, done: &StepProgress) -> AnswerReport {
    let right = step.quiz.as_ref().and_then(|quiz| quiz.right);
    AnswerReport {
        explanation: done.explanation.clone(),
        ticked: done.ticked.clone(),
        answer: done.answer.clone(),
        chosen: done.chosen,
        is_right: done
            .chosen
            .zip(right)
            .map(|(chosen, right)| chosen == right),
    }
}

/// The runs with the rows that they were trained on, each row once.
async fn runs_of(lab: Lab, facts: &Facts) -> (Vec<Example>, Vec<RunReport>) {
    let (mut rows, mut runs) = (Vec::new(), Vec::new());
    for run in &facts.runs {
        let record = lab.runs.find(|record| record.uid == run.id);
        let is_changed = record.is_some_and(|record| !record.changes.is_empty());
        let of_run = lab.run_saving.rows(run.id).await;
        let of_run = of_run.map(|of_run| LearnerReport::take_rows(&mut rows, &of_run));
        runs.push(RunReport::of(run, is_changed, of_run));
    }
    (rows, runs)
}
