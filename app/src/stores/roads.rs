//! A comparison of the roads from labels to a policy: what has come of it so far.

use leptos::prelude::*;
use tilt_protocol::roads::RoadNews;
use tilt_protocol::{Deferred, Principle, RequestId};

/// A comparison that was asked for.
#[derive(Clone, PartialEq)]
pub struct AskedRoads {
    id: RequestId,
    pub principle: Principle,
    /// Runs in all.
    pub of: usize,
}

#[derive(Clone, Copy)]
pub struct RoadsStore {
    asked: RwSignal<Option<AskedRoads>>,
    is_under_way: RwSignal<bool>,
    /// One a run, read by the part of the page that shows them.
    news: RwSignal<Vec<Deferred<RoadNews>>>,
}

impl RoadsStore {
    pub fn new() -> RoadsStore {
        RoadsStore {
            asked: RwSignal::new(None),
            is_under_way: RwSignal::new(false),
            news: RwSignal::new(Vec::new()),
        }
    }

    /// The last one that was asked for.
    pub fn asked(&self) -> Signal<Option<AskedRoads>> {
        self.asked.into()
    }

    pub fn is_under_way(&self) -> Signal<bool> {
        self.is_under_way.into()
    }

    pub fn news(&self) -> Signal<Vec<Deferred<RoadNews>>> {
        self.news.into()
    }

    pub fn begin(&self, id: RequestId, principle: Principle, of: usize) {
        self.news.set(Vec::new());
        self.asked.set(Some(AskedRoads { id, principle, of }));
        self.is_under_way.set(true);
    }

    pub fn heard(&self, id: RequestId, news: Option<Deferred<RoadNews>>, done: bool) {
        if self.is_asked(id) {
            self.news.update(|all| all.extend(news));
            self.is_under_way.set(!done);
        }
    }

    /// Goes no further; returns which one that was. What has come stays.
    pub fn give_up(&self) -> Option<RequestId> {
        let id = self.asked.with_untracked(|asked| Some(asked.as_ref()?.id));
        let id = id.filter(|_| self.is_under_way.get_untracked());
        self.is_under_way.set(false);
        id
    }

    /// The one of this request goes no further.
    pub fn failed(&self, id: RequestId) {
        if self.is_asked(id) {
            self.is_under_way.set(false);
        }
    }

    /// Another model, or no engine.
    pub fn clear(&self) {
        self.is_under_way.set(false);
        self.asked.set(None);
        self.news.set(Vec::new());
    }

    fn is_asked(&self, id: RequestId) -> bool {
        self.asked
            .with_untracked(|asked| asked.as_ref().is_some_and(|asked| asked.id == id))
    }
}
