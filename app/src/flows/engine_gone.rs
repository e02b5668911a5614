//! What becomes of an engine that is gone, by a lost GPU for one: another is started, on the
//! same device or on the CPU, or the page says that none will come.

use super::{resume, training};
use crate::browser::url::engine_address;
use crate::browser::worker::{FromWorker, WorkerClient};
use crate::lab::Lab;
use crate::model::notice::NoticeKey;
use crate::stores::engine::Again;
use crate::texts::notices as texts;
use crate::texts::saving as saving_texts;
use tilt_protocol::Error;
use wasm_bindgen_futures::spawn_local;

/// Starts an engine; who hears it was said before (`super::engine::connect`).
pub(super) fn connect_again(lab: Lab) {
    let address = engine_address(lab.engine.simd());
    let started = WorkerClient::start(&address, move |incoming| match incoming {
        FromWorker::Message { message, buffers } => lab.engine.hear(*message, buffers),
        FromWorker::Unreadable(error) => lab
            .notices
            .error(NoticeKey::EngineMessage, &error.to_string()),
        FromWorker::Broken(error) => failed(lab, &error),
    });
    match started {
        Ok(client) => lab.engine.connect(client),
        Err(error) => failed(lab, &error),
    }
}

/// The engine will not come, or is gone. A WebGPU that broke is left for the CPU;
/// otherwise the page says what happened, and what still works.
pub fn failed(lab: Lab, error: &Error) {
    lab.engine.hear_the_rest();
    resume::engine_gone(lab);
    lab.evaluate.clear();
    lab.evaluate.stop_autolabel();
    lab.closed_form.clear();
    lab.reward_model.clear();
    lab.roads.clear();
    lab.blind.clear();
    lab.run_result.clear();
    lab.fresh_pairs.clear();
    lab.judged.engine_gone();
    let may_be_better = matches!(error, Error::Internal { .. } | Error::Device { .. });
    let again = match may_be_better.then(|| lab.engine.start_again(js_sys::Date::now())) {
        Some(Again::SameDevice) => {
            lab.notices.info(
                NoticeKey::Engine,
                &saving_texts::engine_restarts(&error.to_string()),
            );
            true
        }
        Some(Again::Cpu) => {
            lab.notices
                .info(NoticeKey::Device, &texts::webgpu_failed(error));
            true
        }
        Some(Again::No) | None => false,
    };
    if again {
        // Not inside the old worker's own event: its listeners end here.
        spawn_local(async move { connect_again(lab) });
        return;
    }
    training::break_off(lab);
    lab.engine.give_up();
    lab.notices
        .error(NoticeKey::Engine, &texts::engine_down(error));
}
