//! `cargo xtask bench`: Tilt and its peers on one training step, and sampling, in one browser.

use crate::arguments::Arguments;
use crate::command::ProgramRun;
use crate::error::Error;
use crate::page;
use crate::setup::{self, WASM_RUNNER, WASM_RUNNER_VARIABLE, WASM_TARGET};
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
    /// Time sampling instead, without a browser.
    is_sampling: bool,
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
                "--sampling" => options.is_sampling = true,
                unknown => return Err(rest.unknown(unknown)),
            }
        }
        Ok(options)
    }
}

/// Builds, times every case and, when all of them ran, puts the table into the README.
pub fn run(root: &Path, options: &BenchOptions) -> Result<(), Error> {
    if options.is_sampling {
        return time_sampling(root);
    }
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

/// 64 answers of `small` by the CPU's kernels and by burn's operations in turns, natively and
/// as wasm in Node.js on one thread: each prints its report as JSON.
fn time_sampling(root: &Path) -> Result<(), Error> {
    let path = setup::for_wasm_tests(root)?;
    let wasm = [
        "--target",
        WASM_TARGET,
        "--no-default-features",
        "--features",
        "baseline",
    ];
    let builds = [
        ("natively", vec![]),
        ("as wasm", wasm.to_vec()),
        (
            "as wasm with relaxed SIMD",
            [&wasm[..], &["--features", "relaxed-simd"]].concat(),
        ),
    ];
    for (build, arguments) in builds {
        println!("\nSampling {build}");
        ProgramRun::new("cargo", "timing sampling")
            .args(["test", "--release", "--package", "tilt-engine"])
            .args(["--test", "sampling_speed"])
            .args(arguments)
            .args(["--", "--include-ignored", "--nocapture"])
            .dir(root)
            .path(&path)
            .env(WASM_RUNNER_VARIABLE, WASM_RUNNER)
            // Node.js before version 22 has it behind a flag; later ones still know that.
            .env("NODE_ARGS", "--experimental-wasm-relaxed-simd")
            .stream()?;
    }
    Ok(())
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
        assert!(read(&["--sampling"]).unwrap().is_sampling);
        for bad in [&["--only"][..], &["--fast"]] {
            assert!(matches!(read(bad), Err(Error::Usage { .. })), "{bad:?}");
        }
    }
}
