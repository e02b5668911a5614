//! The sweep of this lab: its form, its runs, how far it is. It outlives a reload.

use crate::browser::storage::web::Area;
use crate::model::json;
use crate::model::space::Space;
use crate::model::sweep::{Sweep, SweepForm};
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct SweepStore {
    form: RwSignal<SweepForm>,
    sweep: RwSignal<Sweep>,
    /// The point whose win rate is being measured.
    measured: StoredValue<Option<usize>>,
    space: Space,
}

impl SweepStore {
    pub fn new(space: Space) -> SweepStore {
        SweepStore {
            form: RwSignal::new(SweepForm::default()),
            sweep: RwSignal::new(Sweep::default()),
            measured: StoredValue::new(None),
            space,
        }
    }

    /// Takes in what an earlier visit kept. One that was under way waits for the person.
    pub fn load(&self) {
        let kept = Area::Local.get(&self.space.sweep());
        let kept = kept.and_then(|text| json::from_str::<Sweep>(&text).ok());
        if let Some(kept) = kept.filter(|_| self.sweep.with_untracked(|now| now.points.is_empty()))
        {
            self.sweep.set(Sweep {
                is_going: false,
                ..kept
            });
        }
    }

    pub fn form(&self) -> RwSignal<SweepForm> {
        self.form
    }

    pub fn sweep(&self) -> Signal<Sweep> {
        self.sweep.into()
    }

    pub fn begin(&self, sweep: Sweep) {
        self.measured.set_value(None);
        self.change(|now| *now = sweep);
    }

    pub fn set_going(&self, is_going: bool) {
        self.measured.set_value(None);
        self.change(|sweep| sweep.is_going = is_going);
    }

    /// The point became this run; `None` where it is to be begun anew.
    pub fn set_run(&self, at: usize, run: Option<u64>) {
        self.change(|sweep| {
            if let Some(point) = sweep.points.get_mut(at) {
                point.run = run;
            }
        });
    }

    /// Notes that the win rate of this point is asked for; false where it was already.
    pub fn ask_measure(&self, at: usize) -> bool {
        let is_new = self.measured.get_value() != Some(at);
        self.measured.set_value(Some(at));
        is_new
    }

    pub fn set_done(&self, at: usize) {
        self.change(|sweep| {
            if let Some(point) = sweep.points.get_mut(at) {
                point.is_done = true;
            }
            sweep.is_going &= sweep.at().is_some();
        });
    }

    fn change(&self, change: impl FnOnce(&mut Sweep)) {
        self.sweep.update(change);
        // Where the browser keeps nothing the sweep is of this visit, as the runs are.
        if let Ok(text) = self.sweep.with_untracked(serde_json::to_string) {
            Area::Local.set(&self.space.sweep(), &text);
        }
    }
}
