//! Every change of the labels, so that each can be undone and done again without
//! end. Plain data: the store of labels applies it.

use super::stored::{Found, Stored};
use crate::texts::label as texts;
use std::collections::{HashMap, HashSet};
use tilt_protocol::{Label, Pair};

/// A label and its place in the order of labelling.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: u64,
    pub label: Label,
}

/// One label before and after a change; `None` where there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    pub key: u64,
    pub before: Option<Label>,
    pub after: Option<Label>,
}

/// Where the judged pair had been shown: undoing shows it there again.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Shown {
    #[default]
    Nowhere,
    /// At the front of the queue.
    Queue(Pair),
    /// A second time, to see whether the person agrees with the label of this key.
    Again(u64),
}

/// What one action did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    pub slots: Vec<Slot>,
    pub shown: Shown,
    /// Labels of one batch come in several portions and are one change.
    pub batch: Option<u64>,
}

impl Change {
    pub fn added(entries: Vec<(u64, Label)>) -> Change {
        let slots = entries.into_iter().map(|(key, label)| Slot {
            key,
            before: None,
            after: Some(label),
        });
        Change {
            slots: slots.collect(),
            ..Change::default()
        }
    }

    pub fn removed(entries: Vec<Entry>) -> Change {
        let slots = entries.into_iter().map(|entry| Slot {
            key: entry.key,
            before: Some(entry.label),
            after: None,
        });
        Change {
            slots: slots.collect(),
            ..Change::default()
        }
    }

    pub fn edited(entry: Entry, after: Label) -> Change {
        Change {
            slots: vec![Slot {
                key: entry.key,
                before: Some(entry.label),
                after: Some(after),
            }],
            ..Change::default()
        }
    }

    /// The slots with before and after exchanged.
    pub fn reversed(&self) -> Vec<Slot> {
        let slots = self.slots.iter().map(|slot| Slot {
            key: slot.key,
            before: slot.after.clone(),
            after: slot.before.clone(),
        });
        slots.collect()
    }

    /// What it did, for a sentence: "12 labels added".
    pub fn summary(&self) -> String {
        let count = self.slots.len();
        let added = self.slots.iter().filter(|slot| slot.before.is_none());
        let added = added.count();
        let removed = self.slots.iter().filter(|slot| slot.after.is_none());
        let removed = removed.count();
        match self.slots.first() {
            _ if added > 0 && removed > 0 => texts::labels_replaced(removed, added),
            _ if matches!(self.shown, Shown::Again(_)) => texts::CHECKED_YOURSELF.to_owned(),
            Some(Slot { before: None, .. }) => texts::labels_added(count),
            Some(Slot { after: None, .. }) => texts::labels_deleted(count),
            _ => texts::labels_changed(count),
        }
    }
}

/// What was done, and what was undone of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    past: Vec<Change>,
    future: Vec<Change>,
}

impl History {
    pub fn has_past(&self) -> bool {
        !self.past.is_empty()
    }

    pub fn has_future(&self) -> bool {
        !self.future.is_empty()
    }

    /// Notes a new change. What was undone before it cannot be done again.
    pub fn record(&mut self, change: Change) {
        self.future.clear();
        let portion_of = change.batch.and_then(|batch| {
            self.past
                .iter_mut()
                .rev()
                .find(|old| old.batch == Some(batch))
        });
        match portion_of {
            Some(old) => old.slots.extend(change.slots),
            None => self.past.push(change),
        }
    }

    /// Notes what an earlier visit did, before everything of this one.
    pub fn remember(&mut self, change: Change) {
        self.past.insert(0, change);
    }

    /// The change to take back.
    pub fn undo(&mut self) -> Option<Change> {
        let change = self.past.pop()?;
        self.future.push(change.clone());
        Some(change)
    }

    /// The change to make again.
    pub fn redo(&mut self) -> Option<Change> {
        let change = self.future.pop()?;
        self.past.push(change.clone());
        Some(change)
    }
}

/// The last label of an earlier visit as a change, with what the judge labelled, or a file
/// brought, in the same batch.
pub fn last_of_earlier_visit(entries: &[Entry]) -> Option<Change> {
    let last = &entries.last()?.label;
    if last.is_own() {
        let entry = entries.last()?.clone();
        let shown = Shown::Queue(last.pair.clone());
        return Some(Change {
            shown,
            ..Change::added(vec![(entry.key, entry.label)])
        });
    }
    let is_of_batch = |entry: &&Entry| {
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
    Some(Change::added(batch))
}

/// Puts each slot's label after the change in its place; entries stay in order.
pub fn apply(entries: &mut Vec<Entry>, slots: &[Slot]) {
    let mut wanted: HashMap<u64, &Option<Label>> =
        slots.iter().map(|slot| (slot.key, &slot.after)).collect();
    entries.retain_mut(|entry| match wanted.remove(&entry.key) {
        None => true,
        Some(None) => false,
        Some(Some(label)) => {
            entry.label = label.clone();
            true
        }
    });
    for slot in slots {
        // The last word on a slot counts.
        if let Some(Some(label)) = wanted.remove(&slot.key) {
            let place = entries.partition_point(|entry| entry.key < slot.key);
            let (key, label) = (slot.key, label.clone());
            entries.insert(place, Entry { key, label });
        }
    }
}

/// What was read of the storage, as changes of these entries. Where all of it was read,
/// what is not among it is gone; what could not be read stays as it is.
pub fn taken_in(entries: &[Entry], found: Vec<Found>, is_all: bool) -> Vec<Slot> {
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
        .map(|(key, after)| Slot {
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

    pub fn entries(count: u64) -> Vec<Entry> {
        (1..=count)
            .map(|key| Entry {
                key,
                label: label(&format!("pair-{key}"), Verdict::A),
            })
            .collect()
    }

    /// Applies and notes a change, as the store does.
    fn make(entries: &mut Vec<Entry>, history: &mut History, change: Change) {
        apply(entries, &change.slots);
        history.record(change);
    }

    #[test]
    fn undoing_everything_and_doing_it_again_ends_in_the_same_labels() {
        let mut labels = entries(5);
        let mut history = History::default();
        let start = labels.clone();
        let mut states = vec![start];

        let third = labels[2].clone();
        let mut changed = third.label.clone();
        changed.verdict = Verdict::BothGood;
        let changes = [
            Change::added(vec![(6, label("six", Verdict::B))]),
            Change::edited(third, changed),
            Change::removed(vec![labels[0].clone(), labels[3].clone()]),
            Change::added(vec![(7, label("seven", Verdict::Tie))]),
        ];
        for change in changes {
            make(&mut labels, &mut history, change);
            states.push(labels.clone());
        }
        let all = labels.clone();
        make(&mut labels, &mut history, Change::removed(all));
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
            apply(&mut labels, &change.slots);
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
        let slots = taken_in(&labels, some, false);
        apply(&mut labels, &slots);
        let keys = |labels: &[Entry]| labels.iter().map(|e| e.key).collect::<Vec<u64>>();
        assert_eq!(keys(&labels), [2, 3, 9]);
        let all = vec![(2, Stored::Failed), (9, Stored::Found(other))];
        let slots = taken_in(&labels, all, true);
        apply(&mut labels, &slots);
        assert_eq!(keys(&labels), [2, 9]);
    }

    #[test]
    fn an_exchange_is_said_as_one() {
        let mut change = Change::removed(entries(2));
        let added = Change::added(vec![(7, label("seven", Verdict::A))]);
        change.slots.extend(added.slots);
        assert_eq!(change.summary(), "2 labels replaced by 1");
    }

    #[test]
    fn a_new_change_ends_what_could_be_done_again() {
        let mut history = History::default();
        history.record(Change::added(vec![(1, label("one", Verdict::A))]));
        history.undo();
        assert!(history.has_future());
        history.record(Change::added(vec![(2, label("two", Verdict::A))]));
        assert!(!history.has_future());
        assert_eq!(history.redo(), None);
    }

    #[test]
    fn the_portions_of_a_batch_are_one_change() {
        let mut history = History::default();
        for key in 1..=3 {
            let portion = Change::added(vec![(key, label("judged", Verdict::A))]);
            let batch = Some(9);
            history.record(Change { batch, ..portion });
            if key == 2 {
                // A person labels while the judge does.
                history.record(Change::added(vec![(10, label("own", Verdict::A))]));
            }
        }
        assert_eq!(history.undo().map(|change| change.slots.len()), Some(1));
        assert_eq!(history.undo().map(|change| change.slots.len()), Some(3));
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
        let keys: Vec<u64> = change.slots.iter().map(|slot| slot.key).collect();
        assert_eq!(keys, [4, 5, 6]);
        assert_eq!(change.summary(), "3 labels added");

        for entry in &mut labels[3..] {
            entry.label.labeller = Labeller::Person;
            let name = "b.csv".to_owned();
            entry.label.origin = Some(Origin::File { name, author: None });
        }
        let change = last_of_earlier_visit(&labels).expect("labels");
        assert_eq!(change.slots.len(), 3, "a file's labels came together");
        assert_eq!(change.shown, Shown::Nowhere);

        let own = last_of_earlier_visit(&labels[..2]).expect("labels");
        assert_eq!(own.slots.len(), 1);
        assert!(matches!(own.shown, Shown::Queue(pair) if pair.id == "pair-2"));
        assert_eq!(last_of_earlier_visit(&[]), None);
    }
}
