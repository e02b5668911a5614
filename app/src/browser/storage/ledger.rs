//! What was asked to be written and is not yet: kept until it is, so that a storage that
//! fails for a while loses nothing, and never written over what was asked for later.

use super::{Store, Write};
use std::collections::BTreeMap;

/// Changes that are written together or not at all.
pub struct WriteGroup {
    number: u64,
    pub writes: Vec<Write>,
    /// Called once they are stored.
    pub stored: Box<dyn FnOnce()>,
}

/// When a place was last asked to be changed.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ChangeRequest {
    number: u64,
    at_ms: f64,
}

#[derive(Default)]
pub struct Ledger {
    last: u64,
    /// By place, what this tab asked for last.
    asked: BTreeMap<(Store, u64), ChangeRequest>,
    /// What could not be written, each group to be tried by itself.
    waiting: Vec<WriteGroup>,
}

impl Ledger {
    /// Notes that these changes are asked for. What waits for the same places has no say
    /// any more.
    pub fn ask(&mut self, writes: Vec<Write>, stored: Box<dyn FnOnce()>, at_ms: f64) -> WriteGroup {
        self.last += 1;
        let number = self.last;
        for write in &writes {
            if let Some(place) = write.place() {
                self.asked.insert(place, ChangeRequest { number, at_ms });
            }
        }
        let waiting = std::mem::take(&mut self.waiting);
        for group in waiting {
            self.keep(group);
        }
        WriteGroup {
            number,
            writes,
            stored,
        }
    }

    /// The changes are not stored: what of them nobody has asked otherwise since waits to be
    /// tried again. A table is not emptied later than it was asked to be.
    pub fn keep(&mut self, mut group: WriteGroup) {
        let number = group.number;
        group.writes.retain(|write| {
            let asked = write.place().and_then(|place| self.asked.get(&place));
            asked.is_some_and(|asked| asked.number == number)
        });
        if !group.writes.is_empty() {
            self.waiting.push(group);
        }
    }

    /// What waits, to be tried now: small changes do not wait for room for large ones.
    pub fn take_waiting(&mut self) -> Vec<WriteGroup> {
        std::mem::take(&mut self.waiting)
    }

    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// A moment, for [`Ledger::is_newer`].
    pub fn now(&self) -> u64 {
        self.last
    }

    /// What this tab wants in a place is newer than what was read from it: it was asked for
    /// after `moment`, when the reading began, or could not be written.
    pub fn is_newer(&self, moment: u64, store: Store, key: u64) -> bool {
        let asked = self.asked.get(&(store, key));
        asked.is_some_and(|asked| asked.number > moment)
            || self
                .waiting
                .iter()
                .flat_map(|group| &group.writes)
                .any(|write| write.place() == Some((store, key)))
    }

    /// Everything was erased at `at_ms`: nothing waits any more, and what fails from now on
    /// is not tried again. Returns the places that this tab changed then or since, and so
    /// perhaps after it.
    pub fn erased(&mut self, at_ms: f64) -> Vec<(Store, u64)> {
        self.waiting.clear();
        let asked = std::mem::take(&mut self.asked);
        let since = asked.into_iter().filter(|(_, asked)| asked.at_ms >= at_ms);
        since.map(|(place, _)| place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen::JsValue;

    fn put(store: Store, key: u64) -> Write {
        Write::Put(store, key, JsValue::NULL)
    }

    fn ask(ledger: &mut Ledger, writes: Vec<Write>) -> WriteGroup {
        ledger.ask(writes, Box::new(|| {}), 0.0)
    }

    /// What waits, as `table key`, or `table -key` for a deletion.
    fn waiting(ledger: &mut Ledger) -> Vec<String> {
        let mut all = Vec::new();
        for group in ledger.take_waiting() {
            let told: Vec<String> = group
                .writes
                .iter()
                .map(|write| match write {
                    Write::Put(store, key, _) => format!("{} {key}", store.name()),
                    Write::Delete(store, key) => format!("{} -{key}", store.name()),
                    Write::Clear(store) => format!("{} emptied", store.name()),
                })
                .collect();
            all.push(told.join(", "));
            ledger.keep(group);
        }
        all
    }

    #[test]
    fn what_fails_waits_deletions_too_each_group_by_itself() {
        let mut ledger = Ledger::default();
        let first = ask(
            &mut ledger,
            vec![put(Store::Runs, 7), put(Store::Curves, 7)],
        );
        let second = ask(
            &mut ledger,
            vec![Write::Delete(Store::Labels, 1), Write::Clear(Store::Rows)],
        );
        ledger.keep(first);
        ledger.keep(second);
        assert_eq!(waiting(&mut ledger), ["runs 7, curves 7", "labels -1"]);
    }

    #[test]
    fn what_was_asked_for_later_is_never_written_over() {
        let mut ledger = Ledger::default();
        let old = ask(
            &mut ledger,
            vec![put(Store::Labels, 1), put(Store::Labels, 2)],
        );
        // Fails while a later change of the same place is under way, or stored.
        let _later = ask(&mut ledger, vec![Write::Delete(Store::Labels, 1)]);
        ledger.keep(old);
        assert_eq!(waiting(&mut ledger), ["labels 2"]);
        // Waits, and is asked otherwise.
        let _latest = ask(&mut ledger, vec![put(Store::Labels, 2)]);
        assert!(waiting(&mut ledger).is_empty());
    }

    #[test]
    fn what_is_read_gives_way_to_what_this_tab_wants() {
        let mut ledger = Ledger::default();
        let failed = ask(&mut ledger, vec![put(Store::Labels, 1)]);
        let _stored = ask(&mut ledger, vec![put(Store::Labels, 2)]);
        let moment = ledger.now();
        ledger.keep(failed);
        let _meanwhile = ask(&mut ledger, vec![put(Store::Labels, 3)]);
        let newer = |key| ledger.is_newer(moment, Store::Labels, key);
        assert_eq!([1, 2, 3, 4].map(newer), [true, false, true, false]);
        assert!(!ledger.is_newer(moment, Store::Runs, 1));
    }

    #[test]
    fn what_came_after_another_tabs_erasing_is_named() {
        let mut ledger = Ledger::default();
        let mut at = |key, at_ms| ledger.ask(vec![put(Store::Runs, key)], Box::new(|| {}), at_ms);
        let (_stored, waits, under_way) = (at(1, 10.0), at(2, 20.0), at(3, 20.0));
        ledger.keep(waits);
        assert_eq!(ledger.erased(15.0), [(Store::Runs, 2), (Store::Runs, 3)]);
        ledger.keep(under_way);
        assert!(!ledger.is_waiting(), "what was under way does not return");
    }
}
