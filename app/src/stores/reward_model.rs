//! The reward model of these labels: on its way, or trained.

use super::labels::{LabelEntry, LabelStore};
use crate::model::act::NewTraining;
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::reward_report::RewardNews;
use tilt_protocol::{Deferred, Principle, RequestId};

/// What the engine says of it, read by the part of the page that shows it.
pub type UnreadNews = Deferred<RewardNews>;

/// One that was asked for.
#[derive(Clone)]
struct AskedModel {
    id: RequestId,
    of: ModelOfLabels,
    /// Milliseconds of the clock.
    since: f64,
    /// The run that waits for it.
    then: Option<Box<NewTraining>>,
}

/// What a reward model is made of, and measured by.
#[derive(Clone, PartialEq)]
pub struct ModelOfLabels {
    pub entries: Arc<Vec<LabelEntry>>,
    pub principle: Principle,
}

/// One that is there.
#[derive(Clone, PartialEq)]
pub struct TrainedModel {
    pub of: ModelOfLabels,
    pub seconds: f64,
    /// With the report.
    pub news: UnreadNews,
}

#[derive(Clone, Copy)]
pub struct RewardModelStore {
    asked: RwSignal<Option<AskedModel>>,
    /// Of the one that was asked for.
    heard: RwSignal<Option<UnreadNews>>,
    trained: RwSignal<Option<TrainedModel>>,
    is_current: Memo<bool>,
}

impl RewardModelStore {
    pub fn new(labels: LabelStore) -> RewardModelStore {
        let trained = RwSignal::new(None::<TrainedModel>);
        let made_of = move || trained.with(|trained| Some(trained.as_ref()?.of.entries.clone()));
        let is_current = labels.are_still(made_of);
        RewardModelStore {
            asked: RwSignal::new(None),
            heard: RwSignal::new(None),
            trained,
            is_current,
        }
    }

    /// Whether there is one, of the labels as they are.
    pub fn is_current(&self) -> Memo<bool> {
        self.is_current
    }

    pub fn is_under_way(&self) -> bool {
        self.asked.with(Option::is_some)
    }

    /// Of the one that is under way.
    pub fn heard(&self) -> Signal<Option<UnreadNews>> {
        self.heard.into()
    }

    pub fn trained(&self) -> Signal<Option<TrainedModel>> {
        self.trained.into()
    }

    /// One is asked for; `then` a run is to begin with it.
    pub fn begin(&self, id: RequestId, of: ModelOfLabels, since: f64, then: Option<NewTraining>) {
        self.heard.set(None);
        self.asked.set(Some(AskedModel {
            id,
            of,
            since,
            then: then.map(Box::new),
        }));
    }

    /// News of the one that was asked for.
    pub fn hear(&self, id: RequestId, news: UnreadNews) {
        if self.is_asked(id) {
            self.heard.set(Some(news));
        }
    }

    /// The one that was asked for is there; the run that waited for it.
    pub fn finish(&self, id: RequestId, news: UnreadNews, now: f64) -> Option<NewTraining> {
        if !self.is_asked(id) {
            return None;
        }
        let asked = self.asked.try_update(Option::take).flatten()?;
        self.heard.set(None);
        self.trained.set(Some(TrainedModel {
            of: asked.of,
            seconds: (now - asked.since) / 1000.0,
            news,
        }));
        asked.then.map(|then| *then)
    }

    /// Nobody waits for the one under way any more; returns which one that was.
    pub fn give_up(&self) -> Option<RequestId> {
        let asked = self.asked.try_update(Option::take).flatten()?;
        self.heard.set(None);
        Some(asked.id)
    }

    /// The one of this request will not come.
    pub fn failed(&self, id: RequestId) {
        if self.is_asked(id) {
            self.give_up();
        }
    }

    /// Another model, or no engine: it was of the old one.
    pub fn clear(&self) {
        self.give_up();
        self.trained.set(None);
    }

    fn is_asked(&self, id: RequestId) -> bool {
        self.asked
            .with_untracked(|asked| asked.as_ref().is_some_and(|asked| asked.id == id))
    }
}
