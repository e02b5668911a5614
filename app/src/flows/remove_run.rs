//! A run goes from the list and the storage, unless another tab trains it.

use super::checkpoints;
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::texts::runs as texts;
use leptos::prelude::*;
use tilt_protocol::RunId;
use wasm_bindgen_futures::spawn_local;

/// Removes a run; `on_removed` once it is gone.
pub fn remove_run(lab: Lab, id: RunId, on_removed: Callback<()>) {
    let Some(record) = lab.runs.get(id) else {
        return;
    };
    spawn_local(async move {
        if checkpoints::is_elsewhere(lab, record.uid).await {
            // What it stores would be of a run that is gone.
            let text = texts::not_removed(&record.name);
            lab.notices.info(NoticeKey::Removal, &text);
            return;
        }
        lab.run_saving.removing(record.uid).await;
        lab.notices.dismiss(NoticeKey::Removal);
        lab.runs.remove(id);
        if lab.selection.against().get_untracked() == Some(id) {
            lab.selection.set_against(None);
        }
        lab.notices.say(&texts::removed(&record.name));
        on_removed.run(());
    });
}

/// The run that was removed last comes back, with all that was stored of it.
pub fn undo(lab: Lab) {
    lab.runs.undo_remove();
    lab.run_saving.undo_removal();
}
