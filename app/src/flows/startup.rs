//! What runs from the page's start: stored labels, recorded pairs, the engine, and
//! the two things kept true while it lives (the watched pair, the filled queue).

use super::{answers, resume, training};
use crate::browser::storage::web::Area;
use crate::browser::worker::{Incoming, WorkerClient};
use crate::browser::{json, locks};
use crate::flows::own_models;
use crate::lab::Lab;
use crate::model::address::{link, resolve, version};
use crate::model::random::derived;
use crate::stores::engine::{Again, Purpose};
use crate::stores::labels::Entry;
use crate::stores::notices::NoticeKey;
use crate::stores::{bench, closed_form, others};
use crate::texts::notices as texts;
use crate::texts::saving as saving_texts;
use js_sys::Promise;
use leptos::prelude::*;
use tilt_protocol::{Command, EngineStatus, Error, Pair, RequestId, Sampling, Simd};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// New pairs are sampled when fewer wait than this.
const QUEUE_LOW: usize = 6;
/// Pairs sampled at a time.
const REFILL: usize = 12;

/// Starts what the page needs at its start: stored labels, shipped pairs, engine.
pub fn start(lab: Lab) {
    lab.saving.when_lost(move || resume::store_again(lab));
    spawn_local(async move {
        lab.saving.open().await;
        others::listen(lab);
        say_what_is_missing(lab);
        // Whatever cannot be read yet must hold up nothing else.
        spawn_local(own_models::list_stored(lab));
        lab.labels.load().await;
        resume::load_runs(lab).await;
        load_starter_pairs(lab).await;
    });
    connect_engine(lab);
    resume::keep_stored(lab);
    keep_watching(lab);
    keep_queue_filled(lab);
    closed_form::keep_scored(lab);
    bench::run_if_asked(lab);
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

fn connect_engine(lab: Lab) {
    let address = engine_address(lab.engine.simd());
    let started = WorkerClient::start(&address, move |incoming| match incoming {
        Incoming::Message { message, buffers } => answers::handle(lab, *message, &buffers),
        Incoming::Unreadable(error) => lab
            .notices
            .error(NoticeKey::EngineMessage, &error.to_string()),
        Incoming::Broken(error) => engine_failed(lab, &error),
    });
    match started {
        Ok(client) => lab.engine.connect(client),
        Err(error) => engine_failed(lab, &error),
    }
}

/// The engine's script, in this page's version, for the build that is wanted.
pub fn engine_address(simd: Option<Simd>) -> String {
    let simd = simd.map(|simd| simd.slug().to_owned());
    link(&resolve("engine.js"), &[("v", version()), ("simd", simd)])
}

/// The engine will not come, or is gone. A WebGPU that broke is left for the CPU;
/// otherwise the page says what happened, and what still works.
pub fn engine_failed(lab: Lab, error: &Error) {
    resume::engine_gone(lab);
    lab.evaluate.clear();
    lab.evaluate.stop_autolabel();
    lab.closed_form.clear();
    lab.blind.clear();
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
        spawn_local(async move { connect_engine(lab) });
        return;
    }
    training::break_off(lab);
    lab.engine.give_up();
    lab.notices
        .error(NoticeKey::Engine, &texts::engine_down(error));
}

/// Puts the recorded pairs that come with the page into the queue.
pub async fn load_starter_pairs(lab: Lab) {
    lab.labels.set_begun(false);
    let url = resolve("datasets/starter-pairs.json");
    match fetch_text(&url).await.and_then(|text| {
        json::from_str::<Vec<Pair>>(&text).map_err(|error| Error::malformed(&url, error))
    }) {
        Ok(pairs) => lab.labels.enqueue(pairs, Some(lab.form.seed())),
        Err(error) => lab.notices.error(
            NoticeKey::StarterPairs,
            &texts::starter_pairs_missing(&error),
        ),
    }
    lab.labels.set_begun(true);
}

/// A text that comes with the page.
///
/// # Errors
/// [`Error::Fetch`] with the reason.
pub async fn fetch_text(url: &str) -> Result<String, Error> {
    let response = fetch(url).await?;
    let text = body(url, response.text()).await?;
    text.as_string()
        .ok_or_else(|| fetch_failed(url, texts::NO_TEXT.to_owned()))
}

/// The answer of a server that says that all is well.
///
/// # Errors
/// [`Error::Fetch`] with the reason.
pub async fn fetch(url: &str) -> Result<web_sys::Response, Error> {
    let window = web_sys::window().ok_or_else(|| fetch_failed(url, texts::NO_WINDOW.to_owned()))?;
    let response = JsFuture::from(window.fetch_with_str(url))
        .await
        .and_then(|response| response.dyn_into::<web_sys::Response>())
        .map_err(|cause| fetch_failed(url, crate::browser::worker::js_text(&cause)))?;
    if response.ok() {
        return Ok(response);
    }
    Err(fetch_failed(url, texts::server_answered(response.status())))
}

/// What an answer carries, once it is all there.
///
/// # Errors
/// [`Error::Fetch`] with the reason.
pub async fn body(url: &str, coming: Result<Promise, JsValue>) -> Result<JsValue, Error> {
    let to_reason = |cause: JsValue| fetch_failed(url, crate::browser::worker::js_text(&cause));
    JsFuture::from(coming.map_err(to_reason)?)
        .await
        .map_err(to_reason)
}

fn fetch_failed(url: &str, reason: String) -> Error {
    Error::Fetch {
        url: url.to_owned(),
        reason,
    }
}

/// The selected pair, and the model that shows it, are watched by the engine.
fn keep_watching(lab: Lab) {
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

fn watch(lab: Lab, entry: &Entry) {
    let Some(example) = entry.label.as_row() else {
        return;
    };
    if let Some(id) = lab.engine.send(
        Purpose::Watch,
        Command::Watch {
            example,
            against: lab.selection.against().get_untracked(),
        },
    ) {
        lab.selection.watching(id, entry);
    }
}

fn keep_queue_filled(lab: Lab) {
    let is_wanted = Memo::new(move |_| {
        lab.labels.is_loaded().get()
            && lab.labels.waiting() < QUEUE_LOW
            && lab.labels.may_refill()
            && lab.engine.status().get() == EngineStatus::Ready
            && !lab.bench.is_running()
    });
    Effect::new(move |_| {
        if is_wanted.get() {
            sample_pairs(lab, REFILL, Vec::new());
        }
    });
}

/// Asks for pairs of answers, to prompts of the world where none are given: other pairs
/// each time, and on the next visit too.
pub fn sample_pairs(lab: Lab, count: usize, prompts: Vec<String>) -> Option<RequestId> {
    let id = lab.engine.send(
        Purpose::SamplePairs,
        Command::SamplePairs {
            count,
            prompts,
            sampling: Sampling {
                seed: derived(lab.form.seed(), lab.labels.next_refill()),
                ..Sampling::default()
            },
        },
    );
    lab.engine.expect(id, EngineStatus::Sampling);
    id
}
