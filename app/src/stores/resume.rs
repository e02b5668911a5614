//! What this tab knows of saving its run: the run's lock, when it was saved, and which run
//! is to come back.

use crate::browser::locks::HeldLock;
use leptos::prelude::*;

/// A checkpoint is due after so much time, or so many steps, whichever comes first...
const EVERY_MS: f64 = 2_000.0;
const EVERY_STEPS: usize = 10;
/// ...as long as checkpoints take no more than this share of the time.
const SHARE: f64 = 0.05;

#[derive(Clone, Copy)]
pub struct ResumeStore {
    /// The uid of the run that is this tab's, and its lock once it is there.
    lock: StoredValue<Option<(u64, Option<HeldLock>)>, LocalStorage>,
    saves: StoredValue<Saves>,
    /// The run to go on with once a model is loaded.
    planned: StoredValue<Option<ResumePlan>>,
    /// The stored runs were looked through for one to go on with.
    is_looked_through: StoredValue<bool>,
}

/// When the live run was saved, and when it is to be saved again.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Saves {
    /// The last checkpoint came at this time; 0 before the first.
    last_ms: f64,
    /// Steps since then.
    steps: usize,
    /// What it took beside the step that was under way, in ms.
    took_ms: f64,
    /// Since when one has been asked for.
    asked: Option<f64>,
    /// The one that was asked for will be too old: another is wanted after it.
    is_another_wanted: bool,
}

impl Saves {
    fn is_due(&self, now: f64) -> bool {
        let since = now - self.last_ms;
        let is_time = since >= EVERY_MS || self.steps >= EVERY_STEPS;
        is_time && since >= self.took_ms / SHARE
    }
}

/// A run that is to come back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResumePlan {
    pub uid: u64,
    pub goes_on: bool,
}

impl ResumeStore {
    pub fn new() -> ResumeStore {
        ResumeStore {
            lock: StoredValue::new_local(None),
            saves: StoredValue::new(Saves::default()),
            planned: StoredValue::new(None),
            is_looked_through: StoredValue::new(false),
        }
    }

    /// The run of this uid is this tab's, and was never saved yet; its lock comes later.
    pub fn hold(&self, uid: u64) {
        self.saves.set_value(Saves::default());
        self.lock.set_value(Some((uid, None)));
    }

    /// The run's lock is there, or another tab has it. One that comes after its run has
    /// ended is let go.
    pub fn lock_came(&self, uid: u64, lock: Option<HeldLock>) {
        self.lock.update_value(|held| {
            if let Some((wanted, held)) = held
                && *wanted == uid
            {
                *held = lock;
            }
        });
    }

    /// Whether this tab has the run's lock.
    pub fn is_held(&self, uid: u64) -> bool {
        self.lock.with_value(|lock| {
            let held = lock.as_ref().filter(|(held, _)| *held == uid);
            held.is_some_and(|(_, lock)| lock.is_some())
        })
    }

    /// No run is this tab's.
    pub fn let_go(&self) {
        self.lock.set_value(None);
        self.forget_saves();
    }

    /// What was asked for will not come, and nothing was saved yet.
    pub fn forget_saves(&self) {
        self.saves.set_value(Saves::default());
    }

    /// A step was taken: true where the run is to be saved.
    pub fn stepped(&self, now: f64) -> bool {
        let is_due = self.saves.try_update_value(|saves| {
            saves.steps += 1;
            saves.is_due(now) && saves.asked.is_none()
        });
        is_due == Some(true)
    }

    /// Whether a checkpoint may be asked for; where one is on its way already, another is
    /// noted as wanted after it: what comes may be older than now.
    pub fn may_ask(&self) -> bool {
        let may = self.saves.try_update_value(|saves| {
            saves.is_another_wanted |= saves.asked.is_some();
            saves.asked.is_none()
        });
        may == Some(true)
    }

    /// What there is of the run without its policy was stored now.
    pub fn saved_without(&self, now: f64) {
        self.saves.set_value(Saves {
            last_ms: now,
            ..Saves::default()
        });
    }

    /// A checkpoint was asked for at this time, or could not be.
    pub fn asked(&self, at: Option<f64>) {
        self.saves.update_value(|saves| saves.asked = at);
    }

    /// One has come, while a step takes `step_ms`.
    pub fn came(&self, now: f64, step_ms: f64, is_asked: bool) {
        self.saves.update_value(|saves| {
            saves.last_ms = now;
            saves.steps = 0;
            if let Some(asked) = saves.asked.filter(|_| is_asked) {
                saves.took_ms = (now - asked - step_ms).max(0.0);
            }
        });
    }

    /// Nothing more comes of what was asked for: true where another is wanted.
    pub fn answered(&self) -> bool {
        let wanted = self.saves.try_update_value(|saves| {
            saves.asked = None;
            std::mem::take(&mut saves.is_another_wanted)
        });
        wanted == Some(true)
    }

    /// The run to go on with, which the next model takes up.
    pub fn plan(&self, plan: Option<ResumePlan>) {
        self.planned.set_value(plan);
    }

    pub fn take_plan(&self) -> Option<ResumePlan> {
        self.planned.try_update_value(Option::take).flatten()
    }

    pub fn is_looked_through(&self) -> bool {
        self.is_looked_through.get_value()
    }

    pub fn set_looked_through(&self) {
        self.is_looked_through.set_value(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_due_by_time_or_by_steps_and_takes_a_share_of_the_time() {
        let saves = |steps, took_ms| Saves {
            last_ms: 1_000_000.0,
            steps,
            took_ms,
            ..Saves::default()
        };
        let is_due = |saves: Saves, since: f64| saves.is_due(1_000_000.0 + since);
        assert!(is_due(Saves::default(), 0.0), "the first step");
        assert!(!is_due(saves(3, 20.0), 1_900.0));
        assert!(is_due(saves(3, 20.0), 2_000.0), "by time");
        assert!(is_due(saves(EVERY_STEPS, 20.0), 500.0), "by steps");
        assert!(!is_due(saves(EVERY_STEPS, 20.0), 300.0), "too dear");
        assert!(!is_due(saves(1, 1_000.0), 19_000.0), "too dear");
        assert!(is_due(saves(1, 1_000.0), 20_000.0));
    }
}
