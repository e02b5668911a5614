//! Whatever is stored goes through here: what cannot be is said once, with what to do.

use super::notices::{NoticeKey, Notices};
use crate::storage::{Storage, StorageError, Store, Write};
use crate::texts::saving as texts;
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

#[derive(Clone, Copy)]
pub struct Saving {
    storage: StoredValue<Option<Rc<Storage>>, LocalStorage>,
    notices: Notices,
}

impl Saving {
    pub fn new(notices: Notices) -> Saving {
        Saving {
            storage: StoredValue::new_local(None),
            notices,
        }
    }

    /// Opens the database; where there is none, that is said and nothing is stored.
    pub async fn open(self) {
        let notices = self.notices;
        let outdated = move || {
            self.storage.set_value(None);
            notices.error(NoticeKey::Outdated, texts::OUTDATED);
        };
        match Storage::open(outdated).await {
            Ok(storage) => self.storage.set_value(Some(Rc::new(storage))),
            Err(error) => self.warn(&error),
        }
    }

    /// Requests the changes now and tells later whether they are stored.
    pub fn write(self, writes: &[Write], told: impl FnOnce(bool) + 'static) {
        let Some(storage) = self.storage.get_value() else {
            told(false);
            return;
        };
        match storage.write(writes) {
            Err(error) => {
                self.warn(&error);
                told(false);
            }
            Ok(written) => spawn_local(async move {
                let written = written.await;
                if let Err(error) = &written {
                    self.warn(error);
                } else {
                    self.notices.dismiss(NoticeKey::Storage);
                }
                told(written.is_ok());
            }),
        }
    }

    /// All values of a table; none where it cannot be read.
    pub async fn read_all(self, store: Store) -> Vec<(u64, JsValue)> {
        let Some(storage) = self.storage.get_value() else {
            return Vec::new();
        };
        storage.read_all(store).await.unwrap_or_else(|error| {
            self.warn(&error);
            Vec::new()
        })
    }

    /// One value of each table under the same key.
    pub async fn read<const N: usize>(self, stores: [Store; N], key: u64) -> [Option<JsValue>; N] {
        let none = [const { None }; N];
        let Some(storage) = self.storage.get_value() else {
            return none;
        };
        storage.read(stores, key).await.unwrap_or_else(|error| {
            self.warn(&error);
            none
        })
    }

    fn warn(&self, error: &StorageError) {
        let text = match error {
            StorageError::Full => texts::FULL.to_owned(),
            StorageError::Browser(error) => texts::cannot_store(&error.to_string()),
        };
        self.notices.error(NoticeKey::Storage, &text);
    }
}
