//! Labels on their way to IndexedDB and back.

use super::label_history::{Entry, Slot};
use super::notices::{NoticeKey, Notices};
use super::saving::Saving;
use crate::json;
use crate::storage::{Store, Write};
use crate::texts::label as texts;
use leptos::prelude::*;
use std::collections::BTreeSet;
use tilt_protocol::Label;
use wasm_bindgen::JsValue;

#[derive(Clone, Copy)]
pub struct LabelSaving {
    saving: Saving,
    notices: Notices,
    /// Keys that could not be written: tried again with the next change.
    unwritten: StoredValue<BTreeSet<u64>>,
}

impl LabelSaving {
    pub fn new(saving: Saving, notices: Notices) -> LabelSaving {
        LabelSaving {
            saving,
            notices,
            unwritten: StoredValue::new(BTreeSet::new()),
        }
    }

    /// What is stored, by key.
    pub async fn load(self) -> Vec<Entry> {
        let mut unreadable = 0;
        let stored = self.saving.read_all(Store::Labels).await;
        let entries = stored
            .into_iter()
            .filter_map(|(key, value)| {
                let label = label_of(&value);
                unreadable += usize::from(label.is_none());
                Some(Entry { key, label: label? })
            })
            .collect();
        if unreadable > 0 {
            self.notices
                .info(NoticeKey::UnreadableLabels, &texts::unreadable(unreadable));
        }
        entries
    }

    /// What is stored under these keys now.
    pub async fn stored(self, keys: &[u64]) -> Vec<Slot> {
        let mut slots = Vec::with_capacity(keys.len());
        for &key in keys {
            let [value] = self.saving.read([Store::Labels], key).await;
            slots.push(Slot {
                key,
                before: None,
                after: value.and_then(|value| label_of(&value)),
            });
        }
        slots
    }

    /// Writes what the slots hold after a change, and what could not be written before;
    /// `stored` is called with the keys once they are.
    pub fn write(
        self,
        slots: &[Slot],
        current: impl Fn(u64) -> Option<Label>,
        stored: impl FnOnce(Vec<u64>) + 'static,
    ) {
        let mut writes: Vec<Write> = slots
            .iter()
            .map(|slot| change(slot.key, slot.after.as_ref()))
            .collect();
        let mut keys: BTreeSet<u64> = slots.iter().map(|slot| slot.key).collect();
        let again = self.unwritten.try_update_value(std::mem::take);
        for key in again.unwrap_or_default() {
            if keys.insert(key) {
                writes.push(change(key, current(key).as_ref()));
            }
        }
        self.saving.write(&writes, move |is_written| {
            if is_written {
                stored(keys.into_iter().collect());
            } else {
                self.unwritten
                    .update_value(|unwritten| unwritten.extend(keys));
            }
        });
    }

    /// Everything was erased: there is nothing left to write.
    pub fn forget(&self) {
        self.unwritten.update_value(BTreeSet::clear);
    }
}

fn change(key: u64, label: Option<&Label>) -> Write {
    match label {
        // A label is plain data: its JSON cannot fail.
        Some(label) => {
            let json = serde_json::to_string(label).unwrap_or_default();
            Write::Put(Store::Labels, key, JsValue::from_str(&json))
        }
        None => Write::Delete(Store::Labels, key),
    }
}

fn label_of(value: &JsValue) -> Option<Label> {
    json::from_str(&value.as_string()?).ok()
}
