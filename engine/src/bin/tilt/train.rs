//! `tilt train`: a policy on preferences, metrics a line a step.

use crate::files;
use burn::tensor::Device;
use pollster::block_on;
use std::fmt::Write as _;
use std::path::PathBuf;
use tilt_engine::hf::Precision;
use tilt_engine::session::{Session, steps_an_epoch};
use tilt_engine::text::tokenise;
use tilt_protocol::config::TrlConfig;
use tilt_protocol::{Error, Result, metrics};

#[derive(clap::Args)]
pub struct Arguments {
    /// Model folder that training starts from.
    #[arg(long)]
    policy: PathBuf,
    /// Frozen reference; the policy's own start when left out.
    #[arg(long)]
    reference: Option<PathBuf>,
    /// Rows as JSON lines, in TRL's formats.
    #[arg(long)]
    data: PathBuf,
    /// TRL's field names as JSON.
    #[arg(long)]
    config: PathBuf,
    /// Folder for the trained model and metrics.jsonl.
    #[arg(long)]
    out: PathBuf,
    /// Keep the file's order in every epoch.
    #[arg(long)]
    keep_order: bool,
    /// Decay every tensor, biases and LayerNorm gains too.
    #[arg(long)]
    decay_all: bool,
    /// Go on with the good rows of a file that has bad ones.
    #[arg(long)]
    skip_bad_rows: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let config = TrlConfig::from_json(&files::read_text(&arguments.config)?)?;
    let examples = files::load_rows(&arguments.data, arguments.skip_bad_rows)?;
    let device = Device::flex();
    let (model, policy) = files::load_model(&arguments.policy, &device)?;
    let reference = load_reference(arguments.reference.as_deref(), &model, &policy, &device)?;
    let mut settings = config.settings;
    settings.keep_order |= arguments.keep_order;
    settings.decay_all |= arguments.decay_all;
    settings.max_length = settings.max_length.min(model.config.n_positions);
    let (vocab, limit) = (model.config.vocab_size, settings.max_length);
    let rows = tokenise(&examples, model.text.as_ref(), vocab, limit)?;
    if rows.dropped > 0 {
        eprintln!(
            "{} rows dropped: their prompts fill max_length",
            rows.dropped
        );
    }
    if !config.has_max_steps {
        let accumulation = settings.gradient_accumulation_steps;
        let epoch = steps_an_epoch(rows.rows.len(), settings.batch_size, accumulation);
        settings.steps = (config.num_train_epochs * epoch as f64).ceil() as usize;
    }
    let mut session = block_on(Session::start(
        &model, policy, &reference, rows.rows, settings,
    ))?;
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
    files::save_model(&arguments.out, &model, &session.arena, Precision::F32)?;
    result.map(|last| println!("{last}"))
}

/// One step's metrics as JSON, its own gradient norm among them, and whether it was the last.
async fn one_step(
    session: &mut Session,
    model: &tilt_engine::model::Model,
) -> Result<(String, bool)> {
    let mut outcome = session.step(model).await?;
    if let Some(norm) = session.last_grad_norm().await? {
        outcome.metrics.set(metrics::GRAD_NORM, norm);
    }
    outcome.metrics.set("step", outcome.step as f64);
    let line = serde_json::to_string(&outcome.metrics).map_err(Error::internal)?;
    Ok((line, outcome.done))
}

/// The reference's weights: another folder of the same shape, or the policy's own.
pub fn load_reference(
    folder: Option<&std::path::Path>,
    model: &tilt_engine::model::Model,
    policy: &burn::tensor::Tensor<1>,
    device: &Device,
) -> Result<burn::tensor::Tensor<1>> {
    let Some(folder) = folder else {
        return Ok(policy.clone());
    };
    let (other, arena) = files::load_model(folder, device)?;
    if other.layout == model.layout && other.config.n_head == model.config.n_head {
        return Ok(arena);
    }
    let shape = |config: &tilt_engine::gpt_config::GptConfig| {
        format!(
            "vocab_size {}, n_positions {}, n_embd {}, n_layer {}, n_head {}",
            config.vocab_size, config.n_positions, config.n_embd, config.n_layer, config.n_head
        )
    };
    Err(Error::invalid(
        "--reference",
        shape(&other.config),
        format!("the policy's shape ({})", shape(&model.config)),
    ))
}
