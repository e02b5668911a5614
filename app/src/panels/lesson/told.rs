//! Tells the page around this one how far the learner is.

use crate::browser::around;
use crate::model::json;
use crate::model::lesson_message::{LessonTold, resumed};
use crate::stores::lesson::LessonStore;
use leptos::prelude::*;
use serde_json::Value;

/// Tells each change from when the lesson has begun, and lets itself be brought back to a step
/// where the learner has done nothing yet.
pub fn keep_told(store: LessonStore) {
    let lesson = store.lesson();
    let hash = lesson.hash();
    let progress = store.progress();
    let now = {
        let lesson = lesson.clone();
        Memo::new(move |_| {
            let told = || progress.with(|progress| LessonTold::of(&lesson, progress));
            store.has_begun().then(told)
        })
    };
    let own_hash = hash.clone();
    Effect::new(move |before: Option<Option<LessonTold>>| {
        let before = before.flatten();
        let now = now.get();
        if let Some(told) = now.as_ref().filter(|now| before.as_ref() != Some(*now)) {
            let event = told.event(before.as_ref());
            around::tell(&told.message(&lesson, &own_hash, event).to_string());
        }
        now
    });
    around::on_told(move |text| {
        let message = json::from_str::<Value>(text).ok();
        if let Some(step) = message.and_then(|message| resumed(&message, &hash)) {
            store.resume(step);
        }
    });
}
