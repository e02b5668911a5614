//! What outlives a visit, in IndexedDB: labels, runs with their curves, rows and
//! checkpoints, imported models. [`web`] holds the few settings.
//!
//! A write is requested, and its transaction committed, before the call returns: a reload
//! right after it loses nothing.

mod database;
pub mod ledger;
mod migrations;
pub mod web;

use crate::texts::saving as texts;
pub use database::{Database, Lost};
use wasm_bindgen::{JsCast, JsValue};

/// Why something is not stored, or could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorageError {
    /// This browser has no such storage, or not for this page.
    Missing,
    /// The connection is closed: the browser, or who cleared its data, took it away.
    Closed,
    /// There is no room left.
    Full,
    /// The browser took the change back and gave no reason.
    TakenBack,
    /// An older copy of the page holds the database open.
    Blocked,
    /// The browser does not answer.
    Silent,
    /// In the browser's own words.
    Browser(String),
}

impl StorageError {
    /// For people.
    pub fn reason(&self) -> String {
        match self {
            StorageError::Missing => texts::NO_DATABASE,
            StorageError::Closed => texts::DATABASE_CLOSED,
            StorageError::Full => texts::NO_ROOM,
            StorageError::TakenBack => texts::TAKEN_BACK,
            StorageError::Blocked => texts::OLDER_COPY_OPEN,
            StorageError::Silent => texts::NO_ANSWER,
            StorageError::Browser(told) => told,
        }
        .to_owned()
    }
}

impl From<JsValue> for StorageError {
    fn from(cause: JsValue) -> StorageError {
        let name = cause.dyn_ref::<web_sys::DomException>().map(|e| e.name());
        match name.as_deref() {
            Some("QuotaExceededError") => StorageError::Full,
            Some("InvalidStateError") => StorageError::Closed,
            _ => StorageError::Browser(crate::browser::worker::js_text(&cause)),
        }
    }
}

/// The tables. Keys are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Store {
    /// A label's JSON, under its place in the order of labelling.
    Labels,
    /// A run's JSON, under its uid.
    Runs,
    /// The JSON of a run's curve, under its uid.
    Curves,
    /// The JSON of a run's training rows, under its uid.
    Rows,
    /// The file of a run's checkpoint (an `ArrayBuffer`), under its uid.
    Checkpoints,
    /// The imported model's parts: texts and `ArrayBuffer`s, under numbers of their own.
    Models,
    /// The JSON of what a person has said of a run, under its uid: apart from the run, so
    /// that the tab which trains it does not write over it.
    Marks,
}

impl Store {
    pub const ALL: [Store; 7] = [
        Store::Labels,
        Store::Runs,
        Store::Curves,
        Store::Rows,
        Store::Checkpoints,
        Store::Models,
        Store::Marks,
    ];

    /// As the database and the file of a whole lab name it.
    pub fn name(self) -> &'static str {
        match self {
            Store::Labels => "labels",
            Store::Runs => "runs",
            Store::Curves => "curves",
            Store::Rows => "rows",
            Store::Checkpoints => "checkpoints",
            Store::Models => "models",
            Store::Marks => "marks",
        }
    }
}

/// One change of a table.
#[derive(Clone, Debug)]
pub enum Write {
    Put(Store, u64, JsValue),
    Delete(Store, u64),
    Clear(Store),
}

impl Write {
    fn store(&self) -> Store {
        match self {
            Write::Put(store, ..) | Write::Delete(store, _) | Write::Clear(store) => *store,
        }
    }

    /// What it changes, where that is one value.
    fn place(&self) -> Option<(Store, u64)> {
        match self {
            Write::Put(store, key, _) | Write::Delete(store, key) => Some((*store, *key)),
            Write::Clear(_) => None,
        }
    }
}
