//! How fast a run goes: at full speed, or a step at a time on the page's own clock.

use crate::model::pace::Pace;
use gloo_timers::callback::Interval;
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct PaceStore {
    pace: RwSignal<Pace>,
    /// Ticks while the page asks for the steps one by one.
    clock: StoredValue<Option<Interval>, LocalStorage>,
    /// A step was asked for and has not come.
    is_waiting: StoredValue<bool>,
}

impl PaceStore {
    pub fn new() -> PaceStore {
        PaceStore {
            pace: RwSignal::new(Pace::Full),
            clock: StoredValue::new_local(None),
            is_waiting: StoredValue::new(false),
        }
    }

    pub fn pace(&self) -> Signal<Pace> {
        self.pace.into()
    }

    pub fn set(&self, pace: Pace) {
        self.pace.set(pace);
    }

    /// True while the page asks for the steps one by one.
    pub fn is_walking(&self) -> bool {
        self.clock.with_value(Option::is_some)
    }

    /// Calls `step` as often as the pace says, as long as the step before has come. At
    /// full speed nothing happens.
    pub fn walk(&self, is_waiting: bool, step: impl Fn() + 'static) {
        self.is_waiting.set_value(is_waiting);
        let store = *self;
        let clock = self.pace.get_untracked().step_ms().map(|ms| {
            Interval::new(ms, move || {
                if !store.is_waiting.get_value() {
                    store.is_waiting.set_value(true);
                    step();
                }
            })
        });
        self.clock.set_value(clock);
    }

    /// The engine has done what it was asked for.
    pub fn answered(&self) {
        self.is_waiting.set_value(false);
    }

    pub fn stop(&self) {
        self.clock.set_value(None);
    }
}
