//! Labels and the pairs that wait for one. Each verdict is written to IndexedDB
//! as it falls.

use super::notices::Notices;
use crate::random::coin;
use crate::storage::LabelDb;
use leptos::prelude::*;
use std::collections::{HashSet, VecDeque};
use std::future::Future;
use std::sync::Arc;
use tilt_protocol::{Label, Labeller, Pair, Verdict};
use wasm_bindgen_futures::spawn_local;

/// A label and its place in the order of labelling.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: u64,
    pub label: Label,
}

#[derive(Clone, Copy)]
pub struct LabelStore {
    entries: RwSignal<Arc<Vec<Entry>>>,
    queue: RwSignal<VecDeque<Pair>>,
    /// What was stored has been read, or cannot be.
    is_loaded: RwSignal<bool>,
    db: StoredValue<Option<LabelDb>, LocalStorage>,
    last_key: StoredValue<u64>,
    refills: StoredValue<u64>,
    /// How many labels there were when sampling last failed: it is tried again
    /// after the next one.
    failed_refill: RwSignal<Option<usize>>,
    notices: Notices,
}

impl LabelStore {
    pub fn new(notices: Notices) -> LabelStore {
        LabelStore {
            entries: RwSignal::new(Arc::new(Vec::new())),
            queue: RwSignal::new(VecDeque::new()),
            is_loaded: RwSignal::new(false),
            db: StoredValue::new_local(None),
            last_key: StoredValue::new(0),
            refills: StoredValue::new(0),
            failed_refill: RwSignal::new(None),
            notices,
        }
    }

    pub fn entries(&self) -> Signal<Arc<Vec<Entry>>> {
        self.entries.into()
    }

    pub fn is_loaded(&self) -> Signal<bool> {
        self.is_loaded.into()
    }

    /// The pair to label now.
    pub fn current(&self) -> Option<Pair> {
        self.queue.with(|queue| queue.front().cloned())
    }

    pub fn waiting(&self) -> usize {
        self.queue.with(VecDeque::len)
    }

    /// Sampling new pairs may be tried.
    pub fn may_refill(&self) -> bool {
        let count = self.entries.with(|entries| entries.len());
        self.failed_refill.get() != Some(count)
    }

    pub fn refill_failed(&self) {
        let count = self.entries.with_untracked(|entries| entries.len());
        self.failed_refill.set(Some(count));
    }

    /// A number that no refill of these labels had before.
    pub fn next_refill(&self) -> u64 {
        let refill = self.refills.get_value();
        self.refills.set_value(refill + 1);
        let count = self.entries.with_untracked(|entries| entries.len() as u64);
        (count << 20) + refill
    }

    pub fn all(&self) -> Vec<Label> {
        self.entries
            .with_untracked(|entries| entries.iter().map(|entry| entry.label.clone()).collect())
    }

    /// Reads what earlier visits stored.
    pub async fn load(self) {
        match LabelDb::open().await {
            Err(error) => self.warn_unsaved(&error),
            Ok(db) => {
                match db.load().await {
                    Err(error) => self.warn_unsaved(&error),
                    Ok((stored, unreadable)) => {
                        if unreadable > 0 {
                            self.notices.info(
                                "labels-unreadable",
                                &format!(
                                    "{unreadable} stored labels could not be read and are left out."
                                ),
                            );
                        }
                        if let Some((key, _)) = stored.last() {
                            self.last_key.set_value(*key);
                        }
                        let stored = stored.into_iter().map(|(key, label)| Entry { key, label });
                        self.entries
                            .update(|entries| *entries = Arc::new(stored.collect()));
                    }
                }
                self.db.set_value(Some(db));
            }
        }
        self.drop_labelled();
        self.is_loaded.set(true);
    }

    /// Adds pairs to label. With a seed, sides change by it; answers that are the
    /// same on both sides are left out.
    pub fn enqueue(&self, pairs: Vec<Pair>, side_seed: Option<u64>) {
        let mut known: HashSet<String> = self.entries.with_untracked(|entries| {
            entries
                .iter()
                .map(|entry| entry.label.pair.id.clone())
                .collect()
        });
        self.queue.update(|queue| {
            known.extend(queue.iter().map(|pair| pair.id.clone()));
            for mut pair in pairs {
                let is_shipped = side_seed.is_some();
                if pair.answer_a == pair.answer_b || (is_shipped && known.contains(&pair.id)) {
                    continue;
                }
                if side_seed.is_some_and(|seed| coin(seed, &pair.id)) {
                    std::mem::swap(&mut pair.answer_a, &mut pair.answer_b);
                }
                make_unique(&mut pair.id, &mut known);
                queue.push_back(pair);
            }
        });
    }

    /// Judges the current pair and goes on to the next.
    pub fn judge(&self, verdict: Verdict) {
        let Some(pair) = self.queue.try_update(VecDeque::pop_front).flatten() else {
            return;
        };
        self.append(vec![Label {
            pair,
            verdict,
            labeller: Labeller::Person,
            at_ms: js_sys::Date::now(),
        }]);
    }

    /// Leaves the current pair for later.
    pub fn skip(&self) {
        self.queue.update(|queue| {
            if let Some(pair) = queue.pop_front() {
                queue.push_back(pair);
            }
        });
    }

    pub fn append(&self, labels: Vec<Label>) {
        let mut known: HashSet<String> = self.entries.with_untracked(|entries| {
            entries
                .iter()
                .map(|entry| entry.label.pair.id.clone())
                .collect()
        });
        let mut added = Vec::with_capacity(labels.len());
        for mut label in labels {
            make_unique(&mut label.pair.id, &mut known);
            added.push((self.next_key(), label));
        }
        self.write(|db| db.put(&added));
        self.entries.update(|entries| {
            Arc::make_mut(entries)
                .extend(added.into_iter().map(|(key, label)| Entry { key, label }));
        });
    }

    /// Takes the last label back; a person's pair comes up again.
    pub fn undo(&self) {
        let last = self
            .entries
            .with_untracked(|entries| entries.last().cloned());
        let Some(last) = last else { return };
        self.remove(|entry| entry.key == last.key);
        if last.label.labeller == Labeller::Person {
            self.queue.update(|queue| queue.push_front(last.label.pair));
        }
    }

    /// Removes the labels for which `is_removed` holds.
    pub fn remove(&self, is_removed: impl Fn(&Entry) -> bool) {
        let keys: Vec<u64> = self.entries.with_untracked(|entries| {
            entries
                .iter()
                .filter(|entry| is_removed(entry))
                .map(|entry| entry.key)
                .collect()
        });
        if keys.is_empty() {
            return;
        }
        self.write(|db| db.delete(&keys));
        let keys: HashSet<u64> = keys.into_iter().collect();
        self.entries
            .update(|entries| Arc::make_mut(entries).retain(|entry| !keys.contains(&entry.key)));
    }

    pub fn erase_all(&self) {
        self.write(LabelDb::clear);
        self.entries.set(Arc::new(Vec::new()));
        self.queue.set(VecDeque::new());
    }

    /// Time first, so that two tabs do not write the same key; then a count.
    fn next_key(&self) -> u64 {
        let key = (js_sys::Date::now() as u64 * 1000).max(self.last_key.get_value() + 1);
        self.last_key.set_value(key);
        key
    }

    fn drop_labelled(&self) {
        let known: HashSet<String> = self.entries.with_untracked(|entries| {
            entries
                .iter()
                .map(|entry| entry.label.pair.id.clone())
                .collect()
        });
        self.queue
            .update(|queue| queue.retain(|pair| !known.contains(&pair.id)));
    }

    fn write<F>(&self, request: impl FnOnce(&LabelDb) -> Result<F, idb::Error>)
    where
        F: Future<Output = Result<(), idb::Error>> + 'static,
    {
        let requested = self.db.with_value(|db| db.as_ref().map(request));
        let store = *self;
        match requested {
            None => {}
            Some(Err(error)) => store.warn_unsaved(&error),
            Some(Ok(written)) => spawn_local(async move {
                if let Err(error) = written.await {
                    store.warn_unsaved(&error);
                }
            }),
        }
    }

    fn warn_unsaved(&self, error: &idb::Error) {
        self.notices.error(
            "labels-unsaved",
            &format!(
                "Labels cannot be stored in this browser ({error}). They work until this tab closes; export them before that."
            ),
        );
    }
}

/// Adds a suffix to an id that is taken already.
fn make_unique(id: &mut String, known: &mut HashSet<String>) {
    let base = id.clone();
    let mut count = 2;
    while !known.insert(id.clone()) {
        *id = format!("{base}~{count}");
        count += 1;
    }
}
