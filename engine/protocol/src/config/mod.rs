//! TRL's config file: the text form of a run's settings.

mod fields;
mod foreign;
mod loss_parameters;
mod objective;
mod online;

use crate::error::{Error, Result};
use crate::objective::{Objective, RowKind};
use crate::settings::{LrSchedule, ReferenceSync, TrainSettings};
use crate::tokenizer_files::without_mark;
use fields::Fields;
pub(crate) use foreign::nearest;
use serde_json::{Map, Value};

/// A TRL config file, read: settings, and what follows from the number of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct TrlConfig {
    /// Without `steps` and `warmup_steps`, unless the file gives both as counts; see
    /// [`TrlConfig::settings_for`].
    pub settings: TrainSettings,
    /// Used when `max_steps` is not given; TRL's default is 3.
    pub num_train_epochs: f64,
    pub has_max_steps: bool,
    /// `warmup_steps` below 1: a share of the run.
    pub warmup_share: Option<f64>,
    /// False when `per_device_train_batch_size` was left out: `tilt score` then
    /// takes all rows as one batch.
    pub has_batch_size: bool,
    /// Whether the file says how many answers a prompt has.
    pub has_num_generations: bool,
    /// Whether it says how long an answer may be: TRL's default gives way to the context,
    /// what is written does not.
    pub has_completion_length: bool,
    /// Fields that the objective does not use, although TRL knows them.
    pub unused: Vec<String>,
}

/// The fields that are read, TRL's names.
pub const FIELDS: [&str; 70] = [
    "trainer",
    "loss_type",
    "loss_weights",
    "beta",
    "label_smoothing",
    "f_divergence_type",
    "f_alpha_divergence_coef",
    "ld_alpha",
    "use_weighting",
    "discopop_tau",
    "sync_ref_model",
    "ref_model_mixup_alpha",
    "ref_model_sync_steps",
    "desirable_weight",
    "undesirable_weight",
    "cpo_alpha",
    "simpo_gamma",
    "alpha",
    "completion_only_loss",
    "center_rewards_coefficient",
    "num_generations",
    "max_completion_length",
    "max_new_tokens",
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "repetition_penalty",
    "missing_eos_penalty",
    "epsilon",
    "epsilon_high",
    "delta",
    "num_iterations",
    "scale_rewards",
    "importance_sampling_level",
    "use_bias_correction_kl",
    "reward_weights",
    "mask_truncated_completions",
    "normalize_advantages",
    "reward_clip_range",
    "steps_per_generation",
    "renew_reference",
    "num_ppo_epochs",
    "num_mini_batches",
    "share_trunk",
    "kl_coef",
    "kl_target",
    "kl_estimator",
    "whiten_rewards",
    "gamma",
    "lam",
    "cliprange",
    "vf_coef",
    "cliprange_value",
    "response_length",
    "stop_token",
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

/// Beyond this the number of steps is no longer one that a run can count.
const MOST_EPOCHS: f64 = 1e6;

impl TrlConfig {
    /// Reads TRL's field names; what is left out has TRL's default.
    ///
    /// # Errors
    /// [`Error::UnknownField`] with the nearest known name, or [`Error::ForeignFields`] with
    /// all of several; [`Error::InvalidConfig`] for a value of the wrong type or range.
    pub fn from_json(text: &str) -> Result<TrlConfig> {
        let value: Value = serde_json::from_str(without_mark(text))
            .map_err(|error| Error::malformed("config", format!("not valid JSON: {error}")))?;
        let Value::Object(fields) = value else {
            return Err(Error::malformed("config", "expected one JSON object"));
        };
        let fields = Fields::new(fields, &FIELDS)?;
        let objective = objective::read(&fields)?;
        let defaults = TrainSettings::trl_defaults(objective);
        // TRL's null: no limit but the model's own.
        let max_length = if fields.is_null("max_length") {
            u32::MAX as usize
        } else {
            defaults.max_length
        };
        let warmup = fields.number("warmup_steps", 0.0)?;
        let warmup_share = Some(warmup).filter(|share| *share > 0.0 && *share < 1.0);
        let warmup_steps = match warmup_share {
            Some(_) => 0,
            None => fields.count("warmup_steps", 0)?,
        };
        // TRL marks "not given" with -1.
        let has_max_steps = fields
            .get("max_steps")
            .is_some_and(|value| value.as_i64() != Some(-1));
        let settings = TrainSettings {
            learning_rate: fields.number("learning_rate", defaults.learning_rate)?,
            lr_schedule: read_schedule(&fields, defaults.lr_schedule)?,
            warmup_steps,
            weight_decay: fields.number("weight_decay", defaults.weight_decay)?,
            adam_beta1: fields.number("adam_beta1", defaults.adam_beta1)?,
            adam_beta2: fields.number("adam_beta2", defaults.adam_beta2)?,
            adam_epsilon: fields.number("adam_epsilon", defaults.adam_epsilon)?,
            max_grad_norm: fields.number("max_grad_norm", defaults.max_grad_norm)?,
            batch_size: fields.count("per_device_train_batch_size", defaults.batch_size)?,
            gradient_accumulation_steps: fields.count("gradient_accumulation_steps", 1)?,
            steps: if has_max_steps {
                fields.count("max_steps", 0)?
            } else {
                0
            },
            max_length: fields.count("max_length", max_length)?,
            seed: fields.seed("seed", 42)?,
            reference_sync: read_sync(&fields)?,
            ..defaults
        };
        let has_completion_length = match &settings.objective {
            Objective::Online(online) => online::has_completion_length(&fields, online),
            _ => false,
        };
        let config = TrlConfig {
            has_num_generations: settings.objective.row_kind() == RowKind::Prompts
                && fields.is_given("num_generations"),
            has_completion_length,
            settings,
            num_train_epochs: fields.number("num_train_epochs", 3.0)?,
            has_max_steps,
            warmup_share,
            has_batch_size: fields.get("per_device_train_batch_size").is_some(),
            unused: fields.unused(),
        };
        if !(config.num_train_epochs > 0.0 && config.num_train_epochs <= MOST_EPOCHS) {
            let expected = format!("a number above 0, up to {MOST_EPOCHS}");
            let value = config.num_train_epochs;
            return Err(Error::invalid("num_train_epochs", value, expected));
        }
        // What may still follow from the rows is left out of the check.
        let steps = config.settings.steps.max(1);
        TrainSettings {
            steps,
            ..config.settings.clone()
        }
        .check()?;
        Ok(config)
    }

    /// The settings for scoring without training: all rows are one batch unless the file
    /// gives a batch size.
    pub fn settings_to_score(&self, rows: usize) -> TrainSettings {
        let mut settings = self.settings.clone();
        if !self.has_batch_size {
            // One row alone is told of as what it is, not as a batch of one.
            settings.batch_size = rows.max(settings.objective.least_rows());
        }
        settings
    }

    /// The settings once the number of optimiser steps in an epoch is known.
    pub fn settings_for(&self, steps_an_epoch: usize) -> TrainSettings {
        let mut settings = self.settings.clone();
        if !self.has_max_steps {
            settings.steps = (self.num_train_epochs * steps_an_epoch as f64).ceil() as usize;
        }
        if let Some(share) = self.warmup_share {
            settings.warmup_steps = (share * settings.steps as f64).ceil() as usize;
        }
        settings
    }
}

fn read_schedule(fields: &Fields, default: LrSchedule) -> Result<LrSchedule> {
    let name = fields.name("lr_scheduler_type", default.name())?;
    LrSchedule::from_name(&name).ok_or_else(|| {
        let names = LrSchedule::ALL.map(LrSchedule::name);
        Error::invalid("lr_scheduler_type", name, names.join(", "))
    })
}

fn read_sync(fields: &Fields) -> Result<Option<ReferenceSync>> {
    if !fields.flag("sync_ref_model")? {
        return Ok(None);
    }
    let default = ReferenceSync::default();
    Ok(Some(ReferenceSync {
        mixup_alpha: fields.number("ref_model_mixup_alpha", default.mixup_alpha)?,
        sync_steps: fields.count("ref_model_sync_steps", default.sync_steps)?,
    }))
}

/// The TRL config file that a run equals, as the page shows it.
pub fn trl_config(settings: &TrainSettings) -> Map<String, Value> {
    let mut fields = objective::write(&settings.objective);
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("learning_rate", settings.learning_rate.into());
    put("lr_scheduler_type", settings.lr_schedule.name().into());
    put("warmup_steps", settings.warmup_steps.into());
    put("per_device_train_batch_size", settings.batch_size.into());
    if settings.gradient_accumulation_steps != 1 {
        let count = settings.gradient_accumulation_steps;
        put("gradient_accumulation_steps", count.into());
    }
    if settings.weight_decay != 0.0 {
        put("weight_decay", settings.weight_decay.into());
    }
    if settings.adam_epsilon != 1e-8 {
        put("adam_epsilon", settings.adam_epsilon.into());
    }
    if settings.max_grad_norm != 1.0 {
        put("max_grad_norm", settings.max_grad_norm.into());
    }
    put("max_steps", settings.steps.into());
    put("seed", settings.seed.into());
    if let Some(sync) = settings.reference_sync {
        put("sync_ref_model", true.into());
        put("ref_model_mixup_alpha", sync.mixup_alpha.into());
        put("ref_model_sync_steps", sync.sync_steps.into());
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective_kind::ObjectiveKind;

    fn message(text: &str) -> String {
        TrlConfig::from_json(text).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_field_names_the_nearest() {
        assert_eq!(
            message(r#"{"learning_rat": 1}"#),
            "unknown field \"learning_rat\", did you mean \"learning_rate\"?"
        );
    }

    #[test]
    fn what_is_left_out_has_trls_default() {
        let config = TrlConfig::from_json("{}").unwrap();
        let dpo = ObjectiveKind::Dpo.with_beta(0.1);
        assert_eq!(config.settings, TrainSettings::trl_defaults(dpo));
        assert_eq!(config.num_train_epochs, 3.0);
        assert!(!config.has_max_steps && !config.has_batch_size);
        for (trainer, learning_rate) in [("sft", 2e-5), ("reward", 1e-4), ("orpo", 1e-6)] {
            let text = format!(r#"{{"trainer": "{trainer}", "learning_rate": null}}"#);
            let config = TrlConfig::from_json(&text).unwrap();
            assert_eq!(config.settings.learning_rate, learning_rate);
        }
    }

    #[test]
    fn a_value_of_the_wrong_type_says_what_was_expected() {
        for (text, expected) in [
            (
                r#"{"beta": "high"}"#,
                "beta: got \"high\", expected a number",
            ),
            (
                r#"{"loss_type": ["sigmoid", "sft"], "loss_weights": [1]}"#,
                "loss_weights: got 1, expected 2 numbers, one a loss_type",
            ),
            (
                r#"{"max_steps": 2.5}"#,
                "max_steps: got 2.5, expected a whole number from 0",
            ),
            (
                r#"{"trainer": "kto", "loss_type": "sigmoid"}"#,
                "loss_type: got sigmoid, expected kto or apo_zero_unpaired",
            ),
            (
                r#"{"loss_type": "exo_pair"}"#,
                "label_smoothing: got 0, expected a number between 0 and 1 (exo_pair)",
            ),
        ] {
            assert_eq!(message(text), expected);
        }
    }

    #[test]
    fn a_field_of_another_objective_is_told() {
        let text = r#"{"trainer": "orpo", "simpo_gamma": 1, "label_smoothing": 0.1}"#;
        let config = TrlConfig::from_json(text).unwrap();
        assert_eq!(config.unused, ["label_smoothing", "simpo_gamma"]);
    }

    #[test]
    fn alphapo_is_simpo_without_the_supervised_term() {
        let text = r#"{"trainer": "cpo", "loss_type": "alphapo", "beta": 2.5, "simpo_gamma": 1.25, "alpha": 0.25}"#;
        let config = TrlConfig::from_json(text).unwrap();
        let expected = ObjectiveKind::Alphapo.with_beta(2.5);
        assert_eq!(config.settings.objective, expected);
    }

    #[test]
    fn epochs_and_a_share_of_warm_up_follow_from_the_rows() {
        let text = r#"{"num_train_epochs": 2.5, "warmup_steps": 0.1}"#;
        let settings = TrlConfig::from_json(text).unwrap().settings_for(7);
        assert_eq!((settings.steps, settings.warmup_steps), (18, 2));
    }

    #[test]
    fn a_run_equals_its_trl_config() {
        for kind in ObjectiveKind::ALL {
            let mut settings = TrainSettings::lab_defaults(kind);
            let defaults = TrainSettings::trl_defaults(settings.objective.clone());
            settings.keep_order = defaults.keep_order;
            settings.gradient_accumulation_steps = 2;
            settings.weight_decay = 0.01;
            settings.max_grad_norm = 0.5;
            // Reward functions are an argument of TRL's trainers, not of their configs.
            settings.rewards.clear();
            if settings.objective.needs_reference() {
                settings.reference_sync = Some(ReferenceSync::default());
            }
            let text = Value::Object(trl_config(&settings)).to_string();
            assert_eq!(TrlConfig::from_json(&text).unwrap().settings, settings);
        }
    }
}
