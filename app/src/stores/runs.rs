//! The runs that are kept, each with its settings, its curves and what was measured of it,
//! to be looked at beside each other.

use super::growing_curve::GrowingCurve;
use crate::model::curves::{Curve, CurvePoint, between};
use crate::model::run_record::{
    KlPoint, Marks, NewRun, Replaced, RunRecord, SettingChange, WinRatePoint, free_style, name_of,
    unique_name,
};
use leptos::prelude::*;
use std::sync::Arc;
use tilt_protocol::{Replacement, RunId, TrainSettings};

#[derive(Clone, Copy)]
pub struct RunsStore {
    /// In the order in which they were started.
    records: RwSignal<Vec<Arc<RunRecord>>>,
    /// The live run's, which its record is without.
    growing: GrowingCurve,
    /// The last one removed, and where it stood.
    removed: RwSignal<Option<(usize, Arc<RunRecord>)>>,
    last_id: StoredValue<RunId>,
    /// What was stored has been read, or cannot be.
    is_loaded: RwSignal<bool>,
}

impl RunsStore {
    pub fn new() -> RunsStore {
        RunsStore {
            records: RwSignal::new(Vec::new()),
            growing: GrowingCurve::new(),
            removed: RwSignal::new(None),
            last_id: StoredValue::new(0),
            is_loaded: RwSignal::new(false),
        }
    }

    pub fn is_loaded(&self) -> Signal<bool> {
        self.is_loaded.into()
    }

    pub fn set_loaded(&self) {
        self.is_loaded.set(true);
    }

    /// The policy is the reference again.
    pub fn leave(&self, id: RunId) {
        self.update(id, |record| record.is_left = true);
    }

    /// The policy is this run's again: it comes back by itself.
    pub fn return_to(&self, id: RunId) {
        self.update(id, |record| record.is_left = false);
    }

    /// A run that had ended after `taken` steps goes on to `steps`; `what` was changed.
    pub fn reopen(&self, id: RunId, taken: usize, steps: usize, what: Option<String>) {
        self.update(id, |record| {
            record.is_ended = false;
            record.replaced = None;
            record.settings.steps = steps;
            let change = what.map(|what| SettingChange { step: taken, what });
            record.changes.extend(change);
        });
    }

    /// A number that no run of this tab has had.
    pub fn next_id(&self) -> RunId {
        self.last_id.update_value(|id| *id += 1);
        self.last_id.get_value()
    }

    pub fn get(&self, id: RunId) -> Option<Arc<RunRecord>> {
        self.find(|record| record.id == id)
    }

    pub fn find(&self, is_wanted: impl Fn(&RunRecord) -> bool) -> Option<Arc<RunRecord>> {
        self.records.with_untracked(|records| {
            records
                .iter()
                .rev()
                .find(|record| is_wanted(record))
                .cloned()
        })
    }

    /// Takes in the stored runs: this tab's own stay as they are, and of the others what this
    /// tab said of them since they were read.
    pub fn merge(
        &self,
        stored: Vec<RunRecord>,
        is_own: impl Fn(&RunRecord) -> bool,
        has_own_marks: impl Fn(&RunRecord) -> bool,
    ) {
        self.records.update(|records| {
            let old = std::mem::take(records);
            let (own, others): (Vec<_>, Vec<_>) = old.into_iter().partition(|r| is_own(r));
            *records = own;
            for mut record in stored {
                if records.iter().any(|known| known.uid == record.uid) {
                    continue;
                }
                let known = others.iter().find(|known| known.uid == record.uid);
                record.id = known.map_or_else(|| self.next_id(), |known| known.id);
                if let Some(known) = known.filter(|known| has_own_marks(known)) {
                    record.take_marks(known.marks());
                }
                // Another tab or another lab may have given the same one away.
                record.style = free_style(records, record.style);
                let place = records.partition_point(|known| known.uid < record.uid);
                records.insert(place, Arc::new(record));
            }
        });
    }

    /// Takes in what was said of a run in another tab.
    pub fn take_marks(&self, uid: u64, marks: Marks) {
        let known = self.find(|record| record.uid == uid);
        if let Some(known) = known.filter(|known| known.marks() != marks) {
            self.update(known.id, |record| record.take_marks(marks));
        }
    }

    pub fn records(&self) -> Signal<Vec<Arc<RunRecord>>> {
        self.records.into()
    }

    pub fn removed(&self) -> Signal<Option<(usize, Arc<RunRecord>)>> {
        self.removed.into()
    }

    pub fn begin(&self, id: RunId, new: NewRun) {
        let NewRun {
            uid,
            kind,
            settings,
            model,
            identity,
        } = new;
        self.records.update(|records| {
            let style = free_style(records, 0);
            let name = unique_name(&name_of(kind, &settings), records);
            records.push(Arc::new(RunRecord {
                id,
                uid,
                is_ended: false,
                is_left: false,
                name,
                kind,
                settings,
                model,
                identity: Some(identity),
                principle: None,
                style,
                is_pinned: false,
                curve: Curve::default(),
                kls: Vec::new(),
                win_rates: Vec::new(),
                changes: Vec::new(),
                replaced: None,
                note: String::new(),
            }));
        });
    }

    /// The run takes no further steps.
    pub fn finished(&self, id: RunId) {
        if self.growing.with(id, |_| ()).is_some() {
            self.settle();
            self.draw(id);
        }
        self.update(id, |record| record.is_ended = true);
    }

    /// Something else took the run's place.
    pub fn replaced(&self, id: RunId, step: usize, by: Replacement) {
        let replaced = Some(Replaced { step, by });
        self.update(id, |record| record.replaced = replaced);
    }

    /// The curve that is drawn: the live or latest run's.
    pub fn drawn_curve(&self) -> Signal<Curve> {
        self.growing.drawn()
    }

    /// Draws this run's curve as it is.
    pub fn draw(&self, id: RunId) {
        let curve = self.get(id).map(|record| record.curve.clone());
        self.growing.draw(curve.unwrap_or_default());
    }

    pub fn draw_none(&self) {
        self.growing.draw(Curve::default());
    }

    /// From now on this run's curve grows; whatever grew before has its end.
    pub fn grow(&self, id: RunId) {
        self.settle();
        let curve = self.records.try_update(|records| {
            let record = records.iter_mut().find(|record| record.id == id)?;
            Some(std::mem::take(&mut Arc::make_mut(record).curve))
        });
        self.growing.start(id, curve.flatten().unwrap_or_default());
    }

    /// The curve that grew lies in its record again.
    pub fn settle(&self) {
        if let Some((id, curve)) = self.growing.take() {
            self.update(id, |record| record.curve = curve);
        }
    }

    pub fn add_point(&self, id: RunId, point: CurvePoint) {
        self.growing.push(id, point);
    }

    /// The last point of a run's curve.
    pub fn last_point(&self, id: RunId) -> Option<Arc<CurvePoint>> {
        self.growing
            .with(id, |points| points.last().cloned())
            .unwrap_or_else(|| self.get(id)?.curve.last().cloned())
    }

    /// The points of a run's curve after one step, up to another.
    pub fn points(&self, id: RunId, after: usize, to: usize) -> Vec<Arc<CurvePoint>> {
        let of = |points: &[Arc<CurvePoint>]| between(points, after, to).to_vec();
        self.growing.with(id, of).unwrap_or_else(|| {
            let record = self.get(id);
            record.map(|record| of(&record.curve)).unwrap_or_default()
        })
    }

    /// What came after `step` will come again.
    pub fn rewind(&self, id: RunId, step: usize) {
        self.growing.cut(id, step);
        self.update(id, |record| {
            record.kls.retain(|point| point.step <= step);
            record.win_rates.retain(|point| point.step <= step);
            record.changes.retain(|change| change.step <= step);
        });
    }

    pub fn add_kl(&self, id: RunId, point: KlPoint) {
        // A run that comes back is measured again where it stands.
        self.update(id, |record| {
            record.kls.retain(|known| known.step != point.step);
            record.kls.push(point);
        });
    }

    /// A win rate of the policy as the run had made it.
    pub fn add_win_rate(&self, id: RunId, point: WinRatePoint) {
        self.update(id, |record| record.win_rates.push(point));
    }

    /// The run's settings as they are now.
    pub fn settings_of(&self, id: RunId) -> Option<TrainSettings> {
        self.records.with_untracked(|records| {
            let record = records.iter().find(|record| record.id == id)?;
            Some(record.settings.clone())
        })
    }

    /// Takes in what was changed after `step`.
    pub fn adjusted(
        &self,
        id: RunId,
        step: usize,
        what: String,
        beta: Option<f64>,
        learning_rate: f64,
    ) {
        self.update(id, |record| {
            record.settings.learning_rate = learning_rate;
            if let Some(beta) = beta {
                record.settings.objective.set_beta(beta);
            }
            record.changes.push(SettingChange { step, what });
        });
    }

    /// A name that another run has gets a number.
    pub fn rename(&self, id: RunId, name: &str) {
        let name = name.trim();
        let is_kept = self.get(id).is_none_or(|record| record.name == name);
        if !name.is_empty() && !is_kept {
            let others = self.records.with_untracked(|records| {
                let others = records.iter().filter(|record| record.id != id);
                others.cloned().collect::<Vec<_>>()
            });
            let name = unique_name(name, &others);
            self.update(id, |record| record.name = name);
        }
    }

    pub fn set_note(&self, id: RunId, note: String) {
        let is_kept = self.get(id).is_none_or(|record| record.note == note);
        if !is_kept {
            self.update(id, |record| record.note = note);
        }
    }

    /// A listed run's name, as it is now.
    pub fn name(&self, id: RunId) -> Option<String> {
        self.records.with(|records| {
            let record = records.iter().find(|record| record.id == id)?;
            Some(record.name.clone())
        })
    }

    pub fn toggle_pin(&self, id: RunId) {
        self.update(id, |record| record.is_pinned = !record.is_pinned);
    }

    pub fn remove(&self, id: RunId) {
        let place = self
            .records
            .with_untracked(|records| records.iter().position(|record| record.id == id));
        if let Some(place) = place {
            self.records.update(|records| {
                let record = records.remove(place);
                self.removed.set(Some((place, record)));
            });
        }
    }

    /// A run that never began.
    pub fn forget(&self, id: RunId) {
        self.records
            .update(|records| records.retain(|record| record.id != id));
    }

    pub fn undo_remove(&self) {
        if let Some((place, record)) = self.removed.get_untracked() {
            self.removed.set(None);
            self.records.update(|records| {
                // Another tab may have stored it again meanwhile.
                if records.iter().all(|known| known.uid != record.uid) {
                    records.insert(place.min(records.len()), record);
                }
            });
        }
    }

    pub fn clear(&self) {
        drop(self.growing.take());
        self.growing.draw(Curve::default());
        self.records.set(Vec::new());
        self.removed.set(None);
    }

    fn update(&self, id: RunId, change: impl FnOnce(&mut RunRecord)) {
        self.records.update(|records| {
            if let Some(record) = records.iter_mut().find(|record| record.id == id) {
                change(Arc::make_mut(record));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run_record::record_for_tests;
    use tilt_protocol::{ModelIdentity, ObjectiveKind};

    /// A pin that was changed while the runs were read came back as it had been.
    #[test]
    fn what_was_said_of_a_run_while_it_was_read_stays() {
        let owner = Owner::new();
        owner.set();
        let runs = RunsStore::new();
        let stored = || vec![record_for_tests()];
        let is_pinned = || runs.records().get_untracked()[0].is_pinned;
        runs.merge(stored(), |_| false, |_| false);
        assert!(is_pinned());
        runs.toggle_pin(runs.records().get_untracked()[0].id);
        runs.merge(stored(), |_| false, |_| true);
        assert!(!is_pinned());
        // Without a word of its own the tab shows what is stored.
        runs.merge(stored(), |_| false, |_| false);
        assert!(is_pinned());
    }

    #[test]
    fn runs_that_come_in_together_look_different() {
        let owner = Owner::new();
        owner.set();
        let runs = RunsStore::new();
        let stored = (1..=12).map(|uid| RunRecord {
            uid,
            style: uid as usize % 2,
            ..record_for_tests()
        });
        runs.merge(stored.collect(), |_| false, |_| false);
        let styles: std::collections::BTreeSet<usize> = runs
            .records()
            .with_untracked(|records| records.iter().map(|record| record.style).collect());
        assert_eq!(styles.len(), 12);
    }

    #[test]
    fn two_runs_never_share_a_name() {
        let owner = Owner::new();
        owner.set();
        let runs = RunsStore::new();
        let settings = || TrainSettings::lab_defaults(ObjectiveKind::Dpo);
        for id in [1, 2] {
            let new = NewRun {
                uid: id,
                kind: ObjectiveKind::Dpo,
                settings: settings(),
                model: "nano".to_owned(),
                identity: ModelIdentity::from(1),
            };
            runs.begin(id, new);
        }
        assert_eq!(runs.name(1).as_deref(), Some("DPO \u{3b2} 0.5"));
        runs.rename(2, " DPO \u{3b2} 0.5 ");
        assert_eq!(runs.name(2).as_deref(), Some("DPO \u{3b2} 0.5 (2)"));
        runs.rename(2, "mine");
        assert_eq!(runs.name(2).as_deref(), Some("mine"));
    }
}
