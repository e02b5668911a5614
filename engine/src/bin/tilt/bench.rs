//! `tilt bench`: how fast this machine trains, or samples.

use crate::files;
use pollster::block_on;
use std::path::{Path, PathBuf};
use tilt_engine::bench::{Bench, time_sampling};
use tilt_engine::device::Compute;
use tilt_engine::evaluate::{prompt_ids, some_held_out_prompts};
use tilt_protocol::{BenchObjective, BenchSettings, DevicePreference, Error, Result};

#[derive(clap::Args)]
pub struct Arguments {
    /// cpu or webgpu
    #[arg(long, default_value = "cpu", value_parser = device)]
    device: DevicePreference,
    /// sft or dpo
    #[arg(long, default_value = "sft", value_parser = objective)]
    objective: BenchObjective,
    #[arg(long, default_value_t = BenchSettings::default().layers)]
    layers: usize,
    #[arg(long, default_value_t = BenchSettings::default().d_model)]
    d_model: usize,
    #[arg(long, default_value_t = BenchSettings::default().heads)]
    heads: usize,
    #[arg(long, default_value_t = BenchSettings::default().vocab)]
    vocab: usize,
    /// Tokens a sequence.
    #[arg(long, default_value_t = BenchSettings::default().context)]
    context: usize,
    /// Sequences a step; of dpo two are a pair.
    #[arg(long, default_value_t = BenchSettings::default().batch)]
    batch: usize,
    /// The head is the token embedding.
    #[arg(long)]
    tied: bool,
    /// Steps that are timed.
    #[arg(long, default_value_t = BenchSettings::default().steps)]
    steps: usize,
    /// Times 64 answers of the model in this folder instead: by the device's kernels and by
    /// burn's operations in turns, `--steps` times.
    #[arg(long, value_name = "MODEL", conflicts_with = "objective")]
    sampling: Option<PathBuf>,
}

/// Answers of a round of sampling.
const ANSWERS: usize = 64;

fn device(text: &str) -> std::result::Result<DevicePreference, String> {
    match text {
        "cpu" => Ok(DevicePreference::Cpu),
        "webgpu" => Ok(DevicePreference::Webgpu),
        _ => Err("expected cpu or webgpu".to_owned()),
    }
}

fn objective(text: &str) -> std::result::Result<BenchObjective, String> {
    let found = BenchObjective::ALL.into_iter().find(|o| o.slug() == text);
    found.ok_or_else(|| "expected sft or dpo".to_owned())
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if let Some(folder) = &arguments.sampling {
        return sampling(folder, arguments);
    }
    let settings = BenchSettings {
        layers: arguments.layers,
        d_model: arguments.d_model,
        heads: arguments.heads,
        vocab: arguments.vocab,
        context: arguments.context,
        batch: arguments.batch,
        tied: arguments.tied,
        steps: arguments.steps,
        objective: arguments.objective,
        workers: None,
    };
    let compute = chosen(arguments.device)?;
    let mut bench = Bench::start(settings, &compute.device)?;
    while bench.steps() < bench.of() {
        let ms = block_on(bench.step())?;
        eprintln!("step {} of {}: {ms:.1} ms", bench.steps(), bench.of());
    }
    files::print_json(&bench.report(compute.kind.slug(), &compute.adapter))
}

/// The device that was asked for, and no other.
fn chosen(device: DevicePreference) -> Result<Compute> {
    let compute = block_on(Compute::choose(device));
    match compute.fallback {
        None => Ok(compute),
        Some(reason) => Err(Error::Device {
            device: "webgpu".to_owned(),
            reason,
        }),
    }
}

fn sampling(folder: &Path, arguments: &Arguments) -> Result<()> {
    let compute = chosen(arguments.device)?;
    let (model, arena) = files::load_model(folder, &compute.device)?;
    let rounds = arguments.steps;
    let prompts = some_held_out_prompts(&model, ANSWERS);
    let ids = prompts
        .iter()
        .map(|prompt| prompt_ids(&model, &prompt.text));
    let ids = ids.collect::<Result<Vec<_>>>()?;
    files::print_json(&block_on(time_sampling(&model, &arena, &ids, rounds))?)
}
