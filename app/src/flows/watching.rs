//! The pair that is looked at: the engine says of its tokens what the policy makes of them.

use crate::lab::Lab;
use crate::stores::engine::Purpose;
use crate::stores::labels::LabelEntry;
use leptos::prelude::*;
use tilt_protocol::Command;

/// The selected pair, and the model that shows it, are watched by the engine.
pub fn keep_watching(lab: Lab) {
    let watched = Memo::new(move |_| {
        let is_up = lab.engine.is_up();
        let selected = lab.selection.selected().get();
        let against = lab.selection.against().get();
        let entry = selected.filter(|_| is_up).map(|selected| selected.entry);
        entry.map(|entry| (entry, against))
    });
    Effect::new(move |_| match watched.get() {
        Some((entry, _)) => watch(lab, &entry),
        None => lab.selection.clear(),
    });
}

/// Asks for the selected pair's tokens again.
pub fn watch_again(lab: Lab) {
    if let Some(selected) = lab.selection.selected().get_untracked() {
        watch(lab, &selected.entry);
    }
}

fn watch(lab: Lab, entry: &LabelEntry) {
    let Some(example) = entry.label.as_row() else {
        return;
    };
    if let Some(id) = lab.engine.request(
        Purpose::Watch,
        Command::Watch {
            example,
            against: lab.selection.against().get_untracked(),
        },
    ) {
        lab.selection.watching(id, entry);
    }
}
