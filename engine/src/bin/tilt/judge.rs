//! `tilt judge`: read answers, label sampled pairs, or measure a win rate.

use crate::files;
use crate::inputs::load_same_shape;
use burn::tensor::Device;
use pollster::block_on;
use serde_json::json;
use std::path::PathBuf;
use tilt_engine::evaluate::{PairDrawer, WinRateRun};
use tilt_engine::judge;
use tilt_protocol::dataset::write_jsonl;
use tilt_protocol::{Error, JudgeSettings, Principle, Result, RowKind, Sampling};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Attributes of one answer and its score under every principle.
    Read {
        #[arg(long)]
        prompt: String,
        #[arg(long)]
        answer: String,
    },
    /// Sample pairs from a model and label them: JSON lines in TRL's paired format
    /// (or unpaired, for KTO).
    Label {
        #[arg(long)]
        model: PathBuf,
        #[arg(long)]
        principle: String,
        #[arg(long, default_value_t = 64)]
        count: usize,
        /// Share of verdicts that are flipped.
        #[arg(long, default_value_t = 0.0)]
        noise: f64,
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Two rows a pair, each with a thumb.
        #[arg(long)]
        unpaired: bool,
    },
    /// Win rate of a policy against its reference on held-out prompts.
    WinRate {
        #[arg(long)]
        policy: PathBuf,
        #[arg(long)]
        reference: PathBuf,
        #[arg(long)]
        principle: String,
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
    /// Shipped pairs for labelling before the engine has loaded, as a JSON array.
    StarterPairs {
        #[arg(long)]
        model: PathBuf,
        #[arg(long, default_value_t = 60)]
        count: usize,
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
}

pub fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.what {
        What::Read { prompt, answer } => {
            let scores: serde_json::Map<_, _> = Principle::ALL
                .iter()
                .map(|&p| (p.slug().to_owned(), judge::score(p, prompt, answer).into()))
                .collect();
            let attributes = judge::read_attributes(prompt, answer);
            files::print_json(&json!({ "attributes": attributes, "scores": scores }))
        }
        What::Label {
            model,
            principle,
            count,
            noise,
            seed,
            unpaired,
        } => label(model, known(principle)?, *count, *noise, *seed, *unpaired),
        What::WinRate {
            policy,
            reference,
            principle,
            seed,
        } => {
            let (model, arena) = files::load_model(policy, &Device::flex())?;
            let reference = load_same_shape(reference, &model)?;
            let mut run = WinRateRun::new(known(principle)?, *seed);
            while !run.is_done() {
                block_on(run.advance(&model, &arena, &reference))?;
                let report = run.report();
                eprintln!(
                    "{} wins, {} losses, {} ties",
                    report.wins, report.losses, report.ties
                );
            }
            files::print_json(&run.report())
        }
        What::StarterPairs { model, count, seed } => starter_pairs(model, *count, *seed),
    }
}

fn known(slug: &str) -> Result<Principle> {
    Principle::from_slug(slug).ok_or_else(|| {
        let slugs: Vec<&str> = Principle::ALL
            .iter()
            .map(|principle| principle.slug())
            .collect();
        Error::invalid("--principle", slug, slugs.join(", "))
    })
}

fn label(
    folder: &std::path::Path,
    principle: Principle,
    count: usize,
    noise: f64,
    seed: u64,
    unpaired: bool,
) -> Result<()> {
    let (model, arena) = files::load_model(folder, &Device::flex())?;
    let sampling = Sampling {
        seed,
        ..Sampling::default()
    };
    let judge = JudgeSettings::of(principle, noise);
    let mut drawer = PairDrawer::new(Vec::new(), Some(judge), count, sampling)?;
    let kind = if unpaired {
        RowKind::Unpaired
    } else {
        RowKind::Pairs
    };
    let rows = block_on(drawer.all_examples(&model, &arena, kind))?;
    eprintln!("{} pairs, {} ties", count, drawer.ties);
    print!("{}", write_jsonl(&rows));
    Ok(())
}

fn starter_pairs(folder: &std::path::Path, count: usize, seed: u64) -> Result<()> {
    use tilt_protocol::{Pair, PairSource};
    let (model, arena) = files::load_model(folder, &Device::flex())?;
    let name = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_default();
    let sampling = Sampling {
        seed,
        ..Sampling::default()
    };
    let mut drawer = PairDrawer::new(Vec::new(), None, count, sampling)?;
    let mut pairs = Vec::new();
    while !drawer.is_done() {
        for pair in block_on(drawer.advance(&model, &arena))? {
            let [answer_a, answer_b] = pair.answers;
            pairs.push(Pair {
                id: format!("starter-{}", pairs.len()),
                prompt: pair.prompt,
                answer_a,
                answer_b,
                source: PairSource::Shipped {
                    model: name.clone(),
                },
                row: None,
            });
        }
    }
    let text = serde_json::to_string_pretty(&pairs).map_err(Error::internal)?;
    println!("{text}");
    Ok(())
}
