//! The runs of this visit: each with its settings, its curves and what was measured of
//! it, kept to be looked at beside each other.

use super::form::usual_beside;
use super::run::RunStore;
use crate::model::curves::{Curve, CurvePoint, GrowingCurve, between};
use crate::model::parameters::differences;
use crate::texts::numbers::{fixed, with_interval};
use crate::texts::runs as texts;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tilt_protocol::statistics::interval_of;
use tilt_protocol::{
    JudgedReward, ModelIdentity, ModelName, ObjectiveKind, Principle, Replacement, RunId,
    TrainSettings,
};

/// Pairs of a colour and a marker.
pub const STYLES: usize = 40;

/// An estimate of `metric-kl` with what the judge makes of the same answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KlPoint {
    pub step: usize,
    /// Nats an answer.
    pub kl: f64,
    /// Answers that it is the mean of, and its standard error; older runs do not say.
    #[serde(default)]
    pub n: Option<usize>,
    #[serde(default)]
    pub standard_error: Option<f64>,
    /// Under each principle, so that one can be chosen when the run is over.
    #[serde(default)]
    pub rewards: Vec<JudgedReward>,
    /// The mean under [`RunRecord::principle`], from runs stored before there were all.
    #[serde(default)]
    pub reward: Option<f64>,
}

/// A measured win rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WinRatePoint {
    pub step: usize,
    pub principle: Principle,
    pub rate: f64,
    /// 95% Wilson interval.
    pub low: f64,
    pub high: f64,
    /// Comparisons that were decisive, and those that were not; older runs do not say.
    #[serde(default)]
    pub decisive: Option<usize>,
    #[serde(default)]
    pub ties: Option<usize>,
}

/// A setting that was changed while the run was under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The last step that was taken before it.
    pub step: usize,
    /// For people: "β 0.1 → 0.3".
    pub what: String,
}

/// The run gave way to something else before it had taken all its steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replaced {
    /// The last step that was taken.
    pub step: usize,
    pub by: Replacement,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Counts the runs that this tab knows.
    #[serde(skip)]
    pub id: RunId,
    /// Unlike that of any other run, in other tabs too; later runs have larger ones.
    pub uid: u64,
    /// It takes no further steps.
    pub is_ended: bool,
    /// The policy was reset since: this run's does not come back by itself.
    pub is_left: bool,
    pub name: String,
    pub kind: ObjectiveKind,
    pub settings: TrainSettings,
    /// As it is called.
    pub model: String,
    /// The model itself; `None` where an older version stored the run.
    #[serde(default)]
    pub identity: Option<ModelIdentity>,
    /// What older runs were judged by.
    #[serde(default)]
    pub principle: Option<Principle>,
    /// From 0 to [`STYLES`] - 1.
    pub style: usize,
    /// Drawn beside the live run.
    pub is_pinned: bool,
    #[serde(skip)]
    pub curve: Curve,
    pub kls: Vec<KlPoint>,
    pub win_rates: Vec<WinRatePoint>,
    pub changes: Vec<Change>,
    #[serde(default)]
    pub replaced: Option<Replaced>,
}

impl RunRecord {
    /// Whether its policy is one of this model. A name tells shipped models apart; what an
    /// older version stored of an imported one is nobody's.
    pub fn is_of(&self, name: &str, identity: &ModelIdentity) -> bool {
        match &self.identity {
            Some(of_run) => of_run == identity,
            None => self.model == name && ModelName::from_slug(name).is_some(),
        }
    }
}

impl RunRecord {
    /// The name, with what was changed since it was given.
    pub fn title(&self) -> String {
        let changes: Vec<&str> = self.changes.iter().map(|c| c.what.as_str()).collect();
        if changes.is_empty() {
            self.name.clone()
        } else {
            texts::changed_name(&self.name, &changes)
        }
    }
}

impl KlPoint {
    /// The KL with half the width of its 95% interval, where that is known, for people.
    pub fn shown(&self) -> String {
        kl_text(self.kl, self.n, self.standard_error)
    }
}

/// "3.43 ± 0.51".
pub fn kl_text(kl: f64, n: Option<usize>, standard_error: Option<f64>) -> String {
    match n.zip(standard_error) {
        Some((n, error)) => with_interval(kl, interval_of(kl, error, n), 2),
        None => fixed(kl, 2),
    }
}

impl RunRecord {
    /// Mean judged reward of a point's answers under a principle, with its standard error.
    /// Older runs know the one alone that they were started with.
    pub fn reward_at(&self, point: &KlPoint, principle: Principle) -> Option<(f64, Option<f64>)> {
        let judged = point.rewards.iter().find(|r| r.principle == principle);
        let older = || point.reward.filter(|_| self.principle == Some(principle));
        match judged {
            Some(reward) => Some((reward.mean, reward.standard_error)),
            None => older().map(|mean| (mean, None)),
        }
    }
}

/// What a person has said of a run, in whichever tab. It is stored apart from what the run
/// itself comes to: the tab that trains it writes that again and again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    pub name: String,
    pub is_pinned: bool,
    pub is_left: bool,
}

impl RunRecord {
    pub fn marks(&self) -> Marks {
        Marks {
            name: self.name.clone(),
            is_pinned: self.is_pinned,
            is_left: self.is_left,
        }
    }

    pub fn take_marks(&mut self, marks: Marks) {
        self.name = marks.name;
        self.is_pinned = marks.is_pinned;
        self.is_left = marks.is_left;
    }
}

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

    /// Takes in the stored runs: this tab's own stay as they are.
    pub fn merge(&self, stored: Vec<RunRecord>, is_own: impl Fn(&RunRecord) -> bool) {
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

    pub fn begin(
        &self,
        id: RunId,
        uid: u64,
        kind: ObjectiveKind,
        settings: TrainSettings,
        (model, identity): (String, ModelIdentity),
    ) {
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
            record.changes.push(Change { step, what });
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

    /// What charts draw: the pinned runs and, last, the live or latest one, with its
    /// curve as it grows.
    pub fn shown(&self, live: RunStore) -> Vec<RunRecord> {
        self.drawn(live, |record| record.is_pinned)
    }

    /// Every listed run; the last is the live or latest one, with its curve as it grows.
    pub fn all(&self, live: RunStore) -> Vec<RunRecord> {
        self.drawn(live, |_| true)
    }

    fn drawn(&self, live: RunStore, is_wanted: impl Fn(&RunRecord) -> bool) -> Vec<RunRecord> {
        let (id, is_active) = live.run().with(|run| (run.id, run.phase.is_active()));
        self.records.with(|records| {
            let mut shown: Vec<RunRecord> = records
                .iter()
                .filter(|record| is_wanted(record) && record.id != id)
                .map(|record| (**record).clone())
                .collect();
            if let Some(record) = records.iter().find(|record| record.id == id) {
                let mut record = (**record).clone();
                if is_active || record.curve.is_empty() {
                    record.curve = live.curve().get();
                }
                shown.push(record);
            }
            shown
        })
    }

    fn update(&self, id: RunId, change: impl FnOnce(&mut RunRecord)) {
        self.records.update(|records| {
            if let Some(record) = records.iter_mut().find(|record| record.id == id) {
                change(Arc::make_mut(record));
            }
        });
    }
}

/// A run's name: the objective with its beta, which is what is changed most, and whatever
/// else is not as the page proposes it.
fn name_of(kind: ObjectiveKind, settings: &TrainSettings) -> String {
    let usual = TrainSettings::lab_defaults(kind);
    let mut name = kind.title().to_owned();
    if let Some(beta) = settings.objective.beta() {
        name.push_str(&texts::named_beta(beta));
    }
    if settings.learning_rate != usual.learning_rate {
        name.push_str(&texts::named_learning_rate(settings.learning_rate));
    }
    if settings.steps != usual.steps {
        name.push_str(&texts::named_steps(settings.steps));
    }
    if settings.seed != usual.seed {
        name.push_str(&texts::named_seed(settings.seed));
    }
    for (parameter, text) in differences(usual_beside(kind, settings), settings) {
        name.push_str(&texts::named_parameter(&parameter.label(settings), &text));
    }
    name
}

/// `wanted`, or the first one that no run has.
fn free_style(records: &[Arc<RunRecord>], wanted: usize) -> usize {
    let wanted = wanted % STYLES;
    let is_free = |style: &usize| records.iter().all(|record| record.style != *style);
    let mut wanted_first = std::iter::once(wanted).chain(0..STYLES);
    wanted_first.find(is_free).unwrap_or(wanted)
}

fn unique_name(name: &str, records: &[Arc<RunRecord>]) -> String {
    let is_taken = |name: &str| records.iter().any(|record| record.name == name);
    if !is_taken(name) {
        return name.to_owned();
    }
    (2..)
        .map(|number| texts::numbered_name(name, number))
        .find(|name| !is_taken(name))
        .unwrap_or_else(|| name.to_owned())
}

/// A run without steps.
#[cfg(test)]
pub fn record_for_tests() -> RunRecord {
    RunRecord {
        id: 1,
        uid: 1,
        is_ended: true,
        is_left: false,
        name: String::new(),
        kind: ObjectiveKind::Dpo,
        settings: TrainSettings::lab_defaults(ObjectiveKind::Dpo),
        model: String::new(),
        identity: None,
        principle: None,
        style: 0,
        is_pinned: true,
        curve: Curve::default(),
        kls: Vec::new(),
        win_rates: Vec::new(),
        changes: Vec::new(),
        replaced: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::Objective;

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
        runs.merge(stored.collect(), |_| false);
        let styles: std::collections::BTreeSet<usize> = runs
            .records()
            .with_untracked(|records| records.iter().map(|record| record.style).collect());
        assert_eq!(styles.len(), 12);
    }

    #[test]
    fn beside_a_curve_a_run_says_what_was_changed() {
        let mut record = RunRecord {
            name: "DPO \u{3b2} 0.2".to_owned(),
            ..record_for_tests()
        };
        assert_eq!(record.title(), "DPO \u{3b2} 0.2");
        let what = "\u{3b2} 0.2 \u{2192} 0.5".to_owned();
        record.changes.push(Change { step: 1, what });
        assert_eq!(record.title(), "DPO \u{3b2} 0.2 (\u{3b2} 0.2 \u{2192} 0.5)");
    }

    #[test]
    fn two_runs_never_share_a_name() {
        let owner = Owner::new();
        owner.set();
        let runs = RunsStore::new();
        let settings = || TrainSettings::lab_defaults(ObjectiveKind::Dpo);
        for id in [1, 2] {
            let model = ("nano".to_owned(), ModelIdentity::from(1));
            runs.begin(id, id, ObjectiveKind::Dpo, settings(), model);
        }
        assert_eq!(runs.name(1).as_deref(), Some("DPO \u{3b2} 0.5"));
        runs.rename(2, " DPO \u{3b2} 0.5 ");
        assert_eq!(runs.name(2).as_deref(), Some("DPO \u{3b2} 0.5 (2)"));
        runs.rename(2, "mine");
        assert_eq!(runs.name(2).as_deref(), Some("mine"));
    }

    #[test]
    fn a_run_is_named_by_what_the_page_does_not_propose() {
        let mut settings = TrainSettings::lab_defaults(ObjectiveKind::Simpo);
        assert_eq!(name_of(ObjectiveKind::Simpo, &settings), "SimPO \u{3b2} 10");
        // Gamma follows beta, and the warm-up the steps.
        settings.objective = ObjectiveKind::Simpo.with_beta(3.0);
        settings.steps = 60;
        settings.warmup_steps = 6;
        assert_eq!(
            name_of(ObjectiveKind::Simpo, &settings),
            "SimPO \u{3b2} 3 60 steps"
        );
        settings.batch_size = 4;
        if let Objective::Cpo(cpo) = &mut settings.objective {
            cpo.cpo_alpha = 1.0;
        }
        assert_eq!(
            name_of(ObjectiveKind::Simpo, &settings),
            "SimPO \u{3b2} 3 60 steps, \u{3bb} chosen\u{2019}s loss 1, batch size 4"
        );
    }
}
