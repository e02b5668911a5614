//! The number fields of the training form, and the settings that their texts make.

use super::settings::Settings;
use crate::texts::drawer as texts;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::str::FromStr;
use tilt_protocol::{ObjectiveKind, TrainSettings};

/// The number fields, by the names that messages use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrainField {
    Beta,
    LearningRate,
    Steps,
    Seed,
}

impl TrainField {
    pub const ALL: [TrainField; 4] = [
        TrainField::Beta,
        TrainField::LearningRate,
        TrainField::Steps,
        TrainField::Seed,
    ];

    pub fn name(self) -> &'static str {
        match self {
            TrainField::Beta => texts::BETA,
            TrainField::LearningRate => texts::LEARNING_RATE,
            TrainField::Steps => texts::STEPS,
            TrainField::Seed => texts::SEED,
        }
    }

    pub fn expected(self) -> &'static str {
        match self {
            TrainField::Beta => texts::BETA_RANGE,
            TrainField::LearningRate => texts::LEARNING_RATE_RANGE,
            TrainField::Steps => texts::STEPS_RANGE,
            TrainField::Seed => texts::SEED_RANGE,
        }
    }

    /// As the settings have it, or the default.
    pub fn text_of(self, saved: &Settings, kind: ObjectiveKind) -> FieldText {
        let given = match self {
            TrainField::Beta => &saved.beta,
            TrainField::LearningRate => &saved.lr,
            TrainField::Steps => &saved.steps,
            TrainField::Seed => &saved.seed,
        };
        FieldText {
            is_touched: given.is_some(),
            text: given.clone().unwrap_or_else(|| self.default_text(kind)),
        }
    }

    pub fn default_text(self, kind: ObjectiveKind) -> String {
        let defaults = TrainSettings::lab_defaults(kind);
        match self {
            TrainField::Beta => as_text(defaults.objective.beta()).unwrap_or_default(),
            TrainField::LearningRate => defaults.learning_rate.to_string(),
            TrainField::Steps => defaults.steps.to_string(),
            TrainField::Seed => defaults.seed.to_string(),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct FieldText {
    pub text: String,
    /// The person (or the URL) gave it: another objective's default leaves it alone.
    pub is_touched: bool,
}

/// What the form's four fields make of an objective's defaults; a wrong text leaves its
/// default.
pub fn usual_settings(kind: ObjectiveKind, text: impl Fn(TrainField) -> String) -> TrainSettings {
    let mut settings = TrainSettings::lab_defaults(kind);
    if let Some(beta) = parse_beta(kind, &text(TrainField::Beta)) {
        settings.objective = kind.with_beta(beta);
    }
    settings.learning_rate =
        parse_positive(&text(TrainField::LearningRate)).unwrap_or(settings.learning_rate);
    settings.steps = parse_steps(&text(TrainField::Steps)).unwrap_or(settings.steps);
    settings.warmup_steps = TrainSettings::lab_warmup_steps(settings.steps);
    settings.seed = parse(&text(TrainField::Seed)).unwrap_or(settings.seed);
    settings
}

/// The settings that the page proposes beside a run's own beta, learning rate, steps
/// and seed.
pub fn usual_beside(kind: ObjectiveKind, settings: &TrainSettings) -> TrainSettings {
    usual_settings(kind, |field| {
        let text = match field {
            TrainField::Beta => as_text(settings.objective.beta()),
            TrainField::LearningRate => as_text(Some(settings.learning_rate)),
            TrainField::Steps => as_text(Some(settings.steps)),
            TrainField::Seed => as_text(Some(settings.seed)),
        };
        text.unwrap_or_default()
    })
}

/// Most objectives want a beta above 0; where it is the price of the KL, 0 leaves that out.
pub fn parse_beta(kind: ObjectiveKind, text: &str) -> Option<f64> {
    let is_taken = |beta: &f64| beta.is_finite() && kind.with_beta(*beta).check().is_ok();
    parse(text).filter(is_taken)
}

/// Whether a run of this objective can have a beta of 0.
pub fn may_be_zero(kind: ObjectiveKind) -> bool {
    kind.with_beta(0.0).check().is_ok()
}

pub fn parse_positive(text: &str) -> Option<f64> {
    parse(text).filter(|value: &f64| value.is_finite() && *value > 0.0)
}

pub fn parse_steps(text: &str) -> Option<usize> {
    parse(text).filter(|steps| (1..=100_000).contains(steps))
}

pub fn parse<T: FromStr>(text: &str) -> Option<T> {
    text.trim().parse().ok()
}

pub fn as_text<T: Display>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}
