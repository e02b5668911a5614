//! Labels and the pairs that wait for one. Every change goes through
//! [`LabelStore::change`]: it is written to IndexedDB as it falls, and can be undone.

use super::label_saving::{LabelSaving, WantedLabels};
use super::notices::Notices;
use super::others::Others;
use super::queue::{PairQueue, make_unique};
use super::saving::Saving;
use crate::browser::other_tabs::News;
pub use crate::model::label_history::LabelEntry;
use crate::model::label_history::{
    LabelChange, LabelEdit, ShownAt, UndoHistory, apply, last_of_earlier_visit, taken_in,
};
use crate::model::recheck;
use crate::model::stored::StoredLabel;
use leptos::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;
use tilt_protocol::{Label, Labeller, Pair, RequestId, Verdict};
use wasm_bindgen_futures::spawn_local;

/// Share of the person's decisive pairs that come again.
const RECHECK_SHARE: f64 = 0.1;
/// Tabs that keys are told apart for; times this a key is still below 2^53.
const TABS: u64 = 1000;

#[derive(Clone, Copy)]
pub struct LabelStore {
    entries: RwSignal<Arc<Vec<LabelEntry>>>,
    history: RwSignal<UndoHistory>,
    queue: PairQueue,
    /// The label whose pair is shown again, before the queue goes on.
    again: RwSignal<Option<u64>>,
    recheck_share: RwSignal<f64>,
    /// Decisive verdicts since a pair came again.
    since_recheck: StoredValue<usize>,
    /// What was stored has been read, or cannot be.
    is_loaded: RwSignal<bool>,
    saving: LabelSaving,
    others: Others,
    last_key: StoredValue<u64>,
    /// Below [`TABS`]: the last digits of the keys that this tab gives.
    tab: u64,
}

impl LabelStore {
    pub fn new(saving: Saving, others: Others, notices: Notices) -> LabelStore {
        LabelStore {
            entries: RwSignal::new(Arc::new(Vec::new())),
            history: RwSignal::new(UndoHistory::default()),
            queue: PairQueue::new(),
            again: RwSignal::new(None),
            recheck_share: RwSignal::new(RECHECK_SHARE),
            since_recheck: StoredValue::new(0),
            is_loaded: RwSignal::new(false),
            saving: LabelSaving::new(saving, notices),
            others,
            last_key: StoredValue::new(0),
            tab: (js_sys::Math::random() * TABS as f64) as u64,
        }
    }

    pub fn entries(&self) -> Signal<Arc<Vec<LabelEntry>>> {
        self.entries.into()
    }

    /// Whether the labels are still those that something was made of.
    pub fn are_still(
        &self,
        made_of: impl Fn() -> Option<Arc<Vec<LabelEntry>>> + Send + Sync + 'static,
    ) -> Memo<bool> {
        let entries = self.entries();
        Memo::new(move |_| {
            let made_of = made_of();
            entries.with(|now| made_of.is_some_and(|then| Arc::ptr_eq(&then, now)))
        })
    }

    pub fn is_loaded(&self) -> Signal<bool> {
        self.is_loaded.into()
    }

    /// The pair to label now.
    pub fn current(&self) -> Option<Pair> {
        match self.shown_again() {
            Some(entry) => Some(entry.label.pair.swapped()),
            None => self.queue.front(),
        }
    }

    /// The label whose pair is shown a second time, sides swapped.
    pub fn shown_again(&self) -> Option<LabelEntry> {
        self.again.get().and_then(|key| self.entry(key))
    }

    pub fn recheck_share(&self) -> Signal<f64> {
        self.recheck_share.into()
    }

    pub fn set_recheck_share(&self, share: f64) {
        self.recheck_share.set(share);
        if share == 0.0 {
            self.again.set(None);
        }
    }

    /// The label of this key; keys ascend.
    pub fn entry(&self, key: u64) -> Option<LabelEntry> {
        self.entries.with(|entries| {
            let index = entries.binary_search_by_key(&key, |entry| entry.key).ok()?;
            entries.get(index).cloned()
        })
    }

    /// There is something to undo: labels of earlier visits can be taken back too.
    pub fn can_undo(&self) -> bool {
        self.history.with(UndoHistory::has_past) || self.count() > 0
    }

    pub fn can_redo(&self) -> bool {
        self.history.with(UndoHistory::has_future)
    }

    /// The pairs that come with the page are there, or will not come.
    pub fn has_begun(&self) -> bool {
        self.is_loaded.get() && self.queue.has_begun().get()
    }

    pub fn set_begun(&self, has_begun: bool) {
        self.queue.has_begun().set(has_begun);
    }

    /// How many pairs wait.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Sampling new pairs may be tried.
    pub fn may_refill(&self) -> bool {
        self.queue.may_refill(self.count())
    }

    pub fn refill_failed(&self) {
        self.queue.refill_failed(untrack(|| self.count()));
    }

    /// A number that no refill of these labels had before.
    pub fn next_refill(&self) -> u64 {
        self.queue.next_refill(untrack(|| self.count()))
    }

    fn count(&self) -> usize {
        self.entries.with(|entries| entries.len())
    }

    pub fn all(&self) -> Vec<Label> {
        self.entries
            .with_untracked(|entries| entries.iter().map(|entry| entry.label.clone()).collect())
    }

    /// Reads what earlier visits stored. Where that fails the page goes on, and takes it in
    /// when it can be read.
    pub async fn load(self) {
        self.take_in(WantedLabels {
            all: true,
            ..WantedLabels::default()
        })
        .await;
    }

    /// Adds pairs to label. With a seed, sides change by it.
    pub fn enqueue(&self, pairs: Vec<Pair>, side_seed: Option<u64>) {
        self.queue.push_back(pairs, side_seed, self.known_ids());
    }

    /// Puts pairs before all that wait.
    pub fn enqueue_first(&self, pairs: Vec<Pair>) {
        self.again.set(None);
        self.queue.push_front(pairs, self.known_ids());
    }

    /// The pairs of this request are wanted next.
    pub fn await_pairs(&self, request: Option<RequestId>) {
        self.queue.await_pairs(request);
    }

    /// Pairs that the engine sampled.
    pub fn sampled(&self, request: Option<RequestId>, pairs: Vec<Pair>) {
        if self.queue.is_awaited(request) {
            self.enqueue_first(pairs);
        } else {
            self.enqueue(pairs, None);
        }
    }

    /// Judges the current pair and goes on to the next.
    pub fn judge(&self, verdict: Verdict) {
        if let Some(entry) = untrack(|| self.shown_again()) {
            self.again.set(None);
            let mut label = entry.label.clone();
            label.rechecks.push(verdict.swapped());
            let shown = ShownAt::Again(entry.key);
            let change = LabelChange::edited(entry, label);
            self.change(LabelChange { shown, ..change });
            return;
        }
        let Some(pair) = self.queue.pop_front() else {
            return;
        };
        let label = Label::new(pair, verdict, Labeller::Person, js_sys::Date::now()).given_here();
        let is_decisive = label.is_decisive();
        let added = self.keyed(vec![label]);
        let shown = added
            .first()
            .map(|(_, label)| ShownAt::Queue(label.pair.clone()))
            .unwrap_or_default();
        let change = LabelChange::added(added);
        self.change(LabelChange { shown, ..change });
        if is_decisive {
            self.since_recheck.update_value(|count| *count += 1);
            self.recheck_if_due();
        }
    }

    fn recheck_if_due(&self) {
        let share = self.recheck_share.get_untracked();
        let since = self.since_recheck.get_value();
        let due = self
            .entries
            .with_untracked(|entries| recheck::due(entries, share, since));
        if due.is_some() {
            self.since_recheck.set_value(0);
            self.again.set(due);
        }
    }

    /// Leaves the current pair for later; a pair that came again does not come back.
    pub fn skip(&self) {
        if untrack(|| self.shown_again()).is_some() {
            self.again.set(None);
        } else {
            self.queue.skip();
        }
    }

    /// Adds labels that are undone together with the others of their batch.
    pub fn append_portion(&self, labels: Vec<Label>, batch: Option<u64>) {
        let change = LabelChange::added(self.keyed(labels));
        self.change(LabelChange { batch, ..change });
    }

    /// Adds labels in the place of those of these keys, as one change.
    pub fn exchange(&self, removed: &[u64], labels: Vec<Label>) {
        let removed: Vec<LabelEntry> =
            untrack(|| removed.iter().filter_map(|&key| self.entry(key))).collect();
        let mut change = LabelChange::removed(removed);
        change
            .edits
            .extend(LabelChange::added(self.keyed(labels)).edits);
        self.change(change);
    }

    /// Gives a label another verdict, which is the person's then.
    pub fn set_verdict(&self, key: u64, verdict: Verdict) {
        let Some(entry) = untrack(|| self.entry(key)) else {
            return;
        };
        if entry.label.verdict == verdict {
            return;
        }
        let label = Label {
            verdict,
            labeller: Labeller::Person,
            at_ms: js_sys::Date::now(),
            ..entry.label.clone()
        };
        self.change(LabelChange::edited(entry, label.given_here()));
    }

    /// Removes the labels for which `is_removed` holds.
    pub fn remove(&self, is_removed: impl Fn(&LabelEntry) -> bool) {
        let removed: Vec<LabelEntry> = self.entries.with_untracked(|entries| {
            entries
                .iter()
                .filter(|entry| is_removed(entry))
                .cloned()
                .collect()
        });
        self.change(LabelChange::removed(removed));
    }

    /// Takes the last change back, and says what it was; a person's pair comes up again.
    pub fn undo(&self) -> Option<String> {
        if !self.history.with_untracked(UndoHistory::has_past) {
            let earlier = self
                .entries
                .with_untracked(|entries| last_of_earlier_visit(entries));
            let earlier = earlier?;
            self.history.update(|history| history.remember(earlier));
        }
        let change = self.history.try_update(UndoHistory::undo).flatten()?;
        self.write(&change.reversed());
        match &change.shown {
            ShownAt::Nowhere => {}
            ShownAt::Again(key) => self.again.set(Some(*key)),
            ShownAt::Queue(pair) => {
                self.again.set(None);
                self.queue.put_back(pair);
            }
        }
        Some(change.summary())
    }

    /// Makes the change again that was taken back last, and says what it was.
    pub fn redo(&self) -> Option<String> {
        let change = self.history.try_update(UndoHistory::redo).flatten()?;
        self.write(&change.edits);
        if change.shown != ShownAt::Nowhere {
            self.again.set(None);
        }
        if let ShownAt::Queue(pair) = &change.shown {
            self.queue.remove(|other| other.id == pair.id);
        }
        Some(change.summary())
    }

    /// Everything gone for good, what could be undone too.
    pub fn erase_all(&self) {
        self.history.set(UndoHistory::default());
        self.again.set(None);
        self.recheck_share.set(RECHECK_SHARE);
        self.entries.set(Arc::new(Vec::new()));
        self.queue.remove(|_| true);
    }

    /// Makes a change and notes it.
    fn change(&self, change: LabelChange) {
        if change.edits.is_empty() {
            return;
        }
        self.write(&change.edits);
        self.history.update(|history| history.record(change));
    }

    /// Writes what edited labels are after a change, here and in IndexedDB.
    fn write(&self, edits: &[LabelEdit]) {
        let others = self.others;
        self.saving.write(edits, move |keys| {
            others.tell(&News::Labels(keys));
        });
        self.entries
            .update(|entries| apply(Arc::make_mut(entries), edits));
    }

    /// Takes in what another tab has stored or deleted.
    pub async fn take_stored(self, keys: &[u64]) {
        self.take_in(WantedLabels {
            keys: keys.iter().copied().collect(),
            ..WantedLabels::default()
        })
        .await;
    }

    async fn take_in(self, wanted: WantedLabels) {
        if !self.saving.want(wanted) {
            // Whoever reads now takes this in too.
            return;
        }
        while let Some(wanted) = self.saving.next_wanted() {
            let moment = self.saving.now();
            let found = self.saving.stored(&wanted).await;
            if let Some(found) = found {
                self.take(found, wanted.all, moment);
                self.is_loaded.set(true);
            } else {
                self.is_loaded.set(true);
                self.take_in_later(wanted);
                return;
            }
        }
    }

    fn take_in_later(self, wanted: WantedLabels) {
        spawn_local(async move {
            self.saving.put_off(wanted).await;
            self.take_in(WantedLabels::default()).await;
        });
    }

    /// What was read since `moment`, but for what this tab has changed since then.
    fn take(&self, found: Vec<StoredLabel>, is_all: bool, moment: u64) {
        let mut edits = self
            .entries
            .with_untracked(|entries| taken_in(entries, found, is_all));
        edits.retain(|edit| !self.saving.is_newer(moment, edit.key));
        if let Some(last) = edits.iter().map(|edit| edit.key).max() {
            self.last_key.update_value(|key| *key = last.max(*key));
        }
        self.entries
            .update(|entries| apply(Arc::make_mut(entries), &edits));
        let known = self.known_ids();
        self.queue.remove(|pair| known.contains(&pair.id));
    }

    /// Their database was taken away: what it no longer holds is stored again.
    pub async fn store_again(self) {
        let entries = self.entries.get_untracked();
        let others = self.others;
        let stored = move |keys| others.tell(&News::Labels(keys));
        self.saving.write_missing(&entries, stored).await;
    }

    /// Labels with their keys, their pairs' ids made unique.
    fn keyed(&self, labels: Vec<Label>) -> Vec<(u64, Label)> {
        let mut known = self.known_ids();
        labels
            .into_iter()
            .map(|mut label| {
                make_unique(&mut label.pair.id, &mut known);
                (self.next_key(), label)
            })
            .collect()
    }

    /// The ids of all labelled pairs.
    fn known_ids(&self) -> HashSet<String> {
        self.entries.with_untracked(|entries| {
            entries
                .iter()
                .map(|entry| entry.label.pair.id.clone())
                .collect()
        })
    }

    /// Time first, then the tab, so that two tabs do not write the same key.
    pub fn next_key(&self) -> u64 {
        let now = js_sys::Date::now() as u64;
        let tick = now.max(self.last_key.get_value() / TABS + 1);
        let key = tick * TABS + self.tab;
        self.last_key.set_value(key);
        key
    }
}
