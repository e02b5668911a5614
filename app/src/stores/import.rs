//! Data coming in: one file after the other, each through the importer. Labels of pairs
//! that have some already wait for a word of the person.

use crate::browser::import_worker::ImportWorker;
use crate::model::arrivals::Standing;
use gloo_file::File;
use leptos::prelude::*;
use std::collections::VecDeque;
use std::sync::Arc;
use tilt_protocol::import::{ImportReport, NectarPairs};
use tilt_protocol::{CuratedSet, ImportSource, Label};
use web_sys::Blob;

/// Rows that come in of a file unless the person says otherwise: as many as a tab labels,
/// lists and trains on with ease.
pub const MOST_ROWS: usize = 5_000;

/// A file under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileProgress {
    pub name: String,
    pub read: u64,
    pub total: Option<u64>,
    pub rows: usize,
    pub refused: usize,
}

/// What came of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    pub name: String,
    pub report: ImportReport,
    /// Prompt and answers of the first rows.
    pub preview: Vec<[String; 3]>,
    pub has_refused: bool,
    /// Labels that came in: fewer than there are where the person wanted but the new ones.
    pub came_in: usize,
}

/// Labels that were read and are not here yet.
#[derive(Clone, PartialEq)]
pub struct ArrivingLabels {
    pub finished: Finished,
    pub set: Option<CuratedSet>,
    pub labels: Vec<Label>,
    pub standing: Standing,
}

/// A file that is to come in.
pub struct WantedFile {
    pub source: ImportSource,
    pub file: Option<File>,
    pub set: Option<CuratedSet>,
}

#[derive(Clone, Copy)]
pub struct ImportStore {
    progress: RwSignal<Option<FileProgress>>,
    finished: RwSignal<Option<Arc<Finished>>>,
    /// Asked before anything of the file comes in.
    question: RwSignal<Option<Arc<ArrivingLabels>>>,
    /// The refused rows of the finished file.
    refused: StoredValue<Option<Blob>, LocalStorage>,
    importer: StoredValue<Option<ImportWorker>, LocalStorage>,
    waiting: StoredValue<VecDeque<WantedFile>, LocalStorage>,
    pub limit: RwSignal<usize>,
    pub nectar: RwSignal<NectarPairs>,
    /// As typed.
    pub address: RwSignal<String>,
}

impl ImportStore {
    pub fn new() -> ImportStore {
        ImportStore {
            progress: RwSignal::new(None),
            finished: RwSignal::new(None),
            question: RwSignal::new(None),
            refused: StoredValue::new_local(None),
            importer: StoredValue::new_local(None),
            waiting: StoredValue::new_local(VecDeque::new()),
            limit: RwSignal::new(MOST_ROWS),
            nectar: RwSignal::new(NectarPairs::default()),
            address: RwSignal::new(String::new()),
        }
    }

    pub fn progress(&self) -> Signal<Option<FileProgress>> {
        self.progress.into()
    }

    pub fn finished(&self) -> Signal<Option<Arc<Finished>>> {
        self.finished.into()
    }

    pub fn question(&self) -> Signal<Option<Arc<ArrivingLabels>>> {
        self.question.into()
    }

    /// Nothing is under way any more, and nothing comes in of what was.
    pub fn give_up(&self) {
        self.waiting.update_value(VecDeque::clear);
        self.importer.set_value(None);
        self.progress.set(None);
        self.question.set(None);
        self.close();
    }

    pub fn is_busy(&self) -> bool {
        self.progress.with_untracked(Option::is_some)
            || self.question.with_untracked(Option::is_some)
    }

    /// It waits for those before it.
    pub fn queue(&self, wanted: WantedFile) {
        self.waiting
            .update_value(|waiting| waiting.push_back(wanted));
    }

    /// Takes the file that has waited longest.
    pub fn next(&self) -> Option<WantedFile> {
        let next = self.waiting.try_update_value(VecDeque::pop_front);
        next.flatten()
    }

    /// None of those that wait comes in.
    pub fn clear_queue(&self) {
        self.waiting.update_value(VecDeque::clear);
    }

    /// A file is read by this importer, which ends when it is let go.
    pub fn connect(&self, importer: Option<ImportWorker>) {
        self.importer.set_value(importer);
    }

    pub fn progressed(&self, progress: Option<FileProgress>) {
        self.progress.set(progress);
    }

    pub fn set_refused(&self, refused: Option<Blob>) {
        self.refused.set_value(refused);
    }

    /// The person is asked before it comes in.
    pub fn ask(&self, question: ArrivingLabels) {
        self.question.set(Some(Arc::new(question)));
    }

    /// The question, no longer asked.
    pub fn answered(&self) -> Option<Arc<ArrivingLabels>> {
        self.question.try_update(Option::take).flatten()
    }

    pub fn finish(&self, finished: Finished) {
        self.finished.set(Some(Arc::new(finished)));
    }

    pub fn refused(&self) -> Option<Blob> {
        self.refused.get_value()
    }

    pub fn close(&self) {
        self.finished.set(None);
        self.refused.set_value(None);
    }
}
