//! The other tabs of this page: what this one stores they are told, and the reverse.

use super::Lab;
use crate::other_tabs::{News, OtherTabs};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

#[derive(Clone, Copy)]
pub struct Others {
    tabs: StoredValue<Option<OtherTabs>, LocalStorage>,
}

impl Others {
    pub fn new() -> Others {
        Others {
            tabs: StoredValue::new_local(None),
        }
    }

    pub fn tell(&self, news: &News) {
        self.tabs.with_value(|tabs| {
            if let Some(tabs) = tabs {
                tabs.tell(news);
            }
        });
    }
}

/// From now on takes in what other tabs store.
pub fn listen(lab: Lab) {
    let tabs = OtherTabs::listen(move |news| match news {
        News::Labels(keys) => spawn_local(async move { lab.labels.take_stored(&keys).await }),
        News::Runs => spawn_local(super::resume::take_stored_runs(lab)),
        News::Erased => super::actions::forget_all(lab),
    });
    lab.others.tabs.set_value(tabs);
}
