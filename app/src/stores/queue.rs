//! The pairs that wait for a label, and when more are wanted.

use crate::model::random::coin;
use leptos::prelude::*;
use std::collections::{HashSet, VecDeque};
use tilt_protocol::{Pair, RequestId};

#[derive(Clone, Copy)]
pub struct PairQueue {
    pairs: RwSignal<VecDeque<Pair>>,
    /// The sampling whose pairs come first.
    awaited: StoredValue<Option<RequestId>>,
    refills: StoredValue<u64>,
    /// How many labels there were when sampling last failed: it is tried again
    /// after the next one.
    failed_refill: RwSignal<Option<usize>>,
    /// The first pairs came, or will not.
    has_begun: RwSignal<bool>,
}

impl PairQueue {
    pub fn new() -> PairQueue {
        PairQueue {
            pairs: RwSignal::new(VecDeque::new()),
            awaited: StoredValue::new(None),
            refills: StoredValue::new(0),
            failed_refill: RwSignal::new(None),
            has_begun: RwSignal::new(false),
        }
    }

    pub fn has_begun(&self) -> RwSignal<bool> {
        self.has_begun
    }

    pub fn front(&self) -> Option<Pair> {
        self.pairs.with(|pairs| pairs.front().cloned())
    }

    pub fn len(&self) -> usize {
        self.pairs.with(VecDeque::len)
    }

    /// Adds pairs at the end. With a seed, sides change by it, and pairs that are known
    /// are left out; so are answers that cannot be told apart.
    pub fn push_back(&self, new: Vec<Pair>, side_seed: Option<u64>, mut known: HashSet<String>) {
        self.pairs.update(|pairs| {
            known.extend(pairs.iter().map(|pair| pair.id.clone()));
            for mut pair in new {
                let is_shipped = side_seed.is_some();
                if !pair.tells_apart() || (is_shipped && known.contains(&pair.id)) {
                    continue;
                }
                if side_seed.is_some_and(|seed| coin(seed, &pair.id)) {
                    pair = pair.swapped();
                }
                make_unique(&mut pair.id, &mut known);
                pairs.push_back(pair);
            }
        });
    }

    /// Puts pairs before all that wait. Answers that cannot be told apart are left out.
    pub fn push_front(&self, new: Vec<Pair>, mut known: HashSet<String>) {
        self.pairs.update(|pairs| {
            known.extend(pairs.iter().map(|pair| pair.id.clone()));
            for mut pair in new.into_iter().rev() {
                if pair.tells_apart() {
                    make_unique(&mut pair.id, &mut known);
                    pairs.push_front(pair);
                }
            }
        });
    }

    pub fn pop_front(&self) -> Option<Pair> {
        self.pairs.try_update(VecDeque::pop_front).flatten()
    }

    /// Shows a pair again that was judged.
    pub fn put_back(&self, pair: &Pair) {
        self.pairs.update(|pairs| {
            pairs.retain(|other| other.id != pair.id);
            pairs.push_front(pair.clone());
        });
    }

    /// The first pair waits longest from now on.
    pub fn skip(&self) {
        self.pairs.update(|pairs| {
            if let Some(pair) = pairs.pop_front() {
                pairs.push_back(pair);
            }
        });
    }

    pub fn remove(&self, is_removed: impl Fn(&Pair) -> bool) {
        self.pairs
            .update(|pairs| pairs.retain(|pair| !is_removed(pair)));
    }

    /// The pairs of this request are wanted next.
    pub fn await_pairs(&self, request: Option<RequestId>) {
        self.awaited.set_value(request);
    }

    pub fn is_awaited(&self, request: Option<RequestId>) -> bool {
        request.is_some() && request == self.awaited.get_value()
    }

    /// Sampling may be tried with so many labels.
    pub fn may_refill(&self, labels: usize) -> bool {
        self.failed_refill.get() != Some(labels)
    }

    pub fn refill_failed(&self, labels: usize) {
        self.failed_refill.set(Some(labels));
    }

    /// A number that no refill of so many labels had before.
    pub fn next_refill(&self, labels: usize) -> u64 {
        let refill = self.refills.get_value();
        self.refills.set_value(refill + 1);
        ((labels as u64) << 20) + refill
    }
}

/// Adds a suffix to an id that is taken already.
pub fn make_unique(id: &mut String, known: &mut HashSet<String>) {
    let base = id.clone();
    let mut count = 2;
    while !known.insert(id.clone()) {
        *id = format!("{base}~{count}");
        count += 1;
    }
}
