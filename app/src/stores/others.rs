//! The other tabs of this page: what this one stores they are told, and the reverse.

use crate::browser::other_tabs::{News, OtherTabs};
use leptos::prelude::*;

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

    /// `None` where the browser has no way to tell them.
    pub fn connect(&self, tabs: Option<OtherTabs>) {
        self.tabs.set_value(tabs);
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
