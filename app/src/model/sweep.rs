//! A set of runs asked for with one press: what is varied, the runs that follow from it, and
//! what their seeds say together.

use super::curves::CurvePoint;
use super::run_record::RunRecord;
use super::train_form::{parse, parse_beta, parse_positive};
use crate::texts::sweep as texts;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tilt_protocol::metrics::LAST_STEPS;
use tilt_protocol::statistics::{OverSeeds, mean};
use tilt_protocol::{ModelIdentity, ObjectiveKind, Principle, TrainSettings};

/// Runs of one sweep at most.
pub const MOST_RUNS: usize = 60;

/// What is varied beside the seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SweepAxis {
    /// Nothing: seeds alone.
    Seed,
    #[default]
    Beta,
    LearningRate,
    Objective,
}

impl SweepAxis {
    pub const ALL: [SweepAxis; 4] = [
        SweepAxis::Seed,
        SweepAxis::Beta,
        SweepAxis::LearningRate,
        SweepAxis::Objective,
    ];

    pub fn slug(self) -> &'static str {
        match self {
            SweepAxis::Seed => "seed",
            SweepAxis::Beta => "beta",
            SweepAxis::LearningRate => "lr",
            SweepAxis::Objective => "objective",
        }
    }

    pub fn from_slug(slug: &str) -> Option<SweepAxis> {
        SweepAxis::ALL.into_iter().find(|axis| axis.slug() == slug)
    }

    /// Values to begin with.
    pub fn proposal(self) -> &'static str {
        match self {
            SweepAxis::Seed => "",
            SweepAxis::Beta => "0.1, 0.5, 2",
            SweepAxis::LearningRate => "0.0003, 0.001, 0.003",
            SweepAxis::Objective => "dpo, ipo, simpo",
        }
    }
}

/// As it is typed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepForm {
    pub axis: SweepAxis,
    pub values: String,
    pub seeds: String,
    /// Measured after each run, if anything.
    pub principle: Option<Principle>,
}

impl Default for SweepForm {
    fn default() -> Self {
        SweepForm {
            axis: SweepAxis::Beta,
            values: SweepAxis::Beta.proposal().to_owned(),
            seeds: "1, 2, 3".to_owned(),
            principle: None,
        }
    }
}

/// One run of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepPoint {
    /// What is varied, in words: runs of the same differ by their seed alone.
    pub setting: String,
    pub kind: ObjectiveKind,
    pub settings: TrainSettings,
    /// The run that it became.
    pub run: Option<u64>,
    /// Nothing more will come of it: it was measured, or could not be.
    pub is_done: bool,
}

/// A sweep, under way or over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sweep {
    pub points: Vec<SweepPoint>,
    pub principle: Option<Principle>,
    pub is_going: bool,
    /// What all its runs have in common: of others nothing can be said together.
    pub model: Option<ModelIdentity>,
    /// A hash of the labels that they train on.
    pub labels: u64,
}

impl Sweep {
    /// The runs that a form asks for, beside the settings that the training form has.
    ///
    /// # Errors
    /// What is wrong with the form, as a sentence.
    pub fn planned(
        form: &SweepForm,
        kind: ObjectiveKind,
        settings: &TrainSettings,
    ) -> Result<Sweep, String> {
        let seeds =
            list(&form.seeds, parse::<u64>).ok_or_else(|| texts::wrong_seeds(&form.seeds))?;
        let varied = varied(form, kind, settings)?;
        let count = seeds.len() * varied.len();
        if count > MOST_RUNS {
            return Err(texts::too_many(count, MOST_RUNS));
        }
        // All settings of a seed first: a sweep that is broken off compares like with like.
        let points = seeds.iter().flat_map(|&seed| {
            varied
                .iter()
                .map(move |(setting, kind, settings)| SweepPoint {
                    setting: setting.clone(),
                    kind: *kind,
                    settings: TrainSettings {
                        seed,
                        ..settings.clone()
                    },
                    run: None,
                    is_done: false,
                })
        });
        Ok(Sweep {
            points: points.collect(),
            principle: form.principle,
            is_going: true,
            ..Sweep::default()
        })
    }

    /// The point that is under way, or is next.
    pub fn at(&self) -> Option<usize> {
        self.points.iter().position(|point| !point.is_done)
    }

    pub fn done(&self) -> usize {
        self.points.iter().filter(|point| point.is_done).count()
    }
}

type Varied = Vec<(String, ObjectiveKind, TrainSettings)>;

fn varied(
    form: &SweepForm,
    kind: ObjectiveKind,
    settings: &TrainSettings,
) -> Result<Varied, String> {
    let wrong = |expected: &str| texts::wrong_values(&form.values, expected);
    match form.axis {
        SweepAxis::Seed => Ok(vec![(kind.title().to_owned(), kind, settings.clone())]),
        SweepAxis::Beta => {
            if settings.objective.beta().is_none() {
                return Err(texts::no_beta(kind.title()));
            }
            let values = list(&form.values, |text| parse_beta(kind, text));
            let values = values.ok_or_else(|| wrong(texts::BETAS))?;
            let with = |beta: f64| {
                let mut settings = settings.clone();
                settings.objective.set_beta(beta);
                (texts::beta(beta), kind, settings)
            };
            Ok(values.into_iter().map(with).collect())
        }
        SweepAxis::LearningRate => {
            let values = list(&form.values, parse_positive).ok_or_else(|| wrong(texts::RATES))?;
            let with = |rate: f64| {
                let settings = TrainSettings {
                    learning_rate: rate,
                    ..settings.clone()
                };
                (texts::learning_rate(rate), kind, settings)
            };
            Ok(values.into_iter().map(with).collect())
        }
        SweepAxis::Objective => {
            let named = |text: &str| {
                ObjectiveKind::from_slug(text.trim()).filter(|kind| kind.trains_policy())
            };
            let kinds = list(&form.values, named).ok_or_else(|| wrong(texts::OBJECTIVES))?;
            // Each as the page proposes it, over as many steps.
            let with = |one: ObjectiveKind| {
                let own = if one == kind {
                    settings.clone()
                } else {
                    TrainSettings {
                        steps: settings.steps,
                        warmup_steps: TrainSettings::lab_warmup_steps(settings.steps),
                        ..TrainSettings::lab_defaults(one)
                    }
                };
                (one.title().to_owned(), one, own)
            };
            Ok(kinds.into_iter().map(with).collect())
        }
    }
}

impl SweepForm {
    /// Runs that the form asks for, as far as it can be told before it is read.
    pub fn runs(&self) -> usize {
        let count =
            |text: &str| list(text, |part| Some(part.to_owned())).map_or(0, |all| all.len());
        match self.axis {
            SweepAxis::Seed => count(&self.seeds),
            SweepAxis::Beta | SweepAxis::LearningRate | SweepAxis::Objective => {
                count(&self.values) * count(&self.seeds)
            }
        }
    }
}

/// Between commas or blanks, each once; `None` where one is wrong, or there is none.
fn list<T: PartialEq>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let mut found = Vec::new();
    for part in text
        .split([',', ' ', ';'])
        .filter(|part| !part.trim().is_empty())
    {
        let value = read(part)?;
        if !found.contains(&value) {
            found.push(value);
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The runs of one setting.
pub struct SweepGroup {
    pub setting: String,
    /// All that were asked for.
    pub asked: usize,
    pub runs: Vec<Arc<RunRecord>>,
}

/// A sweep's runs by their settings, in the order of the plan. Those that were removed are
/// not there.
pub fn groups(sweep: &Sweep, records: &[Arc<RunRecord>]) -> Vec<SweepGroup> {
    let mut groups: Vec<SweepGroup> = Vec::new();
    for point in &sweep.points {
        let run = point.run.filter(|_| point.is_done);
        let run = run.and_then(|uid| records.iter().find(|record| record.uid == uid));
        let known = groups
            .iter()
            .position(|group| group.setting == point.setting);
        let at = known.unwrap_or_else(|| {
            groups.push(SweepGroup {
                setting: point.setting.clone(),
                asked: 0,
                runs: Vec::new(),
            });
            groups.len() - 1
        });
        groups[at].asked += 1;
        groups[at].runs.extend(run.cloned());
    }
    groups
}

impl SweepGroup {
    /// A metric of the runs' last steps.
    pub fn at_end(&self, metric: &str) -> Option<OverSeeds> {
        let ends = self.runs.iter().filter_map(|run| {
            let values = run.curve.iter().rev();
            let values = values.filter_map(|point| point.metrics.get(metric));
            mean(&values.take(LAST_STEPS).collect::<Vec<f64>>())
        });
        OverSeeds::of(&ends.collect::<Vec<f64>>())
    }

    /// Of the policies that the runs ended with.
    pub fn kl(&self) -> Option<OverSeeds> {
        let kls = self.runs.iter().filter_map(|run| run.kl_at_end());
        OverSeeds::of(&kls.map(|kl| kl.mean).collect::<Vec<f64>>())
    }

    /// Of the policies that the runs ended with.
    pub fn win_rate(&self, principle: Principle) -> Option<OverSeeds> {
        let rates = self
            .runs
            .iter()
            .filter_map(|run| run.win_rate_at_end(principle));
        let rates: Vec<f64> = rates.map(|point| point.rate).collect();
        OverSeeds::of(&rates).map(|over| over.within(0.0, 1.0))
    }

    /// A metric over the steps: at each step that all runs have, mean and interval.
    pub fn curve(&self, metric: &str) -> Vec<(usize, OverSeeds)> {
        let value = |point: &Arc<CurvePoint>| point.metrics.get(metric);
        let Some((first, others)) = self.runs.split_first() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for point in first.curve.iter() {
            let mut values: Vec<f64> = value(point).into_iter().collect();
            for other in others {
                let at = other
                    .curve
                    .binary_search_by_key(&point.step, |point| point.step);
                values.extend(at.ok().and_then(|at| value(&other.curve[at])));
            }
            if values.len() == self.runs.len()
                && let Some(over) = OverSeeds::of(&values)
            {
                found.push((point.step, over));
            }
        }
        found
    }
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;
