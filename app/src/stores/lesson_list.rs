//! Whether the list of lessons is open, and whether a lesson is being written.

use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct LessonListStore {
    is_open: RwSignal<bool>,
    is_writing: RwSignal<bool>,
}

impl LessonListStore {
    pub fn new() -> LessonListStore {
        LessonListStore {
            is_open: RwSignal::new(false),
            is_writing: RwSignal::new(false),
        }
    }

    pub fn is_open(&self) -> Signal<bool> {
        self.is_open.into()
    }

    pub fn set_open(&self, is_open: bool) {
        self.is_open.set(is_open);
    }

    pub fn is_writing(&self) -> Signal<bool> {
        self.is_writing.into()
    }

    pub fn set_writing(&self, is_writing: bool) {
        self.is_writing.set(is_writing);
    }

    pub fn toggle(&self) {
        self.is_open.update(|is_open| *is_open = !*is_open);
    }
}
