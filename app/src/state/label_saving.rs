//! Labels on their way to IndexedDB. What cannot be saved is said once.

use super::label_history::{Entry, Slot};
use super::notices::Notices;
use crate::storage::LabelDb;
use crate::texts::label as texts;
use leptos::prelude::*;
use std::future::Future;
use wasm_bindgen_futures::spawn_local;

#[derive(Clone, Copy)]
pub struct LabelSaving {
    db: StoredValue<Option<LabelDb>, LocalStorage>,
    notices: Notices,
}

impl LabelSaving {
    pub fn new(notices: Notices) -> LabelSaving {
        LabelSaving {
            db: StoredValue::new_local(None),
            notices,
        }
    }

    /// What earlier visits stored; from now on changes are written.
    pub async fn open(self) -> Vec<Entry> {
        let db = match LabelDb::open().await {
            Ok(db) => db,
            Err(error) => {
                self.warn_unsaved(&error);
                return Vec::new();
            }
        };
        let stored = match db.load().await {
            Ok((stored, unreadable)) => {
                if unreadable > 0 {
                    self.notices
                        .info("labels-unreadable", &texts::unreadable(unreadable));
                }
                stored
            }
            Err(error) => {
                self.warn_unsaved(&error);
                Vec::new()
            }
        };
        self.db.set_value(Some(db));
        let entries = stored.into_iter().map(|(key, label)| Entry { key, label });
        entries.collect()
    }

    /// Writes what the slots hold after a change.
    pub fn write(&self, slots: &[Slot]) {
        self.request(|db| {
            let mut written = Vec::new();
            let mut deleted = Vec::new();
            for slot in slots {
                match &slot.after {
                    Some(label) => written.push((slot.key, label)),
                    None => deleted.push(slot.key),
                }
            }
            db.change(&written, &deleted)
        });
    }

    pub fn clear(&self) {
        self.request(LabelDb::clear);
    }

    fn request<F>(&self, request: impl FnOnce(&LabelDb) -> Result<F, idb::Error>)
    where
        F: Future<Output = Result<(), idb::Error>> + 'static,
    {
        let requested = self.db.with_value(|db| db.as_ref().map(request));
        let saving = *self;
        match requested {
            None => {}
            Some(Err(error)) => saving.warn_unsaved(&error),
            Some(Ok(written)) => spawn_local(async move {
                if let Err(error) = written.await {
                    saving.warn_unsaved(&error);
                }
            }),
        }
    }

    fn warn_unsaved(&self, error: &idb::Error) {
        self.notices
            .error("labels-unsaved", &texts::cannot_store(&error.to_string()));
    }
}
