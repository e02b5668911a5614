//! What this tab knows of saving its run: the run's lock, when it was saved, and which run
//! is to come back.

use crate::browser::locks::HeldLock;
use crate::model::save_pace::SavePace;
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct ResumeStore {
    /// The uid of the run that is this tab's, and its lock once it is there.
    lock: StoredValue<Option<(u64, Option<HeldLock>)>, LocalStorage>,
    pace: StoredValue<SavePace>,
    /// The run to go on with once a model is loaded.
    planned: StoredValue<Option<ResumePlan>>,
    /// The stored runs were looked through for one to go on with.
    is_looked_through: StoredValue<bool>,
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
            pace: StoredValue::new(SavePace::default()),
            planned: StoredValue::new(None),
            is_looked_through: StoredValue::new(false),
        }
    }

    /// The run of this uid is this tab's, and was never saved yet; its lock comes later.
    pub fn hold(&self, uid: u64) {
        self.pace.set_value(SavePace::default());
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
        self.pace.set_value(SavePace::default());
    }

    /// A step was taken: true where the run is to be saved.
    pub fn stepped(&self, now: f64) -> bool {
        self.with_pace(|pace| pace.stepped(now))
    }

    /// Whether a checkpoint may be asked for; where one is on its way already, another is
    /// noted as wanted after it.
    pub fn may_ask(&self) -> bool {
        self.with_pace(SavePace::may_ask)
    }

    /// What there is of the run without its policy was stored now.
    pub fn saved_without_policy(&self, now: f64) {
        self.pace.set_value(SavePace::saved_without_policy(now));
    }

    /// A checkpoint was asked for at this time, or could not be.
    pub fn asked(&self, at: Option<f64>) {
        self.pace.update_value(|pace| pace.asked(at));
    }

    /// One has come, while a step takes `step_ms`.
    pub fn came(&self, now: f64, step_ms: f64, is_asked: bool) {
        self.pace
            .update_value(|pace| pace.came(now, step_ms, is_asked));
    }

    /// Nothing more comes of what was asked for: true where another is wanted.
    pub fn answered(&self) -> bool {
        self.with_pace(SavePace::answered)
    }

    fn with_pace(&self, ask: impl FnOnce(&mut SavePace) -> bool) -> bool {
        self.pace.try_update_value(ask) == Some(true)
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
