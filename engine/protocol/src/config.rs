//! TRL's config file: the text form of a run's settings.

use crate::error::{Error, Result};
use crate::objective::{Objective, ObjectiveKind};
use crate::settings::TrainSettings;
use serde_json::{Map, Value};

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
                    "\"constant\", \"constant_with_warmup\", \"linear\" or \"cosine\"",
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
}
