//! Pairs to be labelled: recorded ones that come with the page, and sampled ones.

use crate::browser::http::fetch_text;
use crate::browser::url::resolve;
use crate::lab::Lab;
use crate::model::json;
use crate::model::notice::NoticeKey;
use crate::model::random::derived;
use crate::stores::engine::Purpose;
use crate::texts::notices as texts;
use leptos::prelude::*;
use tilt_protocol::{Command, EngineStatus, Error, Pair, RequestId, Sampling};

/// New pairs are sampled when fewer wait than this.
const QUEUE_LOW: usize = 6;
/// Pairs sampled at a time.
const REFILL: usize = 12;

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

/// Samples new pairs whenever few wait and the engine has nothing else to do.
pub fn keep_queue_filled(lab: Lab) {
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
    let id = lab.engine.request(
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
