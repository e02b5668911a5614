//! The door of the teacher's board: whether it is open, and reports that were dropped on the
//! page, until it takes them.

use leptos::prelude::*;

/// A file that was read, or why it could not be.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadFile {
    pub name: String,
    pub text: Result<String, String>,
}

#[derive(Clone, Copy)]
pub struct BoardStore {
    is_open: RwSignal<bool>,
    dropped: RwSignal<Vec<ReadFile>>,
}

impl BoardStore {
    pub fn new() -> BoardStore {
        BoardStore {
            is_open: RwSignal::new(false),
            dropped: RwSignal::new(Vec::new()),
        }
    }

    pub fn is_open(&self) -> Signal<bool> {
        self.is_open.into()
    }

    pub fn set_open(&self, is_open: bool) {
        self.is_open.set(is_open);
    }

    /// A report was dropped: the board opens, and will take it.
    pub fn hand_in(&self, file: ReadFile) {
        self.dropped.update(|dropped| dropped.push(file));
        self.is_open.set(true);
    }

    /// Whether reports wait, for whoever takes them.
    pub fn has_dropped(&self) -> bool {
        self.dropped.with(|dropped| !dropped.is_empty())
    }

    pub fn take_dropped(&self) -> Vec<ReadFile> {
        self.dropped.try_update(std::mem::take).unwrap_or_default()
    }
}
