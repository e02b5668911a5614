//! `tilt evaluate`: the numbers of a model card.

mod report;
mod table;

use crate::files;
use burn::tensor::Device;
use pollster::block_on;
use report::{AnswerLoss, FitReport, Report};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use tilt_engine::evaluate::{
    Alignment, AlignmentTask, DECISIVE_WANTED, fluency, judge_on_world, world_fit,
};
use tilt_engine::world::{answer_entropy, corpus, held_out_prompts, training_prompts};
use tilt_protocol::{Error, ObjectiveKind, Principle, Result};

#[derive(clap::Args)]
pub struct Arguments {
    #[arg(long)]
    model: PathBuf,
    /// A small version in a minute or two: one seed, three principles, fewer answers.
    #[arg(long)]
    quick: bool,
    /// Write the table into this model card too, between the lines that mark its place.
    #[arg(long)]
    card: Option<PathBuf>,
    /// Print the table as Markdown instead of JSON.
    #[arg(long)]
    markdown: bool,
    /// Read a report that was printed before instead of measuring.
    #[arg(long)]
    from: Option<PathBuf>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs at the same time; each has its own copy of the model.
    #[arg(long)]
    jobs: Option<usize>,
}

/// Labels a run, as the page suggests.
const LABELS: usize = 64;
const SEEDS: u64 = 3;
/// For these the other objectives are tried too, one seed each.
const COMPARED: [Principle; 3] = [Principle::Polite, Principle::Short, Principle::Warm];
const OTHERS: [ObjectiveKind; 4] = [
    ObjectiveKind::Ipo,
    ObjectiveKind::Kto,
    ObjectiveKind::Orpo,
    ObjectiveKind::Simpo,
];

pub fn run(arguments: &Arguments) -> Result<()> {
    let report = match &arguments.from {
        Some(file) => serde_json::from_str(&files::read_text(file)?)
            .map_err(|error| Error::malformed(file.display(), error))?,
        None => measure(arguments)?,
    };
    let table = table::markdown(&report);
    if let Some(card) = &arguments.card {
        let text = table::into_card(&files::read_text(card)?, &table).ok_or_else(|| {
            let expected = format!("the lines {} and {}", table::BEGIN, table::END);
            Error::invalid("--card", card.display(), expected)
        })?;
        files::write(card, text)?;
    }
    if arguments.markdown {
        print!("{table}");
        return Ok(());
    }
    files::print_json(&report)
}

fn measure(arguments: &Arguments) -> Result<Report> {
    let quick = arguments.quick;
    let (model, arena) = files::load_model(&arguments.model, &Device::flex())?;
    let seed = arguments.seed;
    let per_prompt = if quick { 2 } else { 12 };
    eprintln!("loss against the world's entropy");
    let (held_out, families) = block_on(world_fit(
        &model,
        &arena,
        held_out_prompts(),
        seed,
        per_prompt,
    ))?;
    let (training, _) = block_on(world_fit(
        &model,
        &arena,
        training_prompts(),
        seed,
        per_prompt.div_ceil(4),
    ))?;
    eprintln!("answers to held-out prompts");
    let rounds = if quick { 2 } else { 12 };
    let spoken = block_on(fluency(&model, &arena, &held_out_prompts(), seed, rounds))?;
    let count = if quick { 2_000 } else { 20_000 };
    let exchanges: Vec<_> = corpus(seed).take(count).collect();
    let entropy = answer_entropy(seed, count);
    let tasks = tasks(quick);
    let jobs = arguments
        .jobs
        .or_else(|| thread::available_parallelism().ok().map(usize::from))
        .unwrap_or(1);
    let aligned = align(&arguments.model, &tasks, jobs)?;
    Ok(Report {
        model: files::name_of(&arguments.model),
        command: command(arguments),
        parameters: model.layout.len,
        fit: FitReport {
            entropy: entropy.mean,
            entropy_error: entropy.standard_error,
            training: training.into(),
            held_out: held_out.into(),
            families: families
                .into_iter()
                .map(|(family, fit)| (family, AnswerLoss::from(fit)))
                .collect(),
        },
        spoken: spoken.into(),
        judge_on_world: judge_on_world(&exchanges)
            .into_iter()
            .map(Into::into)
            .collect(),
        aligned: aligned.into_iter().map(Into::into).collect(),
    })
}

fn command(arguments: &Arguments) -> String {
    let quick = if arguments.quick { " --quick" } else { "" };
    let folder = arguments.model.display();
    format!("tilt evaluate --model {folder}{quick}")
}

fn tasks(quick: bool) -> Vec<AlignmentTask> {
    let task = |principle, objective, seed| AlignmentTask {
        principle,
        objective,
        seed,
        labels: LABELS,
        decisive: if quick { 50 } else { DECISIVE_WANTED },
    };
    if quick {
        return COMPARED
            .into_iter()
            .map(|principle| task(principle, ObjectiveKind::Dpo, 1))
            .collect();
    }
    let mut tasks = Vec::new();
    for seed in 1..=SEEDS {
        // Being on topic is left out: nine answers in ten are.
        let principles = Principle::ALL.into_iter();
        let principles = principles.filter(|&principle| principle != Principle::OnTopic);
        tasks.extend(principles.map(|principle| task(principle, ObjectiveKind::Dpo, seed)));
    }
    for objective in OTHERS {
        tasks.extend(COMPARED.map(|principle| task(principle, objective, 1)));
    }
    tasks
}

/// The tasks in their order, `jobs` at a time.
fn align(folder: &Path, tasks: &[AlignmentTask], jobs: usize) -> Result<Vec<Alignment>> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<Alignment>>> = Mutex::new(tasks.iter().map(|_| None).collect());
    let work = || -> Result<()> {
        let (model, arena) = files::load_model(folder, &Device::flex())?;
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(index) else {
                return Ok(());
            };
            let alignment = block_on(task.run(&model, &arena))?;
            eprintln!(
                "{} of {}: {}",
                index + 1,
                tasks.len(),
                table::sentence(&alignment)
            );
            if let Ok(mut done) = done.lock() {
                done[index] = Some(alignment);
            }
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..jobs.clamp(1, tasks.len().max(1)))
            .map(|_| scope.spawn(work))
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| match thread.join() {
                Ok(outcome) => outcome,
                Err(_) => Err(Error::internal("a run broke off")),
            })
    })?;
    let done = done
        .into_inner()
        .map_err(|_| Error::internal("a run broke off"))?;
    Ok(done.into_iter().flatten().collect())
}
