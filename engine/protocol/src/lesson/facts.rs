//! What was measured so far: all that checks and acts look at, whoever measured it.

use super::estimate::Estimate;
use super::label_facts::{AgreementFacts, LabelFacts};
use crate::metrics::{LAST_STEPS, Metrics};
use crate::objective_kind::ObjectiveKind;
use crate::principle::Principle;
use crate::settings::TrainSettings;
use crate::statistics::Proportion;
use crate::view::{Inspection, TokenView, WinRateReport};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that a lesson can know of a lab.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// By who gave them.
    pub labels: Vec<LabelFacts>,
    /// In the order in which they began.
    pub runs: Vec<RunFacts>,
    pub agreement: Vec<AgreementFacts>,
}

impl Facts {
    /// All that acts are told by, without the curves and what was read: small enough to be
    /// kept.
    pub fn outline(&self) -> Facts {
        let mut facts = self.clone();
        for run in &mut facts.runs {
            run.curve = Vec::new();
            run.tokens = Vec::new();
            for sample in &mut run.samples {
                *sample = SampleFacts::default();
            }
        }
        facts
    }

    /// With these runs alone, in the order of the ids; those that are no longer there are
    /// left out.
    pub fn with_runs(&self, ids: &[u64]) -> Facts {
        let found = |id: &u64| self.runs.iter().find(|run| run.id == *id).cloned();
        Facts {
            labels: self.labels.clone(),
            runs: ids.iter().filter_map(found).collect(),
            agreement: self.agreement.clone(),
        }
    }
}

/// One run, live or over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFacts {
    /// Unlike that of any other run.
    pub id: u64,
    pub objective: ObjectiveKind,
    pub settings: TrainSettings,
    /// As it is called: `small`.
    pub model: String,
    /// Optimiser steps taken.
    pub steps: usize,
    /// It takes no further steps.
    pub is_ended: bool,
    /// Under TRL's names, in the order of the steps.
    #[serde(default)]
    pub curve: Vec<CurveFacts>,
    /// The best estimate at hand: of the most answers.
    #[serde(default)]
    pub kl: Option<KlFacts>,
    /// In the order in which they were measured.
    #[serde(default)]
    pub win_rates: Vec<WinRateFacts>,
    #[serde(default)]
    pub tokens: Vec<TokenFacts>,
    #[serde(default)]
    pub samples: Vec<SampleFacts>,
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurveFacts {
    /// Counts from 1.
    pub step: usize,
    pub metrics: Metrics,
}

/// KL of a run's policy to its reference, in nats an answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct KlFacts {
    /// Steps that the policy had taken when it was measured.
    pub step: usize,
    pub mean: f64,
    /// `None` where nobody knows it; then nothing is concluded.
    #[serde(default)]
    pub standard_error: Option<f64>,
    /// Answers that it is the mean of.
    pub answers: usize,
}

impl KlFacts {
    /// As a win rate found it by the way.
    pub fn of_win_rate(report: &WinRateReport, step: usize) -> KlFacts {
        KlFacts {
            step,
            mean: report.kl,
            standard_error: report.kl_standard_error,
            answers: report.answers,
        }
    }

    pub(super) fn estimate(&self) -> Estimate {
        Estimate::of_mean(self.mean, self.standard_error, self.answers)
    }
}

/// Policy against reference on held-out prompts under one principle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WinRateFacts {
    /// Steps that the policy had taken when it was measured.
    pub step: usize,
    pub principle: Principle,
    pub wins: usize,
    pub losses: usize,
    pub ties: usize,
}

impl WinRateFacts {
    pub fn of_report(report: &WinRateReport, step: usize) -> WinRateFacts {
        WinRateFacts {
            step,
            principle: report.principle,
            wins: report.wins,
            losses: report.losses,
            ties: report.ties,
        }
    }

    /// Wins among the decisive comparisons.
    pub(super) fn share(&self) -> Proportion {
        Proportion::new(self.wins, self.wins + self.losses)
    }
}

/// What became of one token in the answers that were looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenFacts {
    /// As text, with the blank before it: " No".
    pub token: String,
    /// Where it stands in these answers.
    pub places: usize,
    /// Over these places, of log pi - log pi_ref, in nats.
    pub mean: f64,
    /// `None` of a single place.
    #[serde(default)]
    pub standard_error: Option<f64>,
}

impl TokenFacts {
    /// Of all tokens in the answers of the inspected pairs, chosen and rejected.
    pub fn of_inspections<'a>(
        inspections: impl Iterator<Item = &'a Inspection>,
    ) -> Vec<TokenFacts> {
        let views = inspections.flat_map(|inspection| {
            let sides = [&inspection.chosen, &inspection.rejected];
            sides.into_iter().flat_map(|side| &side.completion)
        });
        TokenFacts::of_views(views)
    }

    pub fn of_views<'a>(views: impl Iterator<Item = &'a TokenView>) -> Vec<TokenFacts> {
        let mut ratios: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for view in views {
            ratios
                .entry(&view.token)
                .or_default()
                .push(view.log_ratio());
        }
        let facts = ratios.into_iter().filter_map(|(token, ratios)| {
            Some(TokenFacts {
                token: token.to_owned(),
                places: ratios.len(),
                mean: crate::statistics::mean(&ratios)?,
                standard_error: crate::statistics::standard_error(&ratios),
            })
        });
        facts.collect()
    }

    pub(super) fn estimate(&self) -> Estimate {
        Estimate::of_mean(self.mean, self.standard_error, self.places)
    }
}

/// One prompt's answers, before and after.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SampleFacts {
    pub prompt: String,
    pub policy: String,
    pub reference: String,
}

impl RunFacts {
    /// It took all the steps that it was to take.
    pub(super) fn took_all_steps(&self) -> bool {
        self.steps >= self.settings.steps
    }

    /// The latest win rate under a principle, of the policy as it is now or as it was.
    pub fn win_rate(&self, principle: Principle) -> Option<&WinRateFacts> {
        let mut measured = self.win_rates.iter().rev();
        measured.find(|measured| measured.principle == principle)
    }

    /// A metric over the last steps that have it; `None` where no step does.
    pub(super) fn metric_at_end(&self, name: &str) -> Option<Estimate> {
        let values: Vec<f64> = self.values(name).collect();
        let last = values.get(values.len().saturating_sub(LAST_STEPS)..)?;
        Estimate::of_values(last)
    }

    /// A metric at the first step that has it: no interval, since it is that step's own.
    pub(super) fn metric_at_start(&self, name: &str) -> Option<Estimate> {
        Estimate::of_values(&[self.values(name).next()?])
    }

    fn values(&self, name: &str) -> impl Iterator<Item = f64> {
        self.curve
            .iter()
            .filter_map(move |point| point.metrics.get(name))
            .filter(|value| value.is_finite())
    }
}
