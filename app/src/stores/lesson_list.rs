//! Whether the list of lessons is open.

use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct LessonListStore {
    is_open: RwSignal<bool>,
}

impl LessonListStore {
    pub fn new() -> LessonListStore {
        LessonListStore {
            is_open: RwSignal::new(false),
        }
    }

    pub fn is_open(&self) -> Signal<bool> {
        self.is_open.into()
    }

    pub fn set_open(&self, is_open: bool) {
        self.is_open.set(is_open);
    }

    pub fn toggle(&self) {
        self.is_open.update(|is_open| *is_open = !*is_open);
    }
}
