//! What judges say of the person's own pairs, for the agreement that a lesson asks for.

use leptos::prelude::*;
use tilt_protocol::{JudgeSettings, Verdict};

/// Of one judge and label; `None` while the answer is under way.
type Said = ((String, u64), Option<Verdict>);

#[derive(Clone, Copy)]
pub struct JudgedStore(RwSignal<Vec<Said>>);

/// By what a judge is known here.
pub fn judge_key(judge: &JudgeSettings) -> String {
    // Plain data, which can always be written.
    serde_json::to_string(judge).unwrap_or_default()
}

impl JudgedStore {
    pub fn new() -> JudgedStore {
        JudgedStore(RwSignal::new(Vec::new()))
    }

    /// Those of these labels that this judge has not been asked about; it is from now on.
    pub fn take_unasked(&self, judge: &str, keys: &[u64]) -> Vec<u64> {
        let known = self.0.get_untracked();
        let is_known = |key: u64| {
            let mut of_label = known.iter().filter(|((_, of), _)| *of == key);
            of_label.any(|((by, _), _)| by == judge)
        };
        let new: Vec<u64> = keys.iter().copied().filter(|key| !is_known(*key)).collect();
        if !new.is_empty() {
            let asked = new.iter().map(|key| ((judge.to_owned(), *key), None));
            self.0.update(|all| all.extend(asked));
        }
        new
    }

    /// No answer to this will come.
    pub fn failed(&self, judge: &str, keys: &[u64]) {
        self.0.update(|all| {
            all.retain(|((by, key), verdict)| {
                verdict.is_some() || by != judge || !keys.contains(key)
            });
        });
    }

    /// The engine is gone, and with it whatever was under way.
    pub fn engine_gone(&self) {
        self.0
            .update(|all| all.retain(|(_, verdict)| verdict.is_some()));
    }

    pub fn clear(&self) {
        self.0.set(Vec::new());
    }

    pub fn answered(&self, judge: &str, keys: &[u64], verdicts: &[Verdict]) {
        self.0.update(|all| {
            for ((by, key), verdict) in all.iter_mut() {
                let at = keys.iter().position(|asked| asked == key && by == judge);
                if let Some(said) = at.and_then(|at| verdicts.get(at)) {
                    *verdict = Some(*said);
                }
            }
        });
    }

    /// What this judge says of a label's pair.
    pub fn verdict(&self, judge: &str, key: u64) -> Option<Verdict> {
        self.0.with(|all| {
            let mut of_label = all.iter().filter(|((_, of), _)| *of == key);
            of_label.find(|((by, _), _)| by == judge)?.1
        })
    }
}
