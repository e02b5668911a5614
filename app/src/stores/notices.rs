//! What the page has to tell: errors and remarks, one a key, until dismissed.

use crate::model::notice::{Notice, NoticeKey, NoticeKind, add};
use leptos::prelude::*;

/// Sentences that stay in the screen readers' line: one that comes at once with another
/// must not replace it unheard.
const SAID_AT_ONCE: usize = 3;

/// A sentence for screen readers.
#[derive(Clone, Debug, PartialEq)]
pub struct Announcement {
    pub serial: u64,
    pub text: String,
}

#[derive(Clone, Copy)]
pub struct Notices {
    /// The latest last.
    list: RwSignal<Vec<Notice>>,
    said: RwSignal<Vec<Announcement>>,
    next_serial: StoredValue<u64>,
}

impl Notices {
    pub fn new() -> Notices {
        Notices {
            list: RwSignal::new(Vec::new()),
            said: RwSignal::new(Vec::new()),
            next_serial: StoredValue::new(0),
        }
    }

    pub fn list(&self) -> Signal<Vec<Notice>> {
        self.list.into()
    }

    /// What screen readers are told beside the notices, the latest last.
    pub fn said(&self) -> Signal<Vec<Announcement>> {
        self.said.into()
    }

    pub fn error(&self, key: NoticeKey, text: &str) {
        self.show(key, NoticeKind::Error, text);
    }

    pub fn info(&self, key: NoticeKey, text: &str) {
        self.show(key, NoticeKind::Info, text);
    }

    fn show(&self, key: NoticeKey, kind: NoticeKind, text: &str) {
        let serial = self.take_serial();
        self.list.update(|list| add(list, serial, key, kind, text));
    }

    /// Never the same twice: one that is taken back and told again at once is told.
    fn take_serial(&self) -> u64 {
        let serial = self.next_serial.get_value();
        self.next_serial.set_value(serial + 1);
        serial
    }

    pub fn dismiss(&self, key: NoticeKey) {
        if self
            .list
            .with_untracked(|list| list.iter().any(|old| old.key == key))
        {
            self.list.update(|list| list.retain(|old| old.key != key));
        }
    }

    /// Says something once to screen readers; nothing that comes every step.
    pub fn say(&self, sentence: &str) {
        let serial = self.take_serial();
        self.said.update(|said| {
            said.push(Announcement {
                serial,
                text: sentence.to_owned(),
            });
            let past = said.len().saturating_sub(SAID_AT_ONCE);
            said.drain(..past);
        });
    }
}
