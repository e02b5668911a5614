//! A run as it is listed and stored: its settings, its curve and what was measured of it.

use super::curves::Curve;
use super::parameter_values::differences;
use super::train_form::usual_beside;
use crate::texts::numbers::{fixed, with_interval};
use crate::texts::runs as texts;
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
    /// The KL of the same answers; older runs do not say.
    #[serde(default)]
    pub kl: Option<MeasuredKl>,
}

/// A KL by the way, of the answers that something else was measured of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasuredKl {
    /// Nats an answer.
    pub mean: f64,
    pub standard_error: Option<f64>,
    pub answers: usize,
}

/// A setting that was changed while the run was under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettingChange {
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
    pub changes: Vec<SettingChange>,
    #[serde(default)]
    pub replaced: Option<Replaced>,
    /// The person's own words about it.
    #[serde(default)]
    pub note: String,
}

/// What is known of a run when it is asked for.
pub struct NewRun {
    pub uid: u64,
    pub kind: ObjectiveKind,
    pub settings: TrainSettings,
    pub model: String,
    pub identity: ModelIdentity,
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

impl RunRecord {
    /// Optimiser steps that it has taken, as far as its record has its curve.
    pub fn steps_taken(&self) -> usize {
        self.curve.last().map_or(0, |point| point.step)
    }

    /// It took all the steps that it was to take.
    pub fn is_whole(&self) -> bool {
        self.is_ended && self.steps_taken() >= self.settings.steps
    }

    /// The KL of the latest policy that it was measured of, with that policy's step: of
    /// several estimates the one of the most answers.
    pub fn latest_kl(&self) -> Option<(usize, MeasuredKl)> {
        let by_the_way = self.win_rates.iter();
        let by_the_way = by_the_way.filter_map(|point| Some((point.step, point.kl?)));
        let measured = self.kls.iter().map(|point| {
            let kl = MeasuredKl {
                mean: point.kl,
                standard_error: point.standard_error,
                answers: point.n.unwrap_or_default(),
            };
            (point.step, kl)
        });
        let all = measured.chain(by_the_way);
        all.filter(|(_, kl)| kl.mean.is_finite())
            .max_by_key(|(step, kl)| (*step, kl.answers))
    }

    /// The KL of the policy as it is now.
    pub fn kl_at_end(&self) -> Option<MeasuredKl> {
        let (step, kl) = self.latest_kl()?;
        (step == self.steps_taken()).then_some(kl)
    }

    /// The win rate of the policy as it is now.
    pub fn win_rate_at_end(&self, principle: Principle) -> Option<&WinRatePoint> {
        let mut measured = self.win_rates.iter().rev();
        let steps = self.steps_taken();
        measured.find(|point| point.principle == principle && point.step == steps)
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
    #[serde(default)]
    pub note: String,
}

impl RunRecord {
    pub fn marks(&self) -> Marks {
        Marks {
            name: self.name.clone(),
            is_pinned: self.is_pinned,
            is_left: self.is_left,
            note: self.note.clone(),
        }
    }

    pub fn take_marks(&mut self, marks: Marks) {
        self.name = marks.name;
        self.is_pinned = marks.is_pinned;
        self.is_left = marks.is_left;
        self.note = marks.note;
    }
}

/// A run's name: the objective with its beta, which is what is changed most, and whatever
/// else is not as the page proposes it.
pub fn name_of(kind: ObjectiveKind, settings: &TrainSettings) -> String {
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
pub fn free_style(records: &[Arc<RunRecord>], wanted: usize) -> usize {
    let wanted = wanted % STYLES;
    let is_free = |style: &usize| records.iter().all(|record| record.style != *style);
    let mut wanted_first = std::iter::once(wanted).chain(0..STYLES);
    wanted_first.find(is_free).unwrap_or(wanted)
}

pub fn unique_name(name: &str, records: &[Arc<RunRecord>]) -> String {
    let is_taken = |name: &str| records.iter().any(|record| record.name == name);
    if !is_taken(name) {
        return name.to_owned();
    }
    (2..)
        .map(|number| texts::numbered_name(name, number))
        .find(|name| !is_taken(name))
        .unwrap_or_else(|| name.to_owned())
}

/// A run that was trained to its end, with these losses.
#[cfg(test)]
pub fn run_for_tests(uid: u64, losses: &[f64]) -> Arc<RunRecord> {
    let points = losses.iter().enumerate().map(|(index, loss)| {
        let mut metrics = tilt_protocol::Metrics::default();
        metrics.set("loss", *loss);
        Arc::new(super::curves::CurvePoint {
            step: index + 1,
            metrics,
            margins: Vec::new(),
        })
    });
    Arc::new(RunRecord {
        id: uid,
        uid,
        name: uid.to_string(),
        model: "nano".to_owned(),
        is_pinned: false,
        curve: Arc::new(points.collect()),
        ..record_for_tests()
    })
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
        note: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tilt_protocol::Objective;

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

    #[test]
    fn beside_a_curve_a_run_says_what_was_changed() {
        let mut record = RunRecord {
            name: "DPO \u{3b2} 0.2".to_owned(),
            ..record_for_tests()
        };
        assert_eq!(record.title(), "DPO \u{3b2} 0.2");
        let what = "\u{3b2} 0.2 \u{2192} 0.5".to_owned();
        record.changes.push(SettingChange { step: 1, what });
        assert_eq!(record.title(), "DPO \u{3b2} 0.2 (\u{3b2} 0.2 \u{2192} 0.5)");
    }

    #[test]
    fn the_kl_is_that_of_the_latest_policy_and_of_the_most_answers() {
        let kl = |step: usize, n: usize, kl: f64| KlPoint {
            step,
            kl,
            n: Some(n),
            standard_error: Some(0.1),
            rewards: Vec::new(),
            reward: None,
        };
        let rate = |step: usize, answers: usize| WinRatePoint {
            step,
            principle: Principle::Polite,
            rate: 0.5,
            low: 0.0,
            high: 1.0,
            decisive: Some(20),
            ties: Some(4),
            kl: Some(MeasuredKl {
                mean: 5.0,
                standard_error: None,
                answers,
            }),
        };
        let mut run = (*run_for_tests(1, &[0.5, 0.4])).clone();
        run.settings.steps = 2;
        assert!(run.is_whole());
        assert_eq!(run.latest_kl(), None);
        run.kls = vec![kl(1, 512, 1.0), kl(2, 32, 2.0), kl(2, 256, 3.0)];
        assert_eq!(run.kl_at_end().map(|kl| kl.mean), Some(3.0));
        run.win_rates = vec![rate(2, 361), rate(1, 900)];
        assert_eq!(run.kl_at_end().map(|kl| kl.mean), Some(5.0));
        assert!(run.win_rate_at_end(Principle::Polite).is_some());
        assert!(run.win_rate_at_end(Principle::Short).is_none());
        // Measured in the middle, and not since.
        run.kls.truncate(1);
        run.win_rates.remove(0);
        assert_eq!(run.latest_kl().map(|(step, _)| step), Some(1));
        assert_eq!(run.kl_at_end(), None);
        assert!(run.win_rate_at_end(Principle::Polite).is_none());
    }
}
