//! `tilt`: the engine in the terminal. Standard output is the result alone (JSON),
//! progress goes to standard error; status 2 means bad input.

mod bench;
mod compare;
mod evaluate;
mod export;
mod files;
mod generate;
mod inputs;
mod judge;
mod lesson;
mod pretrain;
mod score;
mod sweep;
mod train;
mod world;

use clap::Parser;
use std::process::ExitCode;
use tilt_engine::memory::CountingAllocator;
use tilt_protocol::Error;

/// A comparison of roads says what each holds.
#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Preference optimisation of small GPTs: the same engine as the page.
#[derive(Parser)]
#[command(name = "tilt", version)]
struct Arguments {
    #[command(subcommand)]
    subcommand: Subcommand,
}

#[derive(clap::Subcommand)]
enum Subcommand {
    /// Write exchanges of the little world as JSON lines.
    World(world::Arguments),
    /// Pretrain a shipped model on the world's text.
    Pretrain(pretrain::Arguments),
    /// Train a policy on preferences.
    Train(train::Arguments),
    /// Train with several values and seeds, and tell the seeds together.
    Sweep(sweep::Arguments),
    /// Loss, log-probs, metrics and gradient of a dataset, without training.
    Score(score::Arguments),
    /// Sample an answer, or print the next-token distribution.
    Generate(generate::Arguments),
    /// Measure a shipped model: loss, language, judge, preference training.
    Evaluate(evaluate::Arguments),
    /// Set the roads from labels to a policy beside each other: DPO and its relatives, fresh
    /// answers under the judge or under a reward model.
    Compare(compare::Arguments),
    /// Time a training step of a small GPT.
    Bench(bench::Arguments),
    /// Write a model as a zip for transformers, or a run as one for TRL.
    Export(export::Arguments),
    /// Read the attributes of answers; label pairs; measure a win rate.
    Judge(judge::Arguments),
    /// Verify what lessons claim.
    Lesson(lesson::Arguments),
}

fn main() -> ExitCode {
    let subcommand = Arguments::parse().subcommand;
    let file = match &subcommand {
        Subcommand::Train(arguments) => Some(arguments.data_file()),
        Subcommand::Sweep(arguments) => Some(arguments.data_file()),
        Subcommand::Score(arguments) => Some(arguments.data_file()),
        Subcommand::Export(arguments) => arguments.data_file(),
        _ => None,
    };
    let result = match subcommand {
        Subcommand::World(arguments) => world::run(&arguments),
        Subcommand::Pretrain(arguments) => pretrain::run(&arguments),
        Subcommand::Train(arguments) => train::run(&arguments),
        Subcommand::Sweep(arguments) => match sweep::run(&arguments) {
            Ok(status) => return status,
            Err(error) => Err(error),
        },
        Subcommand::Score(arguments) => score::run(&arguments),
        Subcommand::Generate(arguments) => generate::run(&arguments),
        Subcommand::Evaluate(arguments) => evaluate::run(&arguments),
        Subcommand::Compare(arguments) => compare::run(&arguments),
        Subcommand::Bench(arguments) => bench::run(&arguments),
        Subcommand::Export(arguments) => export::run(&arguments),
        Subcommand::Judge(arguments) => judge::run(&arguments),
        Subcommand::Lesson(arguments) => match lesson::run(&arguments) {
            Ok(status) => return status,
            Err(error) => Err(error),
        },
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::BadRows(rows)) => {
            for told in Error::by_cause(&rows) {
                match &file {
                    Some(file) => eprintln!("{file}: {told}"),
                    None => eprintln!("{told}"),
                }
            }
            ExitCode::from(2)
        }
        Err(
            error @ (Error::Internal { .. }
            | Error::Device { .. }
            | Error::Diverged { .. }
            | Error::NonFinite { .. }),
        ) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
