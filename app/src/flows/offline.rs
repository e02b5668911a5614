//! Keeping the page for use without a network: begun once what is needed at first is there.

use crate::browser::offline;
use crate::browser::pause::pause;
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::model::offline::OfflineState;
use crate::texts::offline as texts;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// After the first model: the engine and its files are more urgent.
const AFTER_MS: u32 = 3000;

/// Has the page kept once its first model is there.
pub fn keep_when_ready(lab: Lab) {
    let has_begun = StoredValue::new(false);
    Effect::new(move |_| {
        if lab.engine.is_up() && !has_begun.get_value() {
            has_begun.set_value(true);
            spawn_local(async move {
                pause(AFTER_MS).await;
                offline::begin(move |state| hear(lab, state));
            });
        }
    });
}

fn hear(lab: Lab, state: &str) {
    let Some(state) = OfflineState::of(state) else {
        return;
    };
    lab.offline.set_state(state);
    if state == OfflineState::Update {
        lab.notices.info(NoticeKey::Update, texts::UPDATE_NOTICE);
    }
}

/// Asks what is kept.
pub fn look(lab: Lab) {
    spawn_local(async move { lab.offline.set_bytes(offline::bytes().await) });
}

/// Keeps what is only kept when asked for.
pub fn keep_all(lab: Lab) {
    let store = lab.offline;
    store.set_failed(None);
    store.set_coming(Some([0, 0]));
    spawn_local(async move {
        let kept = offline::keep_all(move |bytes, of| store.set_coming(Some([bytes, of]))).await;
        store.set_coming(None);
        store.set_failed(kept.err().map(|reason| texts::not_kept(&reason)));
        store.set_bytes(offline::bytes().await);
    });
}

/// Loads the newer build, where no other tab shows this one.
pub fn take_update(lab: Lab) {
    lab.offline.set_failed(None);
    spawn_local(async move {
        let others = offline::take_over().await;
        if others > 0 {
            lab.offline.set_failed(Some(texts::others_open(others)));
        }
    });
}
