//! What the person does apart from the run: judging, comparing, measuring, erasing.

use super::pairs::sample_pairs;
use crate::browser::navigator;
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::texts::label as label_texts;
use crate::texts::notices as texts;
use leptos::prelude::*;
use tilt_protocol::Verdict;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::StorageManager;

/// Pairs sampled at a time for a prompt of the person's own.
const OWN_PAIRS: usize = 4;

/// A verdict on the pair that is there.
pub fn judge(lab: Lab, verdict: Verdict) {
    let is_first = lab
        .labels
        .entries()
        .with_untracked(|entries| entries.is_empty());
    let is_there = untrack(|| lab.labels.current()).is_some();
    lab.labels.judge(verdict);
    lab.notices.dismiss(NoticeKey::Train);
    if is_there {
        let count = lab.labels.entries().with_untracked(|entries| entries.len());
        say_next(lab, &label_texts::judged(verdict, count));
    }
    if is_first {
        ask_to_persist();
    }
}

/// Leaves the pair for later.
pub fn skip(lab: Lab) {
    let is_there = untrack(|| lab.labels.current()).is_some();
    lab.labels.skip();
    if is_there {
        say_next(lab, label_texts::SKIPPED);
    }
}

/// Tells a screen reader what was done, and the pair that is there now.
fn say_next(lab: Lab, done: &str) {
    let next = match untrack(|| lab.labels.current()) {
        Some(pair) => label_texts::next(&pair.prompt, &pair.answer_a, &pair.answer_b),
        None => label_texts::NO_NEXT.to_owned(),
    };
    lab.notices.say(&label_texts::then(done, &next));
}

/// Takes back the last change of the labels, and says which.
pub fn undo(lab: Lab) {
    if let Some(summary) = lab.labels.undo() {
        lab.notices.say(&texts::undone(&summary));
    }
}

/// Does the change that was taken back again, and says which.
pub fn redo(lab: Lab) {
    if let Some(summary) = lab.labels.redo() {
        lab.notices.say(&texts::redone(&summary));
    }
}

/// Asks for pairs of answers to a prompt of the person's own, which come next.
pub fn sample_for(lab: Lab, prompt: &str) {
    let id = sample_pairs(lab, OWN_PAIRS, vec![prompt.to_owned()]);
    lab.labels.await_pairs(id);
}

/// Asks the browser to keep what is stored; a refusal changes nothing.
fn ask_to_persist() {
    let storage = navigator::part("storage").map(JsCast::unchecked_into::<StorageManager>);
    if let Some(Ok(asked)) = storage.map(|storage| storage.persist()) {
        spawn_local(async move {
            let _ = JsFuture::from(asked).await;
        });
    }
}
