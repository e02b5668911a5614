//! What leaves the lab as a zip: the model, and a run to be continued with TRL.

use super::later::do_later;
use crate::browser::download::download;
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::model::run_record::RunRecord;
use crate::stores::engine::Purpose;
use crate::texts::files as texts;
use crate::texts::runs as run_texts;
use gloo_file::Blob;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::export::{ExportMeta, label_counts};
use tilt_protocol::label::rows_from_labels;
use tilt_protocol::{Command, EngineStatus, Error, Example, ExportKind, TrainSettings};

/// The policy as it is, with a card.
pub fn export_model(lab: Lab) {
    do_later(lab, Box::pin(asking_for_model(lab)));
}

/// The run under way or the last one; before the first one with the settings of the form.
pub fn continue_in_trl(lab: Lab, of_the_form: TrainSettings) {
    do_later(lab, Box::pin(asking_for_trl(lab, of_the_form)));
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn asking_for_model(lab: Lab) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move { ask_for_model(lab) }))
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn asking_for_trl(lab: Lab, of_the_form: TrainSettings) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(ask_for_trl(lab, of_the_form)))
}

fn ask_for_model(lab: Lab) {
    lab.notices.dismiss(NoticeKey::Export);
    let run = lab.run.run().get_untracked();
    let record = lab.runs.get(run.id).filter(|_| run.step > 0);
    let meta = meta(lab, record.as_ref(), run.step);
    let command = Command::ExportModel {
        meta: Box::new(meta),
    };
    lab.engine.request(Purpose::ExportModel, command);
}

async fn ask_for_trl(lab: Lab, of_the_form: TrainSettings) {
    lab.notices.dismiss(NoticeKey::Export);
    let run = lab.run.run().get_untracked();
    let record = lab.runs.get(run.id).filter(|_| run.rows > 0);
    let stored = match &record {
        Some(record) => lab.run_saving.saved_in_time(record.uid).await,
        None => None,
    };
    let settings = match &record {
        Some(record) => record.settings.clone(),
        None => of_the_form,
    };
    let examples = match stored {
        Some(stored) => stored.rows,
        None => rows(lab, &settings),
    };
    let meta = ExportMeta {
        rows: examples.len(),
        ..meta(lab, record.as_ref(), run.step)
    };
    let command = Command::ContinueInTrl {
        settings,
        examples,
        meta: Box::new(meta),
    };
    let id = lab.engine.request(Purpose::ExportModel, command);
    lab.engine.expect(id, EngineStatus::Evaluating);
}

fn rows(lab: Lab, settings: &TrainSettings) -> Vec<Example> {
    let labels = lab.data_report.training_side(lab.labels.all());
    rows_from_labels(&labels, settings.objective.row_kind())
}

/// What is known of the model and its run.
fn meta(lab: Lab, record: Option<&Arc<RunRecord>>, steps_taken: usize) -> ExportMeta {
    let model = lab.engine.model().get_untracked();
    let device = lab.engine.device().get_untracked();
    let run = lab.run.run().get_untracked();
    let policy = run.policy_at();
    ExportMeta {
        base_model: model.map(|model| model.name).unwrap_or_default(),
        settings: record.map(|record| record.settings.clone()),
        changes: record
            .map(|record| {
                let changes = record.changes.iter();
                changes.map(|change| run_texts::change(change.step, &change.what))
            })
            .into_iter()
            .flatten()
            .collect(),
        steps_taken,
        labels: label_counts(&lab.labels.all()),
        rows: run.rows,
        metrics: run.metrics,
        win_rate: lab.evaluate.report_of(policy),
        device: device.map(|device| format!("{}, {}", device.kind.slug(), device.adapter)),
        ..ExportMeta::default()
    }
}

/// Offers a zip that the engine made.
///
/// # Errors
/// [`Error::Io`] when the browser refuses, [`Error::Protocol`] without the zip.
pub fn download_zip(kind: ExportKind, buffers: &[ArrayBuffer]) -> Result<(), Error> {
    let zip = buffers.first().ok_or_else(|| Error::Protocol {
        reason: texts::NO_ZIP.to_owned(),
    })?;
    let name = match kind {
        ExportKind::Model => texts::MODEL_ZIP,
        ExportKind::Trl => texts::TRL_ZIP,
    };
    let zip = Blob::new_with_options(zip.clone(), Some("application/zip"));
    download(name, &zip)
}
