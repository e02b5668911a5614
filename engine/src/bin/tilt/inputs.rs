//! What `tilt train` and `tilt score` read: two models, rows, a config.

use crate::files;
use burn::tensor::{Device, Tensor};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use tilt_engine::gpt_config::GptConfig;
use tilt_engine::model::Model;
use tilt_engine::session::check_rollouts;
use tilt_engine::session::online::{Prompt, prompts_of};
use tilt_engine::text::TokenisedRow;
use tilt_protocol::config::TrlConfig;
use tilt_protocol::dataset::{RolloutRow, parse_prompts, parse_rollouts};
use tilt_protocol::{Error, OnlineObjective, Result};

#[derive(clap::Args)]
pub struct Inputs {
    /// Model folder.
    #[arg(long)]
    policy: PathBuf,
    /// Frozen reference; the policy itself when left out.
    #[arg(long)]
    reference: Option<PathBuf>,
    /// Rows as JSON lines, in TRL's formats.
    #[arg(long)]
    data: PathBuf,
    /// TRL's field names as JSON.
    #[arg(long)]
    config: PathBuf,
    /// Go on with the good rows of a file that has bad ones.
    #[arg(long)]
    skip_bad_rows: bool,
}

/// The inputs, read and checked against each other.
pub struct TrainingInputs {
    pub model: Model,
    pub policy: Tensor<1>,
    pub reference: Tensor<1>,
    pub config: TrlConfig,
    pub rows: Vec<TokenisedRow>,
}

/// What is read before the rows.
pub struct ModelInputs {
    pub model: Model,
    pub policy: Tensor<1>,
    pub reference: Tensor<1>,
    /// `max_length` is bounded by the model's context.
    pub config: TrlConfig,
}

impl Inputs {
    pub fn data_file(&self) -> String {
        self.data.display().to_string()
    }

    /// Models, config and rows, with these fields over those of the config.
    ///
    /// # Errors
    /// Whatever is wrong with one of the files, or a reference of another shape.
    pub fn load_with(&self, fields: &Map<String, Value>) -> Result<TrainingInputs> {
        self.load_rows(self.load_models(fields)?)
    }

    /// All but the rows.
    ///
    /// # Errors
    /// Those of [`Inputs::load_with`].
    pub fn load_models(&self, fields: &Map<String, Value>) -> Result<ModelInputs> {
        let text = files::read_text(&self.config)?;
        let mut config = match serde_json::from_str(&text) {
            Ok(Value::Object(mut whole)) if !fields.is_empty() => {
                whole.extend(fields.clone());
                TrlConfig::from_json(&Value::Object(whole).to_string())?
            }
            // Whoever reads it says what is wrong with what is no object.
            _ => TrlConfig::from_json(&text)?,
        };
        for field in &config.unused {
            eprintln!("{field}: this objective does not use it");
        }
        let (model, policy) = files::load_model(&self.policy, &Device::flex())?;
        let reference = match &self.reference {
            Some(folder) => load_same_shape(folder, &model)?,
            None => policy.clone(),
        };
        let limit = config.settings.max_length.min(model.config.n_positions);
        config.settings.max_length = limit;
        Ok(ModelInputs {
            model,
            policy,
            reference,
            config,
        })
    }

    /// Rollouts that the model can read.
    ///
    /// # Errors
    /// [`Error::BadRows`] with every defect, unless bad rows are skipped;
    /// [`Error::NothingToUse`] without a good one.
    pub fn load_rollouts(
        &self,
        inputs: &ModelInputs,
        objective: &OnlineObjective,
    ) -> Result<Vec<RolloutRow>> {
        let config = &inputs.config;
        let generations = config.has_num_generations;
        let generations = generations.then_some(objective.generation().num_generations);
        let parsed = parse_rollouts(&files::read_text(&self.data)?);
        let (rows, refused) =
            check_rollouts(parsed.rows, objective, &inputs.model.config, generations);
        let mut errors = parsed.errors;
        errors.extend(refused);
        errors.sort_by_key(Error::line);
        if !errors.is_empty() && !self.skip_bad_rows {
            return Err(Error::BadRows(errors));
        }
        files::tell_skipped(&self.data, &errors);
        if rows.is_empty() {
            return Err(Error::NothingToUse {
                what: "rollouts".to_owned(),
                purpose: "use".to_owned(),
                advice: format!("{} has none", self.data.display()),
            });
        }
        Ok(rows)
    }

    /// Prompts that leave room for an answer.
    ///
    /// # Errors
    /// Those of [`Inputs::load_rollouts`], and [`Error::NoTokenizer`].
    pub fn load_prompts(&self, inputs: &ModelInputs) -> Result<Vec<Prompt>> {
        let parsed = parse_prompts(&files::read_text(&self.data)?);
        let (prompts, errors) = prompts_of(parsed, &inputs.model)?;
        if !errors.is_empty() && !self.skip_bad_rows {
            return Err(Error::BadRows(errors));
        }
        files::tell_skipped(&self.data, &errors);
        Ok(prompts)
    }

    /// Adds the rows of a trainer that takes given ones.
    ///
    /// # Errors
    /// Those of [`Inputs::load_with`].
    pub fn load_rows(&self, inputs: ModelInputs) -> Result<TrainingInputs> {
        let ModelInputs {
            model,
            policy,
            reference,
            config,
        } = inputs;
        let limit = config.settings.max_length;
        let rows = files::load_rows(&self.data, self.skip_bad_rows, &model, &config.settings)?;
        if rows.dropped > 0 {
            eprintln!(
                "{} rows dropped: max_length ({limit} tokens) leaves nothing of them to train on",
                rows.dropped
            );
        }
        if rows.rows.is_empty() {
            return Err(Error::NothingToUse {
                what: "rows".to_owned(),
                purpose: "use".to_owned(),
                advice: format!(
                    "{} has none; {} rows are too long for {limit} tokens",
                    self.data.display(),
                    rows.dropped
                ),
            });
        }
        tell_missing_class(&rows.rows);
        Ok(TrainingInputs {
            model,
            policy,
            reference,
            config,
            rows: rows.rows,
        })
    }
}

/// KTO learns from what is desirable and from what is not: with one of them alone it has
/// no margin, and little to hold on to.
fn tell_missing_class(rows: &[TokenisedRow]) {
    let count = |wanted: bool| {
        let is_so = |row: &&TokenisedRow| matches!(row, TokenisedRow::Unpaired { desirable, .. } if *desirable == wanted);
        rows.iter().filter(is_so).count()
    };
    match (count(true), count(false)) {
        (all @ 1.., 0) => {
            eprintln!(
                "label: true in all {all} rows; without undesirable ones there are no margins"
            );
        }
        (0, all @ 1..) => {
            eprintln!(
                "label: false in all {all} rows; without desirable ones there are no margins"
            );
        }
        _ => {}
    }
}

/// The weights of another folder of the same shape as `model`.
///
/// # Errors
/// [`Error::InvalidConfig`] naming both shapes, and those of [`files::load_model`].
pub fn load_same_shape(folder: &Path, model: &Model) -> Result<Tensor<1>> {
    let (other, arena) = files::load_model(folder, &model.device)?;
    if other.layout == model.layout && other.config.n_head == model.config.n_head {
        return Ok(arena);
    }
    let shape = |config: &GptConfig| {
        format!(
            "vocab_size {}, n_positions {}, n_embd {}, n_layer {}, n_head {}",
            config.vocab_size, config.n_positions, config.n_embd, config.n_layer, config.n_head
        )
    };
    let expected = format!("the policy's shape ({})", shape(&model.config));
    Err(Error::invalid(
        "--reference",
        shape(&other.config),
        expected,
    ))
}
