//! `tilt lesson`: lessons in the terminal.

mod card;
mod lab;
mod labels;
mod replay;
mod report;
mod sessions;
mod verify;

use std::process::ExitCode;
use tilt_protocol::Result;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Do what lessons ask for, measure, and say which of their checks hold.
    Verify(verify::Arguments),
    /// Train a learner's runs again, and say whether the numbers of the report agree.
    Replay(replay::Arguments),
}

/// Status 1: a claim does not hold from every seed, or a report's numbers do not agree; 2: a
/// file cannot be read as a lesson or a report.
///
/// # Errors
/// Those of a run that breaks off, and of models that cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.what {
        What::Verify(arguments) => verify::run(arguments),
        What::Replay(arguments) => replay::run(arguments),
    }
}
