//! Settings of a training run, and TRL's config file as their text form.

use crate::error::{Error, Result};
use crate::objective::{Objective, ObjectiveKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How the learning rate moves over the run; warm-up comes first in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LrSchedule {
    Constant,
    /// To 0 at the last step. TRL's default.
    Linear,
    /// Half a cosine to 0.
    Cosine,
}

impl LrSchedule {
    /// The multiplier of the learning rate at `step` (from 0) of `steps`.
    ///
    /// transformers' `get_scheduler`: warm-up k/w, then 1, (T-k)/(T-w) or
    /// (1 + cos(pi (k-w)/(T-w)))/2.
    pub fn multiplier(self, step: usize, steps: usize, warmup_steps: usize) -> f64 {
        if step < warmup_steps {
            return step as f64 / warmup_steps as f64;
        }
        let span = steps.saturating_sub(warmup_steps).max(1) as f64;
        let done = (step - warmup_steps) as f64 / span;
        match self {
            LrSchedule::Constant => 1.0,
            LrSchedule::Linear => (1.0 - done).max(0.0),
            LrSchedule::Cosine => (0.5 * (1.0 + (std::f64::consts::PI * done).cos())).max(0.0),
        }
    }
}

/// Everything that decides a run, given model and rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainSettings {
    pub objective: Objective,
    pub learning_rate: f64,
    pub lr_schedule: LrSchedule,
    pub warmup_steps: usize,
    pub weight_decay: f64,
    pub adam_beta1: f64,
    pub adam_beta2: f64,
    pub adam_epsilon: f64,
    /// Clip the gradient's global L2 norm to this; 0 switches clipping off.
    pub max_grad_norm: f64,
    /// Rows (pairs, or single completions for KTO) in a micro-batch.
    pub batch_size: usize,
    pub gradient_accumulation_steps: usize,
    /// Optimiser steps.
    pub steps: usize,
    /// In tokens; longer rows are cut from the right.
    pub max_length: usize,
    pub seed: u64,
    /// Keep the order of the rows in every epoch instead of shuffling.
    pub keep_order: bool,
    /// Decay every tensor, biases and LayerNorm gains too.
    pub decay_all: bool,
}

impl TrainSettings {
    /// TRL's defaults for the objective's trainer (DPOConfig, KTOConfig).
    pub fn trl_defaults(kind: ObjectiveKind) -> TrainSettings {
        TrainSettings {
            objective: kind.with_beta(0.1),
            learning_rate: 1e-6,
            lr_schedule: LrSchedule::Linear,
            warmup_steps: 0,
            weight_decay: 0.0,
            adam_beta1: 0.9,
            adam_beta2: 0.999,
            adam_epsilon: 1e-8,
            max_grad_norm: 1.0,
            batch_size: 8,
            gradient_accumulation_steps: 1,
            steps: 0,
            max_length: 1024,
            seed: 42,
            // KTO's sampler is sequential: the mismatched completion of a row
            // is that of its neighbour.
            keep_order: kind.is_unpaired(),
            decay_all: false,
        }
    }

    /// The page warms up over the first tenth of a run: with Adam's moments still
    /// young, full first steps pull a small model away from what it knows.
    pub fn lab_warmup_steps(steps: usize) -> usize {
        steps / 10
    }

    /// What the page starts with: values that work for the shipped models, whose
    /// learning rate is far above TRL's (made for billions of parameters).
    pub fn lab_defaults(kind: ObjectiveKind) -> TrainSettings {
        TrainSettings {
            objective: kind.with_beta(kind.default_beta()),
            learning_rate: 2e-4,
            steps: 120,
            warmup_steps: TrainSettings::lab_warmup_steps(120),
            batch_size: if kind.is_unpaired() { 16 } else { 8 },
            keep_order: false,
            ..TrainSettings::trl_defaults(kind)
        }
    }

    /// # Errors
    /// [`Error::InvalidConfig`], naming the first field out of its range.
    pub fn check(&self) -> Result<()> {
        self.objective.check()?;
        let at_least = |field: &str, value: f64, least: f64| {
            if value.is_finite() && value >= least {
                Ok(())
            } else {
                Err(Error::invalid(
                    field,
                    value,
                    format!("a number of at least {least}"),
                ))
            }
        };
        let share = |field: &str, value: f64| {
            if (0.0..1.0).contains(&value) {
                Ok(())
            } else {
                Err(Error::invalid(
                    field,
                    value,
                    "a number from 0 up to, not including, 1",
                ))
            }
        };
        at_least("learning_rate", self.learning_rate, 0.0)?;
        at_least("weight_decay", self.weight_decay, 0.0)?;
        share("adam_beta1", self.adam_beta1)?;
        share("adam_beta2", self.adam_beta2)?;
        at_least("adam_epsilon", self.adam_epsilon, 0.0)?;
        at_least("max_grad_norm", self.max_grad_norm, 0.0)?;
        let kto = self.objective.kind().is_unpaired();
        let least_batch = if kto { 2.0 } else { 1.0 };
        at_least(
            "per_device_train_batch_size",
            self.batch_size as f64,
            least_batch,
        )?;
        at_least(
            "gradient_accumulation_steps",
            self.gradient_accumulation_steps as f64,
            1.0,
        )?;
        at_least("max_steps", self.steps as f64, 1.0)?;
        at_least("max_length", self.max_length as f64, 2.0)
    }

    pub fn lr_at(&self, step: usize) -> f64 {
        self.learning_rate
            * self
                .lr_schedule
                .multiplier(step, self.steps, self.warmup_steps)
    }
}

/// A TRL config file, read: settings, and how long to train when `max_steps` is
/// not given.
#[derive(Clone, Debug, PartialEq)]
pub struct TrlConfig {
    pub settings: TrainSettings,
    /// Used when `max_steps` is not given; TRL's default is 3.
    pub num_train_epochs: f64,
    pub has_max_steps: bool,
    /// False when `per_device_train_batch_size` was left out: `tilt score` then
    /// takes all rows as one batch.
    pub has_batch_size: bool,
}

/// The fields that are read, TRL's names.
pub const FIELDS: [&str; 19] = [
    "trainer",
    "loss_type",
    "beta",
    "desirable_weight",
    "undesirable_weight",
    "learning_rate",
    "weight_decay",
    "adam_beta1",
    "adam_beta2",
    "adam_epsilon",
    "max_grad_norm",
    "lr_scheduler_type",
    "warmup_steps",
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "max_steps",
    "num_train_epochs",
    "max_length",
    "seed",
];

impl TrlConfig {
    /// Reads TRL's field names; what is left out has TRL's default.
    ///
    /// # Errors
    /// [`Error::UnknownField`] with the nearest known name, or
    /// [`Error::InvalidConfig`] for a value of the wrong type or range.
    pub fn from_json(text: &str) -> Result<TrlConfig> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| Error::malformed("config", format!("not valid JSON: {error}")))?;
        let Value::Object(fields) = value else {
            return Err(Error::malformed("config", "expected one JSON object"));
        };
        for name in fields.keys() {
            if !FIELDS.contains(&name.as_str()) {
                let nearest = nearest(name, &FIELDS).map(str::to_owned);
                return Err(Error::UnknownField {
                    field: name.clone(),
                    nearest,
                });
            }
        }
        let kind = read_objective(&fields)?;
        let mut settings = TrainSettings::trl_defaults(kind);
        let number = |name: &str, default: f64| number(&fields, name, default);
        let count = |name: &str, default: usize| count(&fields, name, default);
        let beta = number("beta", 0.1)?;
        settings.objective = match kind.with_beta(beta) {
            Objective::Kto { beta, .. } => Objective::Kto {
                beta,
                desirable_weight: number("desirable_weight", 1.0)?,
                undesirable_weight: number("undesirable_weight", 1.0)?,
            },
            other => other,
        };
        settings.learning_rate = number("learning_rate", settings.learning_rate)?;
        settings.weight_decay = number("weight_decay", settings.weight_decay)?;
        settings.adam_beta1 = number("adam_beta1", settings.adam_beta1)?;
        settings.adam_beta2 = number("adam_beta2", settings.adam_beta2)?;
        settings.adam_epsilon = number("adam_epsilon", settings.adam_epsilon)?;
        settings.max_grad_norm = number("max_grad_norm", settings.max_grad_norm)?;
        settings.lr_schedule = match fields.get("lr_scheduler_type") {
            None => settings.lr_schedule,
            Some(value) => serde_json::from_value(value.clone()).map_err(|_| {
                Error::invalid(
                    "lr_scheduler_type",
                    value,
                    "\"constant\", \"linear\" or \"cosine\"",
                )
            })?,
        };
        settings.warmup_steps = count("warmup_steps", 0)?;
        settings.batch_size = count("per_device_train_batch_size", settings.batch_size)?;
        settings.gradient_accumulation_steps = count("gradient_accumulation_steps", 1)?;
        settings.max_length = count("max_length", settings.max_length)?;
        settings.seed = count("seed", 42)? as u64;
        // TRL marks "not given" with -1.
        let has_max_steps = fields
            .get("max_steps")
            .is_some_and(|v| v.as_i64() != Some(-1));
        if has_max_steps {
            settings.steps = count("max_steps", 0)?;
        }
        Ok(TrlConfig {
            settings,
            num_train_epochs: number("num_train_epochs", 3.0)?,
            has_max_steps,
            has_batch_size: fields.contains_key("per_device_train_batch_size"),
        })
    }
}

/// The TRL config file that a run equals, as the page shows it.
pub fn trl_config(settings: &TrainSettings) -> Map<String, Value> {
    let mut fields = trl_fields(&settings.objective);
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("learning_rate", settings.learning_rate.into());
    put(
        "lr_scheduler_type",
        serde_json::to_value(settings.lr_schedule).unwrap_or_default(),
    );
    put("warmup_steps", settings.warmup_steps.into());
    put("per_device_train_batch_size", settings.batch_size.into());
    put("max_steps", settings.steps.into());
    put("seed", settings.seed.into());
    fields
}

/// The TRL fields that an objective equals.
fn trl_fields(objective: &Objective) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    match objective {
        Objective::Dpo { beta } | Objective::Ipo { beta } => {
            let loss_type = if matches!(objective, Objective::Ipo { .. }) {
                "ipo"
            } else {
                "sigmoid"
            };
            put("trainer", "dpo".into());
            put("loss_type", loss_type.into());
            put("beta", (*beta).into());
        }
        Objective::Kto {
            beta,
            desirable_weight,
            undesirable_weight,
        } => {
            put("trainer", "kto".into());
            put("loss_type", "kto".into());
            put("beta", (*beta).into());
            put("desirable_weight", (*desirable_weight).into());
            put("undesirable_weight", (*undesirable_weight).into());
        }
    }
    fields
}

fn read_objective(fields: &Map<String, Value>) -> Result<ObjectiveKind> {
    let text = |name: &str, default: &str| match fields.get(name) {
        None => Ok(default.to_owned()),
        Some(Value::String(text)) => Ok(text.clone()),
        // TRL takes a list of names; one name is the same as that name.
        Some(Value::Array(items)) if items.len() == 1 => {
            Ok(items[0].as_str().unwrap_or_default().to_owned())
        }
        Some(other) => Err(Error::invalid(name, other, "a string")),
    };
    let trainer = text("trainer", "dpo")?;
    match trainer.as_str() {
        "dpo" => match text("loss_type", "sigmoid")?.as_str() {
            "sigmoid" => Ok(ObjectiveKind::Dpo),
            "ipo" => Ok(ObjectiveKind::Ipo),
            other => Err(Error::invalid("loss_type", other, "\"sigmoid\" or \"ipo\"")),
        },
        "kto" => match text("loss_type", "kto")?.as_str() {
            "kto" => Ok(ObjectiveKind::Kto),
            other => Err(Error::invalid("loss_type", other, "\"kto\"")),
        },
        other => Err(Error::invalid("trainer", other, "\"dpo\" or \"kto\"")),
    }
}

fn number(fields: &Map<String, Value>, name: &str, default: f64) -> Result<f64> {
    match fields.get(name) {
        None => Ok(default),
        Some(value) => value
            .as_f64()
            .ok_or_else(|| Error::invalid(name, value, "a number")),
    }
}

fn count(fields: &Map<String, Value>, name: &str, default: usize) -> Result<usize> {
    match fields.get(name) {
        None => Ok(default),
        Some(value) => value
            .as_u64()
            .map(|count| count as usize)
            .ok_or_else(|| Error::invalid(name, value, "a whole number from 0")),
    }
}

/// The known name with the smallest edit distance, if it is near enough to be a slip.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (edit_distance(name, candidate), *candidate))
        .min()
        .filter(|(distance, _)| *distance <= name.len().max(4) / 2)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_names_the_nearest() {
        let error = TrlConfig::from_json(r#"{"learning_rat": 1}"#).unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown field \"learning_rat\", did you mean \"learning_rate\"?"
        );
    }

    #[test]
    fn what_is_left_out_has_trls_default() {
        let config = TrlConfig::from_json("{}").unwrap();
        assert_eq!(
            config.settings,
            TrainSettings::trl_defaults(ObjectiveKind::Dpo)
        );
        assert_eq!(config.num_train_epochs, 3.0);
        assert!(!config.has_max_steps && !config.has_batch_size);
    }

    #[test]
    fn a_value_of_the_wrong_type_says_what_was_expected() {
        let error = TrlConfig::from_json(r#"{"beta": "high"}"#).unwrap_err();
        assert_eq!(error.to_string(), "beta: got \"high\", expected a number");
    }

    #[test]
    fn a_run_equals_its_trl_config() {
        for kind in ObjectiveKind::ALL {
            let settings = TrainSettings {
                keep_order: TrainSettings::trl_defaults(kind).keep_order,
                ..TrainSettings::lab_defaults(kind)
            };
            let text = Value::Object(trl_config(&settings)).to_string();
            assert_eq!(TrlConfig::from_json(&text).unwrap().settings, settings);
        }
    }

    #[test]
    fn kto_refuses_a_batch_of_one() {
        let mut settings = TrainSettings::lab_defaults(ObjectiveKind::Kto);
        settings.batch_size = 1;
        assert!(
            settings
                .check()
                .unwrap_err()
                .to_string()
                .contains("per_device_train_batch_size")
        );
    }
}
