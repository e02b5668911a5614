//! What one judge says of the person's own pairs, for the agreement that a lesson asks for.

use leptos::prelude::*;
use std::collections::BTreeMap;
use tilt_protocol::{JudgeSettings, Verdict};

#[derive(Clone, Copy)]
pub struct JudgedStore {
    judge: StoredValue<Option<JudgeSettings>>,
    /// By the labels' keys.
    verdicts: RwSignal<BTreeMap<u64, Verdict>>,
    /// Asked for, with the answer under way.
    asked: StoredValue<Vec<u64>>,
}

impl JudgedStore {
    pub fn new() -> JudgedStore {
        JudgedStore {
            judge: StoredValue::new(None),
            verdicts: RwSignal::new(BTreeMap::new()),
            asked: StoredValue::new(Vec::new()),
        }
    }

    /// Verdicts are those of this judge from now on.
    pub fn set_judge(&self, judge: &JudgeSettings) {
        if self.judge.get_value().as_ref() != Some(judge) {
            self.judge.set_value(Some(judge.clone()));
            self.asked.set_value(Vec::new());
            self.verdicts.set(BTreeMap::new());
        }
    }

    /// Those of these keys that have not been asked about; they are from now on.
    pub fn take_unasked(&self, keys: &[u64]) -> Vec<u64> {
        let is_asked = |key: &u64| self.asked.with_value(|asked| asked.contains(key));
        let new: Vec<u64> = keys.iter().copied().filter(|key| !is_asked(key)).collect();
        self.asked.update_value(|asked| asked.extend(&new));
        new
    }

    /// They were asked about, and no answer will come.
    pub fn failed(&self, keys: &[u64]) {
        self.asked
            .update_value(|asked| asked.retain(|key| !keys.contains(key)));
    }

    pub fn answered(&self, keys: &[u64], verdicts: &[Verdict]) {
        self.verdicts.update(|all| {
            all.extend(keys.iter().copied().zip(verdicts.iter().copied()));
        });
    }

    pub fn verdicts(&self) -> Signal<BTreeMap<u64, Verdict>> {
        self.verdicts.into()
    }
}
