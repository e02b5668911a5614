//! Runs as files: CSV and JSON of all, event files for TensorBoard.

use super::later::do_later;
use crate::browser::download::download;
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::model::run_record::RunRecord;
use crate::model::run_table::long_csv;
use crate::model::tensorboard::{event_file, folder_name};
use crate::texts::runs as texts;
use gloo_file::Blob;
use leptos::prelude::*;
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter, crc32};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::Arc;
use tilt_protocol::Error;

/// What runs are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunFormat {
    Csv,
    Json,
    TensorBoard,
}

impl RunFormat {
    pub const ALL: [RunFormat; 3] = [RunFormat::Csv, RunFormat::Json, RunFormat::TensorBoard];

    pub fn name(self) -> &'static str {
        match self {
            RunFormat::Csv => "CSV",
            RunFormat::Json => "JSON",
            RunFormat::TensorBoard => texts::TENSORBOARD,
        }
    }
}

/// Offers all runs as a file.
pub fn export_runs(lab: Lab, format: RunFormat) {
    do_later(lab, Box::pin(exporting(lab, format)));
}

#[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
fn exporting(lab: Lab, format: RunFormat) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move {
        if let Err(error) = offer(lab, format) {
            lab.notices.error(NoticeKey::Export, &error.to_string());
        } else {
            lab.notices.dismiss(NoticeKey::Export);
        }
    }))
}

fn offer(lab: Lab, format: RunFormat) -> Result<(), Error> {
    // The live run's curve lies elsewhere while it grows.
    let runs: Vec<Arc<RunRecord>> = untrack(|| lab.run.all())
        .into_iter()
        .map(Arc::new)
        .collect();
    match format {
        RunFormat::Csv => {
            let blob = Blob::new_with_options(long_csv(&runs).as_str(), Some("text/csv"));
            download(texts::CSV_FILE, &blob)
        }
        RunFormat::Json => {
            let text = format!("{:#}\n", as_json(&runs));
            let blob = Blob::new_with_options(text.as_str(), Some("application/json"));
            download(texts::JSON_FILE, &blob)
        }
        RunFormat::TensorBoard => {
            let zip = zipped(&runs)?;
            let blob = Blob::new_with_options(zip.as_slice(), Some("application/zip"));
            download(texts::TENSORBOARD_FILE, &blob)
        }
    }
}

fn as_json(runs: &[Arc<RunRecord>]) -> Value {
    let runs: Vec<Value> = runs
        .iter()
        .map(|run| {
            let curve: Vec<Value> = run
                .curve
                .iter()
                .map(|point| json!({"step": point.step, "metrics": point.metrics}))
                .collect();
            json!({"run": **run, "curve": curve})
        })
        .collect();
    json!({"tilt_runs": 1, "runs": runs})
}

/// A folder a run, as TensorBoard tells runs apart.
fn zipped(runs: &[Arc<RunRecord>]) -> Result<Vec<u8>, Error> {
    let mut writer = ZipArchiveWriter::new(Vec::new());
    for run in runs {
        let begun_s = begun_s(run);
        let name = format!(
            "{}/events.out.tfevents.{begun_s:.0}.tilt",
            folder_name(&run.name, run.uid)
        );
        let data = event_file(run, begun_s);
        let builder = writer
            .new_file(&name)
            .compression_method(CompressionMethod::STORE);
        let (mut entry, _) = builder.start().map_err(Error::internal)?;
        entry.write_all(&data).map_err(Error::internal)?;
        let told = DataDescriptorOutput::new(crc32(&data), data.len() as u64);
        entry.finish(told).map_err(Error::internal)?;
    }
    writer.finish().map_err(Error::internal)
}

/// A run's number begins with the time at which it was asked for, in milliseconds.
fn begun_s(run: &RunRecord) -> f64 {
    const DIGITS_OF_THE_TAB: u64 = 1000;
    (run.uid / DIGITS_OF_THE_TAB) as f64 / 1000.0
}
