//! Pairs of fresh answers that a run waits with for the learner's verdicts.

use leptos::prelude::*;
use tilt_protocol::{Pair, RunId, Verdict};

/// What a run has asked, and what has been said so far.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    run: RunId,
    pairs: Vec<Pair>,
    verdicts: Vec<Verdict>,
}

/// A pair that waits, and where it stands among those of its step.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingPair {
    pub pair: Pair,
    /// From 1.
    pub place: usize,
    pub of: usize,
}

/// All that a run has asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Preferences {
    pub run: RunId,
    /// One a pair.
    pub verdicts: Vec<Verdict>,
}

#[derive(Clone, Copy)]
pub struct FreshPairsStore {
    asked: RwSignal<Option<Asked>>,
}

impl FreshPairsStore {
    pub fn new() -> FreshPairsStore {
        FreshPairsStore {
            asked: RwSignal::new(None),
        }
    }

    pub fn ask(&self, run: RunId, pairs: Vec<Pair>) {
        let verdicts = Vec::with_capacity(pairs.len());
        self.asked.set(Some(Asked {
            run,
            pairs,
            verdicts,
        }));
    }

    pub fn is_asking(&self) -> bool {
        self.current().is_some()
    }

    pub fn current(&self) -> Option<WaitingPair> {
        self.asked.with(|asked| {
            let asked = asked.as_ref()?;
            let place = asked.verdicts.len();
            Some(WaitingPair {
                pair: asked.pairs.get(place)?.clone(),
                place: place + 1,
                of: asked.pairs.len(),
            })
        })
    }

    /// A verdict on the pair that waits; with the last one, all of them, and nothing waits.
    pub fn judge(&self, verdict: Verdict) -> Option<Preferences> {
        let is_over = self.asked.try_update(|asked| {
            let asked = asked.as_mut()?;
            asked.verdicts.push(verdict);
            Some(asked.verdicts.len() >= asked.pairs.len())
        });
        if is_over.flatten() != Some(true) {
            return None;
        }
        let asked = self.asked.try_update(Option::take).flatten()?;
        Some(Preferences {
            run: asked.run,
            verdicts: asked.verdicts,
        })
    }

    /// Nobody waits any more: the run is over, or another one begins.
    pub fn clear(&self) {
        self.asked.set(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::PairSource;

    fn pair(id: &str) -> Pair {
        Pair {
            id: id.to_owned(),
            prompt: "Hello there!".to_owned(),
            answer_a: "Hello.".to_owned(),
            answer_b: "Hi.".to_owned(),
            source: PairSource::Written,
            row: None,
        }
    }

    #[test]
    fn a_run_hears_when_all_its_pairs_have_a_verdict() {
        let owner = Owner::new();
        owner.set();
        let store = FreshPairsStore::new();
        assert!(store.judge(Verdict::A).is_none());
        store.ask(3, vec![pair("a"), pair("b")]);
        let first = store.current().unwrap();
        assert_eq!((first.pair.id.as_str(), first.place, first.of), ("a", 1, 2));
        assert!(store.judge(Verdict::B).is_none());
        assert_eq!(store.current().unwrap().pair.id, "b");
        let all = store.judge(Verdict::Tie).unwrap();
        assert_eq!(
            all,
            Preferences {
                run: 3,
                verdicts: vec![Verdict::B, Verdict::Tie]
            }
        );
        assert!(!store.is_asking());
    }
}
