//! Labels on their way to IndexedDB and back.

use super::notices::Notices;
use super::saving::Saving;
use crate::browser::storage::{Store, Write};
use crate::model::json;
use crate::model::label_history::{LabelEdit, LabelEntry};
use crate::model::notice::NoticeKey;
use crate::model::ordered::OrderedSet;
use crate::model::stored::{Stored, StoredLabel};
use crate::texts::label as texts;
use leptos::prelude::*;
use tilt_protocol::Label;
use wasm_bindgen::JsValue;

#[derive(Clone, Copy)]
pub struct LabelSaving {
    saving: Saving,
    notices: Notices,
    reading: StoredValue<LabelReading>,
}

/// What is to be read of the stored labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WantedLabels {
    pub all: bool,
    pub keys: OrderedSet<u64>,
}

#[derive(Debug, Default)]
struct LabelReading {
    wanted: WantedLabels,
    is_under_way: bool,
}

impl LabelSaving {
    pub fn new(saving: Saving, notices: Notices) -> LabelSaving {
        LabelSaving {
            saving,
            notices,
            reading: StoredValue::new(LabelReading::default()),
        }
    }

    /// More is to be read; true where nobody reads already. Readings take turns, so that
    /// none overtakes a later one.
    pub fn want(self, wanted: WantedLabels) -> bool {
        let want = |reading: &mut LabelReading| {
            reading.wanted.all |= wanted.all;
            reading.wanted.keys.extend(wanted.keys);
            !std::mem::replace(&mut reading.is_under_way, true)
        };
        self.reading.try_update_value(want).unwrap_or_default()
    }

    /// What is to be read now; `None` ends the reading.
    pub fn next_wanted(self) -> Option<WantedLabels> {
        let next = |reading: &mut LabelReading| {
            let wanted = std::mem::take(&mut reading.wanted);
            let is_any = wanted.all || !wanted.keys.is_empty();
            reading.is_under_way = is_any;
            is_any.then_some(wanted)
        };
        self.reading.try_update_value(next).flatten()
    }

    /// The reading failed, and is to be taken up later.
    pub async fn put_off(self, wanted: WantedLabels) {
        self.reading
            .update_value(|reading| reading.is_under_way = false);
        self.saving.later().await;
        // Another one may have begun meanwhile; then it reads this too.
        self.reading.update_value(|reading| {
            reading.wanted.all |= wanted.all;
            reading.wanted.keys.extend(wanted.keys);
        });
    }

    /// What is stored of it, by key; `None` where that could not be read.
    pub async fn stored(self, wanted: &WantedLabels) -> Option<Vec<StoredLabel>> {
        if wanted.all {
            let labels = match self.saving.read_all([Store::Labels]).await {
                Stored::Failed => return None,
                Stored::Absent => Vec::new(),
                Stored::Found([labels]) => labels,
            };
            let found = labels.iter().map(|(key, value)| (*key, label_of(value)));
            let found: Vec<StoredLabel> = found.collect();
            let is_unreadable = |found: &&StoredLabel| found.1 == Stored::Failed;
            let unreadable = found.iter().filter(is_unreadable).count();
            if unreadable > 0 {
                self.notices
                    .info(NoticeKey::UnreadableLabels, &texts::unreadable(unreadable));
            }
            return Some(found);
        }
        let places: Vec<(Store, u64)> = wanted.keys.iter().map(|k| (Store::Labels, *k)).collect();
        let values = match self.saving.read_places(&places).await {
            Stored::Failed => return None,
            Stored::Absent => vec![None; places.len()],
            Stored::Found(values) => values,
        };
        let labels = values.iter().map(|value| match value {
            None => Stored::Absent,
            Some(value) => label_of(value),
        });
        Some(wanted.keys.iter().copied().zip(labels).collect())
    }

    /// A moment, for [`LabelSaving::is_newer`].
    pub fn now(self) -> u64 {
        self.saving.now()
    }

    /// This tab's label, or its removal, is newer than what was read since `moment`.
    pub fn is_newer(self, moment: u64, key: u64) -> bool {
        self.saving.is_newer(moment, Store::Labels, key)
    }

    /// Writes what edited labels are after a change; `stored` is called with their keys once
    /// they are.
    pub fn write(self, edits: &[LabelEdit], stored: impl FnOnce(Vec<u64>) + 'static) {
        let writes = edits
            .iter()
            .map(|edit| change(edit.key, edit.after.as_ref()))
            .collect();
        let keys = edits.iter().map(|edit| edit.key).collect();
        self.saving.write(writes, move || stored(keys));
    }

    /// Writes those of the labels that are not stored, as after their database was taken
    /// away; `stored` as above.
    pub async fn write_missing(
        self,
        entries: &[LabelEntry],
        stored: impl FnOnce(Vec<u64>) + 'static,
    ) {
        let all = WantedLabels {
            all: true,
            ..WantedLabels::default()
        };
        let found = loop {
            match self.stored(&all).await {
                Some(found) => break found,
                None => self.saving.later().await,
            }
        };
        let there: OrderedSet<u64> = found.into_iter().map(|(key, _)| key).collect();
        let missing: Vec<LabelEdit> = entries
            .iter()
            .filter(|entry| !there.contains(&entry.key))
            .map(|entry| LabelEdit {
                key: entry.key,
                before: None,
                after: Some(entry.label.clone()),
            })
            .collect();
        if !missing.is_empty() {
            self.write(&missing, stored);
        }
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

fn label_of(value: &JsValue) -> Stored<Label> {
    let label = value
        .as_string()
        .and_then(|text| json::from_str(&text).ok());
    label.map_or(Stored::Failed, Stored::Found)
}
