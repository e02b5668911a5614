//! `tilt score`: loss, log-probs, metrics and gradient, without training.

use crate::files;
use crate::inputs::{Inputs, ModelInputs, TrainingInputs};
use pollster::block_on;
use serde_json::Map;
use std::path::PathBuf;
use tilt_engine::hf::{Precision, write_weights};
use tilt_engine::layout::Layout;
use tilt_engine::session::{ScoreResult, score_rollouts, score_rows};
use tilt_protocol::dataset::RolloutRow;
use tilt_protocol::{Error, Objective, OnlineObjective, Result};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    inputs: Inputs,
    /// Write the gradient (before clipping) here, under Hugging Face's tensor names.
    #[arg(long)]
    gradients: Option<PathBuf>,
}

impl Arguments {
    /// The file that a bad row stands in, for messages.
    pub fn data_file(&self) -> String {
        self.inputs.data_file()
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let inputs = &arguments.inputs;
    let models = inputs.load_models(&Map::new())?;
    let (layout, score) = match models.config.settings.objective.clone() {
        Objective::Online(OnlineObjective::Ppo(_)) => {
            return Err(Error::invalid("trainer", "ppo", NOT_PPO));
        }
        Objective::Online(objective) => {
            let rows = inputs.load_rollouts(&models, &objective)?;
            score_online(models, &objective, &rows)?
        }
        _ => score_given(inputs.load_rows(models)?)?,
    };
    if let Some(path) = &arguments.gradients {
        let bytes = write_weights(&score.gradient, &layout, Precision::F32)?;
        files::write(path, bytes)?;
    }
    files::print_json(&score.report)
}

/// Why rollouts say nothing of PPO's loss.
const NOT_PPO: &str = "another trainer: PPO's loss also takes a value model's numbers at each token, and a file of rollouts holds none";

fn score_online(
    models: ModelInputs,
    objective: &OnlineObjective,
    rows: &[RolloutRow],
) -> Result<(Layout, ScoreResult)> {
    let ModelInputs {
        model,
        policy,
        reference,
        config,
    } = models;
    let count = match objective {
        // As in TRL, its batches count pairs.
        OnlineObjective::OnlineDpo(_) => rows.len(),
        _ => rows.iter().map(|row| row.completions.len()).sum(),
    };
    let settings = config.settings_to_score(count);
    let score = score_rollouts(&model, &policy, &reference, rows, &settings);
    Ok((model.layout.clone(), block_on(score)?))
}

fn score_given(inputs: TrainingInputs) -> Result<(Layout, ScoreResult)> {
    let TrainingInputs {
        model,
        policy,
        reference,
        config,
        rows,
    } = inputs;
    let settings = config.settings_to_score(rows.len());
    let score = block_on(score_rows(&model, &policy, &reference, rows, &settings))?;
    Ok((model.layout, score))
}
