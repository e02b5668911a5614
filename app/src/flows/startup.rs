//! What runs from the page's start: stored labels and runs, recorded pairs, the engine, and
//! what is kept true while it lives.

use super::{
    answers, bench, closed_form, engine, offline, own_models, pairs, stored_runs, tabs, watching,
};
use crate::browser::locks;
use crate::browser::storage::web::Area;
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::texts::saving as saving_texts;
use wasm_bindgen_futures::spawn_local;

/// Starts what the page needs at its start: stored labels, shipped pairs, engine.
pub fn start(lab: Lab) {
    lab.saving.when_lost(move || stored_runs::store_again(lab));
    spawn_local(async move {
        lab.saving.open().await;
        tabs::listen(lab);
        say_what_is_missing(lab);
        // Whatever cannot be read yet must hold up nothing else.
        spawn_local(own_models::list_stored(lab));
        lab.labels.load().await;
        stored_runs::load_runs(lab).await;
        pairs::load_starter_pairs(lab).await;
    });
    engine::connect(lab, answers::handle);
    stored_runs::keep_stored(lab);
    watching::keep_watching(lab);
    pairs::keep_queue_filled(lab);
    closed_form::keep_scored(lab);
    bench::run_if_asked(lab);
    offline::keep_when_ready(lab);
}

/// Says what this browser does not let the page keep, or tell its other tabs. What comes of
/// a database that is missing is said where it is opened.
fn say_what_is_missing(lab: Lab) {
    let missing = saving_texts::missing(
        Area::Local.is_there(),
        Area::Session.is_there(),
        locks::are_there(),
        lab.others.is_listening(),
    );
    if let Some(missing) = missing {
        lab.notices.info(NoticeKey::Settings, &missing);
    }
}
