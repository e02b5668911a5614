//! What judges say of the person's own pairs, for the agreement that a lesson asks for.

use leptos::prelude::*;
use std::collections::BTreeMap;
use tilt_protocol::{JudgeSettings, Verdict};

/// What one judge was asked.
#[derive(Clone, Debug, Default, PartialEq)]
struct OfJudge {
    /// By the labels' keys; `None` while the answer is under way.
    verdicts: BTreeMap<u64, Option<Verdict>>,
}

#[derive(Clone, Copy)]
pub struct JudgedStore(RwSignal<BTreeMap<String, OfJudge>>);

/// By what a judge is known here.
pub fn judge_key(judge: &JudgeSettings) -> String {
    // Plain data, which can always be written.
    serde_json::to_string(judge).unwrap_or_default()
}

impl JudgedStore {
    pub fn new() -> JudgedStore {
        JudgedStore(RwSignal::new(BTreeMap::new()))
    }

    /// Those of these labels that this judge has not been asked about; it is from now on.
    pub fn take_unasked(&self, judge: &str, keys: &[u64]) -> Vec<u64> {
        let new: Vec<u64> = self.0.with_untracked(|all| {
            let known = all.get(judge);
            let is_known = |key: &u64| known.is_some_and(|known| known.verdicts.contains_key(key));
            keys.iter().copied().filter(|key| !is_known(key)).collect()
        });
        if !new.is_empty() {
            self.0.update(|all| {
                let of_judge = all.entry(judge.to_owned()).or_default();
                of_judge.verdicts.extend(new.iter().map(|key| (*key, None)));
            });
        }
        new
    }

    /// No answer to this will come.
    pub fn failed(&self, judge: &str, keys: &[u64]) {
        self.0.update(|all| {
            if let Some(of_judge) = all.get_mut(judge) {
                of_judge
                    .verdicts
                    .retain(|key, verdict| verdict.is_some() || !keys.contains(key));
            }
        });
    }

    /// The engine is gone, and with it whatever was under way.
    pub fn engine_gone(&self) {
        self.0.update(|all| {
            for of_judge in all.values_mut() {
                of_judge.verdicts.retain(|_, verdict| verdict.is_some());
            }
        });
    }

    pub fn clear(&self) {
        self.0.set(BTreeMap::new());
    }

    pub fn answered(&self, judge: &str, keys: &[u64], verdicts: &[Verdict]) {
        self.0.update(|all| {
            let of_judge = all.entry(judge.to_owned()).or_default();
            let said = verdicts.iter().copied().map(Some);
            of_judge.verdicts.extend(keys.iter().copied().zip(said));
        });
    }

    /// What this judge says of a label's pair.
    pub fn verdict(&self, judge: &str, key: u64) -> Option<Verdict> {
        self.0.with(|all| *all.get(judge)?.verdicts.get(&key)?)
    }
}
