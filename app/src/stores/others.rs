//! The other tabs of this page: what this one stores they are told, and the reverse.

use crate::browser::other_tabs::{self, News, OtherTabs};
use crate::lab::Lab;
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

    /// The browser has a way to tell them.
    pub fn is_listening(&self) -> bool {
        self.tabs.with_value(Option::is_some)
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
        News::Runs => spawn_local(crate::flows::resume::take_in_time(lab)),
        News::RunsRemoved(uids) => crate::flows::resume::removed_elsewhere(lab, &uids),
        News::Models => spawn_local(crate::flows::own_models::list_stored(lab)),
        News::Imported => spawn_local(async move {
            lab.labels.load().await;
            crate::flows::resume::take_in_time(lab).await;
            crate::flows::own_models::list_stored(lab).await;
        }),
        News::Erased { at_ms } => crate::flows::labelling::forget_all(lab, at_ms),
    });
    lab.others.tabs.set_value(tabs);
    other_tabs::on_kept(move |key, text| {
        if lab.settings.follow(key, text) {
            lab.form.follow();
            lab.data_report.follow();
            if let Some(share) = lab.settings.saved().recheck_share {
                lab.labels.set_recheck_share(share.clamp(0.0, 1.0));
            }
        }
    });
}
