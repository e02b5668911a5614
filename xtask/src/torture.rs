//! `cargo xtask torture`: long campaigns against what Tilt promises never to lose or to get
//! wrong. Each trial follows from a seed, so that whatever fails can be done again.

use crate::arguments::Arguments;
use crate::command::ProgramRun;
use crate::error::Error;
use crate::page;
use crate::setup;
use std::path::{Path, PathBuf};

/// The readers of what comes from outside; all other kinds are played in the browser.
const PARSERS: &str = "parsers";
/// Trials of each kind, and inputs of each reader, when nothing is said.
const USUAL_TRIALS: u64 = 30;
const USUAL_INPUTS: u64 = 1_000_000;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct TortureOptions {
    trials: Option<u64>,
    /// Kinds by name; empty for all of them.
    only: Vec<String>,
    seed: Option<u64>,
    /// Play in this folder instead of a fresh build.
    folder: Option<PathBuf>,
}

impl TortureOptions {
    /// # Errors
    /// An unknown option, a missing value, or no number where one is expected.
    pub fn from_arguments(arguments: &[String]) -> Result<TortureOptions, Error> {
        let mut options = TortureOptions::default();
        let mut rest = Arguments::new("torture", arguments);
        while let Some(option) = rest.next() {
            match option {
                "--trials" => options.trials = Some(rest.number(option)?),
                "--only" => options.only.push(rest.value(option)?.to_owned()),
                "--seed" => options.seed = Some(rest.number(option)?),
                "--folder" => options.folder = Some(rest.value(option)?.into()),
                unknown => return Err(rest.unknown(unknown)),
            }
        }
        Ok(options)
    }
}

/// Runs the kinds that are asked for; the last lines are a table of what each came to.
///
/// # Errors
/// A trial that failed: its seed is printed.
pub fn run(root: &Path, options: &TortureOptions) -> Result<(), Error> {
    let wants_parsers = options.only.is_empty() || options.only.iter().any(|kind| kind == PARSERS);
    let of_browser: Vec<&String> = options
        .only
        .iter()
        .filter(|kind| *kind != PARSERS)
        .collect();
    if wants_parsers {
        parsers(root, options)?;
    }
    if options.only.is_empty() || !of_browser.is_empty() {
        browser(root, options, &of_browser)?;
    }
    Ok(())
}

/// One reader after the other: each prints how many inputs it took.
fn parsers(root: &Path, options: &TortureOptions) -> Result<(), Error> {
    let inputs = options.trials.unwrap_or(USUAL_INPUTS);
    println!("{inputs} inputs for every reader, at most 10 minutes each");
    ProgramRun::new("cargo", "trying the readers")
        .args(["test", "--release", "--package", "tilt-engine", "--test"])
        .args([PARSERS, "--", "--test-threads=2", "--show-output"])
        .dir(root)
        .env("TILT_INPUTS", inputs.to_string())
        .env("TILT_SEED", options.seed.unwrap_or(1).to_string())
        .fix("the input that failed, and how to try it alone, stand above")
        .stream()
}

fn browser(root: &Path, options: &TortureOptions, kinds: &[&String]) -> Result<(), Error> {
    let chromium = setup::for_browser_tests(root)?;
    let folder = match &options.folder {
        Some(folder) => root.join(folder),
        None => page::build_for_tests(root)?,
    };
    let trials = options.trials.unwrap_or(USUAL_TRIALS).to_string();
    let seed = options.seed.unwrap_or(1).to_string();
    ProgramRun::new("node", "playing the trials")
        .args(["torture/run.mjs", "--trials", &trials, "--seed", &seed])
        .args(kinds.iter().flat_map(|kind| ["--only", kind.as_str()]))
        .dir(&root.join("tests"))
        .env("CHROMIUM", &chromium)
        .env("TILT_FOLDER", &folder)
        .fix("the seed of what failed stands above; --only KIND --seed SEED --trials 1 does it again")
        .stream()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let read = |arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(|a| a.to_string()).collect();
            TortureOptions::from_arguments(&arguments)
        };
        let options = read(&["--only", "reload", "--trials", "3", "--seed", "7"]).unwrap();
        assert_eq!(options.only, ["reload"]);
        assert_eq!((options.trials, options.seed), (Some(3), Some(7)));
        for bad in [&["--trials"][..], &["--trials", "many"], &["--fast"]] {
            assert!(matches!(read(bad), Err(Error::Usage { .. })), "{bad:?}");
        }
    }
}
