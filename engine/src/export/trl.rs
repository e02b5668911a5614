//! A run as a zip that repeats it with TRL.

use super::model::model_files;
use super::rows::{TrlRows, trl_rows};
use super::trl_online::{OnlineParts, online_zip};
use crate::breath::rest;
use crate::model::Model;
use crate::session::Session;
use crate::session::online::RewardModel;
use crate::text::TokenisedRow;
use burn::tensor::Tensor;
use serde::Serialize;
use tilt_protocol::dataset::write_jsonl;
use tilt_protocol::export::{
    ExportMeta, SMALL_EPSILON, requirements, train_script, trl_readme, trl_run,
};
use tilt_protocol::zip::{File, zip_files};
use tilt_protocol::{Error, Example, Objective, Result, TrainSettings, metrics};

/// Steps whose losses are written down to be compared with TRL's.
pub const EXPECTED_STEPS: usize = 3;

/// `expected.json`: a run's first steps, computed from the very files of the zip.
#[derive(Serialize)]
struct Expected {
    format: u32,
    trainer: String,
    steps: Vec<ExpectedStep>,
}

#[derive(Serialize)]
struct ExpectedStep {
    step: usize,
    loss: f64,
    grad_norm: Option<f64>,
    learning_rate: f64,
    /// How far TRL's loss may be from this one, as a share of it.
    tolerance: f64,
}

/// What f32 leaves of a loss.
const TOLERANCE: f64 = 1e-5;
/// The same once Adam has taken steps along gradients that are rounding alone.
const ROUGH_TOLERANCE: f64 = 5e-4;

/// The zip: the model that the run starts from, its labels in TRL's format, a script, its
/// requirements, how to run it, and the first losses.
///
/// `reference` is the frozen reference and the policy's start, as in every run of the page.
/// `examples` are those that the run was given; a run that samples its own answers is given
/// prompts, and may be scored by `reward_model` (see [`online_zip`]).
///
/// # Errors
/// [`Error::InvalidConfig`] for a run that TRL's fields cannot say (see [`trl_run`]),
/// [`Error::NothingToUse`] without rows that fit, those of [`trl_rows`] and of
/// [`Session::step`].
pub async fn trl_zip(
    model: &Model,
    reference: &Tensor<1>,
    examples: &[Example],
    settings: &TrainSettings,
    meta: &ExportMeta,
    reward_model: Option<&RewardModel>,
) -> Result<Vec<u8>> {
    let mut settings = settings.clone();
    settings.max_length = settings.max_length.min(model.config.n_positions);
    let run = trl_run(&settings)?;
    if let Objective::Online(_) = settings.objective {
        let parts = OnlineParts {
            model,
            reference,
            reward_model,
        };
        return online_zip(&parts, examples, &run, &settings, meta).await;
    }
    model.text("continuing in TRL")?;
    let TrlRows {
        examples,
        rows,
        dropped,
    } = trl_rows(model, examples, &settings)?;
    let row_count = rows.len();
    let steps = first_steps(model, reference, rows, &settings).await?;
    let expected = Expected {
        format: 1,
        trainer: format!("{}Trainer", run.prefix),
        steps,
    };
    let shown = expected.steps.len();
    let expected = serde_json::to_string_pretty(&expected).map_err(Error::internal)?;
    let readme = trl_readme(&run, &settings, meta, row_count, dropped, shown);
    let mut files = vec![
        File::new("README.md", readme),
        File::new("train.py", train_script(&run)),
        File::new("requirements.txt", requirements()),
        File::new("labels.jsonl", write_jsonl(&examples)),
        File::new("expected.json", expected + "\n"),
    ];
    let folder = model_files(model, reference, &meta.of_base()).await?;
    files.extend(folder.into_iter().map(|file| file.within("reference")));
    rest().await;
    zip_files(&files)
}

/// The run's first steps over rows in the order of the file, on the model's own device.
async fn first_steps(
    model: &Model,
    reference: &Tensor<1>,
    rows: Vec<TokenisedRow>,
    settings: &TrainSettings,
) -> Result<Vec<ExpectedStep>> {
    let settings = TrainSettings {
        keep_order: true,
        ..settings.clone()
    };
    let count = EXPECTED_STEPS.min(settings.steps);
    let is_rough = settings.adam_epsilon < SMALL_EPSILON;
    let mut session = Session::start(model, reference.clone(), reference, rows, settings)?;
    session.leave_out_statistics();
    let mut steps = Vec::with_capacity(count);
    for step in 0..count {
        rest().await;
        let outcome = session.step(model).await?;
        let metric = |name: &str| outcome.metrics.get(name).unwrap_or_default();
        steps.push(ExpectedStep {
            step: outcome.step,
            loss: metric(metrics::LOSS),
            learning_rate: metric(metrics::LEARNING_RATE),
            grad_norm: session.last_grad_norm().await?,
            tolerance: if step > 0 && is_rough {
                ROUGH_TOLERANCE
            } else {
                TOLERANCE
            },
        });
    }
    Ok(steps)
}
