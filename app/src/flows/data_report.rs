//! A report on the labels: asked for, and its filters.

use super::later::do_later;
use crate::browser::later::{Doing, NotLoaded, wasm_split};
use crate::lab::Lab;
use crate::model::json;
use crate::model::notice::NoticeKey;
use crate::stores::engine::Purpose;
use crate::texts::data_report as texts;
use leptos::prelude::*;
use std::collections::HashSet;
use tilt_protocol::report::Filter;
use tilt_protocol::{Command, DataReport, Deferred, EngineStatus, Error, RequestId};

/// Asks for a report on all labels, scored under the reference, and by the judge where a
/// principle is chosen.
pub fn ask(lab: Lab) {
    let store = lab.data_report;
    lab.notices.dismiss(NoticeKey::DataReport);
    give_up(lab);
    let principle = lab.evaluate.principle().get_untracked();
    let entries = lab.labels.entries().get_untracked();
    let id = lab.engine.request(
        Purpose::Report,
        Command::Report {
            labels: lab.labels.all(),
            principle,
            max_length: untrack(|| lab.form.settings()).max_length,
            held_out: store.held_out().get_untracked(),
        },
    );
    if let Some(id) = id {
        store.begin(id, entries, principle);
        lab.engine.expect(Some(id), EngineStatus::Evaluating);
    }
}

/// The report has come, and is read by the part of the page that shows it.
pub fn reported(lab: Lab, id: RequestId, report: Deferred<DataReport>) {
    do_later(lab, Box::pin(reading(lab, id, report)));
}

#[wasm_split(labels, wasm_split_path = leptos::wasm_split, fallible)]
fn reading(lab: Lab, id: RequestId, report: Deferred<DataReport>) -> Result<Doing, NotLoaded> {
    Ok(Box::pin(async move {
        match json::from_str(report.json()) {
            Ok(report) => lab.data_report.answered(Some(id), report),
            Err(error) => {
                lab.data_report.failed(id);
                let error = Error::malformed("a report", error);
                lab.notices.error(NoticeKey::DataReport, &error.to_string());
            }
        }
    }))
}

/// Stops the report under way, if there is one.
pub fn give_up(lab: Lab) {
    if let Some(request) = lab.data_report.give_up() {
        lab.engine
            .request(Purpose::Control, Command::Cancel { request });
    }
}

/// Asks which labels of the report a filter leaves.
pub fn filter(lab: Lab, filter: Filter) {
    if let Some(report) = lab.data_report.current() {
        lab.notices.dismiss(NoticeKey::DataReport);
        lab.engine.request(
            Purpose::Report,
            Command::Filter {
                report,
                filters: vec![filter],
                seed: lab.form.seed(),
            },
        );
    }
}

/// Removes the labels that a filter left out, as one change, and looks again.
pub fn filtered(lab: Lab, kept: &[usize]) {
    let Some(shown) = lab.data_report.shown().get_untracked() else {
        return;
    };
    if !lab.data_report.is_current().get_untracked() {
        // Labelled on in the meantime: what the filter saw is no longer there.
        return;
    }
    let mut dropped: HashSet<u64> = shown.entries.iter().map(|entry| entry.key).collect();
    for entry in kept.iter().filter_map(|&index| shown.entries.get(index)) {
        dropped.remove(&entry.key);
    }
    lab.notices.say(&texts::removed(dropped.len()));
    if !dropped.is_empty() {
        lab.labels.remove(|entry| dropped.contains(&entry.key));
        ask(lab);
    }
}
