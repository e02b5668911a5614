//! Everything gone: from the storage, from this tab, and from the other ones.

use super::checkpoints;
use super::pairs::load_starter_pairs;
use super::training::reset;
use crate::browser::offline;
use crate::browser::other_tabs::News;
use crate::browser::storage::web::Area;
use crate::browser::storage::{Store, Write};
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::model::offline::{NotKept, OfflineState};
use crate::stores::engine::Purpose;
use crate::stores::lab_code;
use crate::texts::notices as texts;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// Everything that is stored gone, in the other tabs too, the policy back at its
/// reference.
pub fn erase_all(lab: Lab) {
    lab.notices.dismiss(NoticeKey::Erase);
    spawn_local(async move {
        let at_ms = js_sys::Date::now();
        let was_open = lab.saving.was_open();
        match lab.saving.write_once(&Store::ALL.map(Write::Clear)).await {
            Ok(()) => lab.others.tell(&News::Erased { at_ms }),
            Err(reason) if was_open => {
                lab.notices
                    .error(NoticeKey::Erase, &texts::not_erased(&reason));
                return;
            }
            // Nothing of this visit was stored, and what it holds can be let go.
            Err(reason) => {
                lab.notices
                    .error(NoticeKey::Erase, &texts::erased_here(&reason));
            }
        }
        // A browser that does not answer holds up nothing else.
        spawn_local(offline::forget());
        forget_all(lab, at_ms);
    });
}

/// What this tab knows gone, and what it was about to store: everything was erased at
/// `at_ms`.
pub fn forget_all(lab: Lab, at_ms: f64) {
    lab.saving.erased(at_ms);
    if untrack(|| lab.offline.state().get()).is_some() {
        lab.offline.set_state(OfflineState::None(NotKept::Erased));
    }
    lab.run_saving.forget();
    lab.models.clear();
    checkpoints::ended(lab);
    lab.labels.erase_all();
    lab_code::outlive(lab.settings);
    lab.settings.forget();
    lab.form.reset();
    lab.engine
        .give_up_on(|purpose| matches!(purpose, Purpose::Autolabel | Purpose::SamplePairs));
    lab.evaluate.stop_autolabel();
    if untrack(|| lab.engine.is_up()) {
        reset(lab);
    }
    lab.import.give_up();
    lab.lab_arrival.give_up();
    lab.runs.clear();
    lab.evaluate.clear();
    super::run_result::clear(lab);
    crate::flows::data_report::give_up(lab);
    lab.data_report.reset();
    lab.reward_model.clear();
    lab.roads.clear();
    lab.evaluate.choose_principle(None);
    lab.judged.clear();
    Area::Local.remove(&lab.space.sweep());
    Area::Local.remove(&lab.space.taken_up());
    Area::Local.remove_all(&lab.space.draft());
    lab.lesson_list.set_writing(false);
    lab.notices.say(texts::ERASED);
    if Area::Local.get(&lab.space.lesson()).is_some() {
        // A lesson begins anew, as it does in an empty lab.
        Area::Local.remove_all(&lab.space.lesson());
        // The page's own address can always be loaded again.
        let _ = web_sys::window().map(|window| window.location().reload());
        return;
    }
    spawn_local(load_starter_pairs(lab));
}
