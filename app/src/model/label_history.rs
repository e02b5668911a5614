//! Every change of the labels, so that each can be undone and done again without
//! end. Plain data: the store of labels applies it.

use super::stored::{Stored, StoredLabel};
use crate::texts::label as texts;
use std::collections::{HashMap, HashSet};
use tilt_protocol::{Label, Pair};

/// A label and its place in the order of labelling.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelEntry {
    pub key: u64,
    pub label: Label,
}

/// One label before and after a change; `None` where there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelEdit {
    pub key: u64,
    pub before: Option<Label>,
    pub after: Option<Label>,
}

/// Where the judged pair had been shown: undoing shows it there again.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ShownAt {
    #[default]
    Nowhere,
    /// At the front of the queue.
    Queue(Pair),
    /// A second time, to see whether the person agrees with the label of this key.
    Again(u64),
}

/// What one action did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelChange {
    pub edits: Vec<LabelEdit>,
    pub shown: ShownAt,
    /// Labels of one batch come in several portions and are one change.
    pub batch: Option<u64>,
}

impl LabelChange {
    pub fn added(entries: Vec<(u64, Label)>) -> LabelChange {
        let edits = entries.into_iter().map(|(key, label)| LabelEdit {
            key,
            before: None,
            after: Some(label),
        });
        LabelChange {
            edits: edits.collect(),
            ..LabelChange::default()
        }
    }

    pub fn removed(entries: Vec<LabelEntry>) -> LabelChange {
        let edits = entries.into_iter().map(|entry| LabelEdit {
            key: entry.key,
            before: Some(entry.label),
            after: None,
        });
        LabelChange {
            edits: edits.collect(),
            ..LabelChange::default()
        }
    }

    pub fn edited(entry: LabelEntry, after: Label) -> LabelChange {
        LabelChange {
            edits: vec![LabelEdit {
                key: entry.key,
                before: Some(entry.label),
                after: Some(after),
            }],
            ..LabelChange::default()
        }
    }

    /// The edits that undo these: before and after exchanged.
    pub fn reversed(&self) -> Vec<LabelEdit> {
        let edits = self.edits.iter().map(|edit| LabelEdit {
            key: edit.key,
            before: edit.after.clone(),
            after: edit.before.clone(),
        });
        edits.collect()
    }

    /// What it did, for a sentence: "12 labels added".
    pub fn summary(&self) -> String {
        let count = self.edits.len();
        let added = self.edits.iter().filter(|edit| edit.before.is_none());
        let added = added.count();
        let removed = self.edits.iter().filter(|edit| edit.after.is_none());
        let removed = removed.count();
        match self.edits.first() {
            _ if added > 0 && removed > 0 => texts::labels_replaced(removed, added),
            _ if matches!(self.shown, ShownAt::Again(_)) => texts::CHECKED_YOURSELF.to_owned(),
            Some(LabelEdit { before: None, .. }) => texts::labels_added(count),
            Some(LabelEdit { after: None, .. }) => texts::labels_deleted(count),
            _ => texts::labels_changed(count),
        }
    }
}

/// What was done, and what was undone of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UndoHistory {
    past: Vec<LabelChange>,
    future: Vec<LabelChange>,
}

impl UndoHistory {
    pub fn has_past(&self) -> bool {
        !self.past.is_empty()
    }

    pub fn has_future(&self) -> bool {
        !self.future.is_empty()
    }

    /// Notes a new change. What was undone before it cannot be done again.
    pub fn record(&mut self, change: LabelChange) {
        self.future.clear();
        let portion_of = change.batch.and_then(|batch| {
            self.past
                .iter_mut()
                .rev()
                .find(|old| old.batch == Some(batch))
        });
        match portion_of {
            Some(old) => old.edits.extend(change.edits),
            None => self.past.push(change),
        }
    }

    /// Notes what an earlier visit did, before everything of this one.
    pub fn remember(&mut self, change: LabelChange) {
        self.past.insert(0, change);
    }

    /// The change to take back.
    pub fn undo(&mut self) -> Option<LabelChange> {
        let change = self.past.pop()?;
        self.future.push(change.clone());
        Some(change)
    }

    /// The change to make again.
    pub fn redo(&mut self) -> Option<LabelChange> {
        let change = self.future.pop()?;
        self.past.push(change.clone());
        Some(change)
    }
}

/// The last label of an earlier visit as a change, with what the judge labelled, or a file
/// brought, in the same batch.
pub fn last_of_earlier_visit(entries: &[LabelEntry]) -> Option<LabelChange> {
    let last = &entries.last()?.label;
    if last.is_own() {
        let entry = entries.last()?.clone();
        let shown = ShownAt::Queue(last.pair.clone());
        return Some(LabelChange {
            shown,
            ..LabelChange::added(vec![(entry.key, entry.label)])
        });
    }
    let is_of_batch = |entry: &&LabelEntry| {
        let label = &entry.label;
        label.at_ms == last.at_ms
            && label.labeller == last.labeller
            && label.origin() == last.origin()
    };
    let mut batch: Vec<(u64, Label)> = entries
        .iter()
        .rev()
        .take_while(is_of_batch)
        .map(|entry| (entry.key, entry.label.clone()))
        .collect();
    batch.reverse();
    Some(LabelChange::added(batch))
}

/// Puts each edited label as it is after the change; entries stay in order.
pub fn apply(entries: &mut Vec<LabelEntry>, edits: &[LabelEdit]) {
    let mut wanted: HashMap<u64, &Option<Label>> =
        edits.iter().map(|edit| (edit.key, &edit.after)).collect();
    entries.retain_mut(|entry| match wanted.remove(&entry.key) {
        None => true,
        Some(None) => false,
        Some(Some(label)) => {
            entry.label = label.clone();
            true
        }
    });
    for edit in edits {
        // The last edit of a label counts.
        if let Some(Some(label)) = wanted.remove(&edit.key) {
            let place = entries.partition_point(|entry| entry.key < edit.key);
            let (key, label) = (edit.key, label.clone());
            entries.insert(place, LabelEntry { key, label });
        }
    }
}

/// What was read of the storage, as changes of these entries. Where all of it was read,
/// what is not among it is gone; what could not be read stays as it is.
pub fn taken_in(entries: &[LabelEntry], found: Vec<StoredLabel>, is_all: bool) -> Vec<LabelEdit> {
    let read: HashSet<u64> = found.iter().map(|(key, _)| *key).collect();
    let gone = entries
        .iter()
        .filter(|entry| is_all && !read.contains(&entry.key))
        .map(|entry| (entry.key, None));
    let there = found.into_iter().filter_map(|(key, stored)| match stored {
        Stored::Found(label) => Some((key, Some(label))),
        Stored::Absent => Some((key, None)),
        Stored::Failed => None,
    });
    there
        .chain(gone)
        .map(|(key, after)| LabelEdit {
            key,
            before: None,
            after,
        })
        .collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use tilt_protocol::{Labeller, Origin, PairSource, Principle, Verdict};

    pub fn label(id: &str, verdict: Verdict) -> Label {
        let pair = Pair {
            id: id.to_owned(),
            prompt: format!("prompt of {id}"),
            answer_a: format!("first of {id}"),
            answer_b: format!("second of {id}"),
            source: PairSource::Written,
            row: None,
        };
        Label::new(pair, verdict, Labeller::Person, 0.0)
    }

    pub fn entries(count: u64) -> Vec<LabelEntry> {
        (1..=count)
            .map(|key| LabelEntry {
                key,
                label: label(&format!("pair-{key}"), Verdict::A),
            })
            .collect()
    }

    /// Applies and notes a change, as the store does.
    fn make(entries: &mut Vec<LabelEntry>, history: &mut UndoHistory, change: LabelChange) {
        apply(entries, &change.edits);
        history.record(change);
    }

    #[test]
    fn undoing_everything_and_doing_it_again_ends_in_the_same_labels() {
        let mut labels = entries(5);
        let mut history = UndoHistory::default();
        let start = labels.clone();
        let mut states = vec![start];

        let third = labels[2].clone();
        let mut changed = third.label.clone();
        changed.verdict = Verdict::BothGood;
        let changes = [
            LabelChange::added(vec![(6, label("six", Verdict::B))]),
            LabelChange::edited(third, changed),
            LabelChange::removed(vec![labels[0].clone(), labels[3].clone()]),
            LabelChange::added(vec![(7, label("seven", Verdict::Tie))]),
        ];
        for change in changes {
            make(&mut labels, &mut history, change);
            states.push(labels.clone());
        }
        let all = labels.clone();
        make(&mut labels, &mut history, LabelChange::removed(all));
        states.push(labels.clone());
        assert!(labels.is_empty());

        for state in states.iter().rev().skip(1) {
            let change = history.undo().expect("a past");
            apply(&mut labels, &change.reversed());
            assert_eq!(&labels, state);
        }
        assert!(!history.has_past());
        for state in &states[1..] {
            let change = history.redo().expect("a future");
            apply(&mut labels, &change.edits);
            assert_eq!(&labels, state);
        }
        assert!(!history.has_future());
    }

    #[test]
    fn what_is_read_is_taken_in_and_what_cannot_be_read_stays() {
        let mut labels = entries(3);
        let other = label("other", Verdict::B);
        let some = vec![
            (1, Stored::Absent),
            (2, Stored::Failed),
            (9, Stored::Found(other.clone())),
        ];
        let edits = taken_in(&labels, some, false);
        apply(&mut labels, &edits);
        let keys = |labels: &[LabelEntry]| labels.iter().map(|e| e.key).collect::<Vec<u64>>();
        assert_eq!(keys(&labels), [2, 3, 9]);
        let all = vec![(2, Stored::Failed), (9, Stored::Found(other))];
        let edits = taken_in(&labels, all, true);
        apply(&mut labels, &edits);
        assert_eq!(keys(&labels), [2, 9]);
    }

    #[test]
    fn an_exchange_is_said_as_one() {
        let mut change = LabelChange::removed(entries(2));
        let added = LabelChange::added(vec![(7, label("seven", Verdict::A))]);
        change.edits.extend(added.edits);
        assert_eq!(change.summary(), "2 labels replaced by 1");
    }

    #[test]
    fn a_new_change_ends_what_could_be_done_again() {
        let mut history = UndoHistory::default();
        history.record(LabelChange::added(vec![(1, label("one", Verdict::A))]));
        history.undo();
        assert!(history.has_future());
        history.record(LabelChange::added(vec![(2, label("two", Verdict::A))]));
        assert!(!history.has_future());
        assert_eq!(history.redo(), None);
    }

    #[test]
    fn the_portions_of_a_batch_are_one_change() {
        let mut history = UndoHistory::default();
        for key in 1..=3 {
            let portion = LabelChange::added(vec![(key, label("judged", Verdict::A))]);
            let batch = Some(9);
            history.record(LabelChange { batch, ..portion });
            if key == 2 {
                // A person labels while the judge does.
                history.record(LabelChange::added(vec![(10, label("own", Verdict::A))]));
            }
        }
        assert_eq!(history.undo().map(|change| change.edits.len()), Some(1));
        assert_eq!(history.undo().map(|change| change.edits.len()), Some(3));
        assert_eq!(history.undo(), None);
    }

    #[test]
    fn the_last_batch_of_an_earlier_visit_is_one_change_too() {
        let mut labels = entries(6);
        for entry in &mut labels[3..] {
            entry.label.labeller = Labeller::judge(Principle::Polite, 0.0);
            entry.label.at_ms = 8.0;
        }
        labels[2].label.labeller = Labeller::judge(Principle::Polite, 0.0);
        let change = last_of_earlier_visit(&labels).expect("labels");
        let keys: Vec<u64> = change.edits.iter().map(|edit| edit.key).collect();
        assert_eq!(keys, [4, 5, 6]);
        assert_eq!(change.summary(), "3 labels added");

        for entry in &mut labels[3..] {
            entry.label.labeller = Labeller::Person;
            let name = "b.csv".to_owned();
            entry.label.origin = Some(Origin::File { name, author: None });
        }
        let change = last_of_earlier_visit(&labels).expect("labels");
        assert_eq!(change.edits.len(), 3, "a file's labels came together");
        assert_eq!(change.shown, ShownAt::Nowhere);

        let own = last_of_earlier_visit(&labels[..2]).expect("labels");
        assert_eq!(own.edits.len(), 1);
        assert!(matches!(own.shown, ShownAt::Queue(pair) if pair.id == "pair-2"));
        assert_eq!(last_of_earlier_visit(&[]), None);
    }
}
