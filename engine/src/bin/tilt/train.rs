//! `tilt train`: a policy on preferences, metrics a line a step.

use crate::files;
use crate::inputs::{Inputs, TrainingInputs};
use pollster::block_on;
use std::fmt::Write as _;
use std::path::PathBuf;
use tilt_engine::hf::Precision;
use tilt_engine::model::Model;
use tilt_engine::session::Session;
use tilt_protocol::{Error, Objective, Result, metrics};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    inputs: Inputs,
    /// Folder for the trained model and metrics.jsonl.
    #[arg(long)]
    out: PathBuf,
    /// Keep the file's order in every epoch.
    #[arg(long)]
    keep_order: bool,
    /// Decay every tensor, biases and LayerNorm gains too.
    #[arg(long)]
    decay_all: bool,
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
    // A language model becomes a reward model with a fresh head.
    let (model, policy) = match config.settings.objective {
        Objective::Reward { .. } => model.with_score_head(policy, config.settings.seed),
        _ => (model, policy),
    };
    let mut settings = config.settings_for(config.settings.steps_an_epoch(rows.len()));
    settings.keep_order |= arguments.keep_order;
    settings.decay_all |= arguments.decay_all;
    let mut session = Session::start(&model, policy, &reference, rows, settings)?;
    let mut log = String::new();
    let result = loop {
        match block_on(one_step(&mut session, &model)) {
            Ok((line, done)) => {
                let _ = writeln!(log, "{line}");
                eprintln!("{line}");
                if done {
                    break Ok(line);
                }
            }
            Err(error) => break Err(error),
        }
    };
    files::write(&arguments.out.join("metrics.jsonl"), log)?;
    files::save_model(&arguments.out, &model, session.policy(), Precision::F32)?;
    if result.is_err() {
        eprintln!(
            "{}: the model as it was after step {}",
            arguments.out.display(),
            session.steps_taken()
        );
    }
    result.map(|last| println!("{last}"))
}

/// One step's metrics as JSON, its own gradient norm among them, and whether it was the last.
async fn one_step(session: &mut Session, model: &Model) -> Result<(String, bool)> {
    let mut outcome = session.step(model).await?;
    if let Some(norm) = session.last_grad_norm().await? {
        outcome.metrics.set(metrics::GRAD_NORM, norm);
    }
    outcome.metrics.set("step", outcome.step as f64);
    let line = serde_json::to_string(&outcome.metrics).map_err(Error::internal)?;
    Ok((line, outcome.done))
}
