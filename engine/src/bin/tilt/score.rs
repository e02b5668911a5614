//! `tilt score`: loss, log-probs, metrics and gradient, without training.

use crate::files;
use crate::inputs::{Inputs, TrainingInputs};
use pollster::block_on;
use std::path::PathBuf;
use tilt_engine::hf::{Precision, write_weights};
use tilt_engine::session::score_rows;
use tilt_protocol::Result;

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
    let TrainingInputs {
        model,
        policy,
        reference,
        config,
        rows,
    } = arguments.inputs.load()?;
    let settings = config.settings_to_score(rows.len());
    let score = block_on(score_rows(&model, &policy, &reference, rows, &settings))?;
    if let Some(path) = &arguments.gradients {
        let bytes = write_weights(&score.gradient, &model.layout, Precision::F32)?;
        files::write(path, bytes)?;
    }
    files::print_json(&score.report)
}
