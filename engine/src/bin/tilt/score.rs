//! `tilt score`: loss, log-probs, metrics and gradient, without training.

use crate::files;
use crate::inputs::{Inputs, Loaded};
use burn::tensor::Tensor;
use pollster::block_on;
use serde_json::{Value, json};
use std::path::PathBuf;
use tilt_engine::hf::{Precision, write_weights};
use tilt_engine::logps::read;
use tilt_engine::loss::CompletionLogp;
use tilt_engine::session::{Data, add_share, gradient};
use tilt_protocol::{Metrics, Result};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    inputs: Inputs,
    /// Write the gradient (before clipping) here, under Hugging Face's tensor names.
    #[arg(long)]
    gradients: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let Loaded {
        model,
        policy,
        reference,
        config,
        rows,
    } = arguments.inputs.load()?;
    let mut settings = config.settings;
    settings.keep_order = true;
    if !config.has_batch_size {
        settings.batch_size = rows.len().max(1);
    }
    let objective = settings.objective.clone();
    let data = block_on(Data::prepare(
        rows,
        &settings,
        &model.gpt(&reference),
        model.pad_id(),
    ))?;

    let indices: Vec<usize> = (0..data.len()).collect();
    let batches: Vec<&[usize]> = indices.chunks(settings.batch_size).collect();
    let share = 1.0 / batches.len() as f64;
    let (mut loss, mut per_example) = (0.0, Vec::new());
    let (mut chosen, mut rejected) = (Vec::new(), Vec::new());
    let mut metrics_of_batches = Vec::new();
    let mut total: Option<Tensor<1>> = None;
    for batch in &batches {
        let out = block_on(gradient(&model, &policy, &data, batch, &objective, None))?;
        loss += out.evaluated.loss * share;
        per_example.extend(out.evaluated.per_example);
        let (first, second) = out.evaluated.policy.split_at(batch.len());
        chosen.extend_from_slice(first);
        rejected.extend_from_slice(second);
        metrics_of_batches.push(out.evaluated.metrics);
        total = add_share(total, out.gradient, share);
    }
    let numbers = match total {
        Some(total) => block_on(read(total))?,
        None => vec![0.0; model.layout.len],
    };
    let grad_norm = numbers
        .iter()
        .map(|&g| f64::from(g).powi(2))
        .sum::<f64>()
        .sqrt();
    if let Some(path) = &arguments.gradients {
        files::write(
            path,
            write_weights(&numbers, &model.layout, Precision::F32)?,
        )?;
    }
    let reference_logps = match &data {
        Data::Pairs { reference, .. } => both_sides(&reference.chosen, &reference.rejected),
        Data::Unpaired { reference, .. } => json!({ "completion": sums(reference) }),
    };
    let policy_logps = match &data {
        Data::Pairs { .. } => both_sides(&chosen, &rejected),
        Data::Unpaired { .. } => json!({ "completion": sums(&chosen) }),
    };
    files::print_json(&json!({
        "loss": loss,
        "per_example": per_example,
        "logps": { "policy": policy_logps, "reference": reference_logps },
        "metrics": Metrics::mean(&metrics_of_batches),
        "grad_norm": grad_norm,
    }))
}

fn both_sides(chosen: &[CompletionLogp], rejected: &[CompletionLogp]) -> Value {
    json!({ "chosen": sums(chosen), "rejected": sums(rejected) })
}

fn sums(rows: &[CompletionLogp]) -> Vec<f64> {
    rows.iter().map(|row| row.sum.0).collect()
}
