//! What the page has to tell: errors and remarks, one a key, until dismissed.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    Error,
    Info,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// A later notice with the same key replaces an earlier one.
    pub key: String,
    pub kind: NoticeKind,
    pub text: String,
}

impl Notice {
    pub fn error(key: &str, text: &str) -> Notice {
        Notice {
            key: key.to_owned(),
            kind: NoticeKind::Error,
            text: text.to_owned(),
        }
    }

    pub fn info(key: &str, text: &str) -> Notice {
        Notice {
            kind: NoticeKind::Info,
            ..Notice::error(key, text)
        }
    }
}

#[derive(Clone, Copy)]
pub struct Notices {
    list: RwSignal<Vec<Notice>>,
    /// One polite sentence for screen readers.
    said: RwSignal<String>,
}

impl Notices {
    pub fn new() -> Notices {
        Notices {
            list: RwSignal::new(Vec::new()),
            said: RwSignal::new(String::new()),
        }
    }

    pub fn list(&self) -> Signal<Vec<Notice>> {
        self.list.into()
    }

    pub fn said(&self) -> Signal<String> {
        self.said.into()
    }

    pub fn show(&self, notice: Notice) {
        self.list.update(|list| {
            list.retain(|old| old.key != notice.key);
            list.push(notice);
        });
    }

    pub fn error(&self, key: &str, text: &str) {
        self.show(Notice::error(key, text));
    }

    pub fn info(&self, key: &str, text: &str) {
        self.show(Notice::info(key, text));
    }

    pub fn dismiss(&self, key: &str) {
        if self
            .list
            .with_untracked(|list| list.iter().any(|old| old.key == key))
        {
            self.list.update(|list| list.retain(|old| old.key != key));
        }
    }

    /// Says something once to screen readers; nothing that comes every step.
    pub fn say(&self, sentence: &str) {
        self.said.set(sentence.to_owned());
    }
}
