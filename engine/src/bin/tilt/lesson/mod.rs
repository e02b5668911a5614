//! `tilt lesson`: lessons in the terminal.

mod card;
mod lab;
mod labels;
mod report;
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
}

/// Status 1: a claim does not hold from every seed; 2: a file cannot be read as a lesson.
///
/// # Errors
/// Those of a run that breaks off, and of models that cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.what {
        What::Verify(arguments) => verify::run(arguments),
    }
}
