//! `tilt pretrain`: a shipped model from the world's text, from one seed.

use crate::files;
use burn::tensor::Device;
use pollster::block_on;
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;
use tilt_engine::evaluate::{WorldFit, world_fit};
use tilt_engine::hf::Precision;
use tilt_engine::pretrain::{BATCHES_SORTED, PretrainSettings, Pretraining};
use tilt_engine::world::held_out_prompts;
use tilt_protocol::{Error, ModelName, Result};

#[derive(clap::Args)]
pub struct Arguments {
    /// nano, small or base.
    #[arg(long)]
    size: String,
    /// Folder to write the model to.
    #[arg(long)]
    out: PathBuf,
    /// A file that holds the whole state, written every 400 steps. Where it is there at
    /// the start, the pretraining goes on from it with the same numbers.
    #[arg(long)]
    checkpoint: Option<PathBuf>,
    /// A model's folder to begin with what it has learnt: one of the same width and
    /// vocabulary with fewer blocks.
    #[arg(long)]
    grow_from: Option<PathBuf>,
    /// Optimiser steps.
    #[arg(long)]
    steps: Option<usize>,
    /// Exchanges a step.
    #[arg(long)]
    batch_size: Option<usize>,
    #[arg(long)]
    learning_rate: Option<f64>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the weights in half precision, as the shipped files are.
    #[arg(long)]
    f16: bool,
}

/// Steps between two validations and checkpoints.
const VALIDATE_EVERY: usize = 50 * BATCHES_SORTED;

pub fn run(arguments: &Arguments) -> Result<()> {
    let name = ModelName::from_slug(&arguments.size)
        .ok_or_else(|| Error::invalid("--size", &arguments.size, "nano, small or base"))?;
    let shipped = PretrainSettings::shipped(name);
    let settings = PretrainSettings {
        steps: arguments.steps.unwrap_or(shipped.steps),
        batch_size: arguments.batch_size.unwrap_or(shipped.batch_size),
        learning_rate: arguments.learning_rate.unwrap_or(shipped.learning_rate),
        seed: arguments.seed,
        ..shipped
    };
    if settings.batch_size == 0 || settings.steps == 0 {
        let value = format!("{} and {}", settings.batch_size, settings.steps);
        return Err(Error::invalid(
            "--batch-size and --steps",
            value,
            "whole numbers from 1",
        ));
    }
    let precision = if arguments.f16 {
        Precision::F16
    } else {
        Precision::F32
    };
    let mut run = begin(settings.clone(), arguments)?;
    let first = run.step;
    eprintln!(
        "{}: {} parameters, {} steps",
        name.slug(),
        run.model.layout.len,
        settings.steps
    );
    let started = Instant::now();
    let mut mean_loss = 0.0;
    while run.step < settings.steps {
        let loss = block_on(run.step())?;
        mean_loss += (loss - mean_loss) / ((run.step % 100).max(1) as f64);
        if run.step.is_multiple_of(100) {
            let seconds = started.elapsed().as_secs_f64();
            let left = seconds / (run.step - first) as f64 * (settings.steps - run.step) as f64;
            let step = run.step;
            eprintln!("step {step}: {mean_loss:.4} nats a token, {seconds:.0} s, {left:.0} s left");
        }
        if run.step.is_multiple_of(VALIDATE_EVERY) {
            if let Some(file) = &arguments.checkpoint {
                files::write(file, block_on(run.save())?)?;
            }
            let fit = validate(&run, 2)?;
            let (nats, floor) = (fit.nats, fit.floor);
            eprintln!("held-out prompts: {nats:.3} nats an answer, the world's floor {floor:.3}");
        }
    }
    files::save_model(&arguments.out, &run.model, &run.arena, precision)?;
    let fit = validate(&run, 6)?;
    files::print_json(&json!({
        "size": name.slug(),
        "parameters": run.model.layout.len,
        "steps": settings.steps,
        "batch_size": settings.batch_size,
        "learning_rate": settings.learning_rate,
        "seed": settings.seed,
        "seconds": started.elapsed().as_secs(),
        "seconds_are_of_steps_after": first,
        "validation_nats_an_answer": fit.nats,
        "world_floor_nats_an_answer": fit.floor,
    }))
}

/// From the checkpoint, where there is one.
fn begin(settings: PretrainSettings, arguments: &Arguments) -> Result<Pretraining> {
    let checkpoint = arguments.checkpoint.as_deref();
    let Some(file) = checkpoint.filter(|file| file.exists()) else {
        let mut run = Pretraining::start(settings, &Device::flex())?;
        if let Some(folder) = &arguments.grow_from {
            let (model, arena) = files::load_model(folder, &Device::flex())?;
            block_on(run.grow_from(&model, &arena))?;
        }
        return Ok(run);
    };
    let run = Pretraining::restore(&files::read_bytes(file)?, &Device::flex())?;
    if *run.settings() != settings {
        let expected = format!("the settings of {}: {:?}", file.display(), run.settings());
        return Err(Error::invalid(
            "the options",
            format!("{settings:?}"),
            expected,
        ));
    }
    eprintln!("goes on from {} at step {}", file.display(), run.step);
    Ok(run)
}

fn validate(run: &Pretraining, per_prompt: usize) -> Result<WorldFit> {
    let seed = run.settings().seed;
    let fit = world_fit(&run.model, &run.arena, held_out_prompts(), seed, per_prompt);
    block_on(fit).map(|(all, _)| all)
}
