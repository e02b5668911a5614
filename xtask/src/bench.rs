//! `cargo xtask bench`: Tilt and its peers on one training step, in one browser.

use crate::arguments::Arguments;
use crate::command::ProgramRun;
use crate::error::Error;
use crate::page;
use crate::setup;
use std::path::{Path, PathBuf};

#[derive(Debug, Default, PartialEq, Eq)]
pub struct BenchOptions {
    /// Cases by name; empty for all of them.
    only: Vec<String>,
    /// Timed steps a case and round.
    steps: Option<String>,
    /// How often what is compared takes turns.
    rounds: Option<String>,
    /// Time this instead of a fresh build.
    folder: Option<PathBuf>,
    /// The machine's own WebGPU adapter instead of one in software.
    has_real_gpu: bool,
}

impl BenchOptions {
    /// # Errors
    /// An unknown option, or a missing value.
    pub fn from_arguments(arguments: &[String]) -> Result<BenchOptions, Error> {
        let mut options = BenchOptions::default();
        let mut rest = Arguments::new("bench", arguments);
        while let Some(option) = rest.next() {
            match option {
                "--only" => options.only.push(rest.value(option)?.to_owned()),
                "--steps" => options.steps = Some(rest.value(option)?.to_owned()),
                "--rounds" => options.rounds = Some(rest.value(option)?.to_owned()),
                "--folder" => options.folder = Some(rest.value(option)?.into()),
                "--real-gpu" => options.has_real_gpu = true,
                unknown => return Err(rest.unknown(unknown)),
            }
        }
        Ok(options)
    }
}

/// Builds, times every case and, when all of them ran, puts the table into the README.
pub fn run(root: &Path, options: &BenchOptions) -> Result<(), Error> {
    println!("What the benchmark needs");
    let chromium = setup::for_browser_tests(root)?;
    setup::for_bench(root)?;
    let folder = match &options.folder {
        Some(folder) => root.join(folder),
        None => page::build_for_bench(root)?,
    };
    let mut bench = ProgramRun::new("node", "timing Tilt and its peers")
        .args(["bench.mjs"])
        .dir(&root.join("tests"))
        .env("CHROMIUM", &chromium)
        .env("TILT_FOLDER", &folder)
        .fix("what failed stands above; --only CASE runs one case alone");
    for case in &options.only {
        bench = bench.args(["--only", case]);
    }
    for (option, value) in [("--steps", &options.steps), ("--rounds", &options.rounds)] {
        if let Some(value) = value {
            bench = bench.args([option, value]);
        }
    }
    if options.has_real_gpu {
        bench = bench.args(["--real-gpu"]);
    }
    if options.only.is_empty() {
        bench = bench.args(["--readme", "../README.md"]);
    }
    bench.stream()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let read = |arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(|a| a.to_string()).collect();
            BenchOptions::from_arguments(&arguments)
        };
        let options = read(&["--only", "webgpu", "--real-gpu"]).unwrap();
        assert_eq!(options.only, ["webgpu"]);
        assert!(options.has_real_gpu);
        for bad in [&["--only"][..], &["--fast"]] {
            assert!(matches!(read(bad), Err(Error::Usage { .. })), "{bad:?}");
        }
    }
}
