//! `cargo xtask test`: every check, one after the other, and one line that counts them.

use crate::arguments::Arguments;
use crate::chromium;
use crate::command::ProgramRun;
use crate::count::{Count, count_from_browser_file, count_from_cargo_line};
use crate::error::Error;
use crate::lesson_pack;
use crate::page;
use crate::page_folder::PAGE;
use crate::setup::{self, WASM_RUNNER, WASM_RUNNER_VARIABLE, WASM_TARGET};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Everything uses the release profile, lints too: then build scripts and procedural
/// macros are compiled once for all of it. What a test needs compiled is linted by that. The page's crate is always built by itself,
/// so that no dependency is built with two sets of features.
static STAGES: [TestStage; 7] = [
    TestStage {
        name: "format",
        heading: "Formatting",
        run: format,
    },
    TestStage {
        name: "lint",
        heading: "Compiling the native tests, with lints",
        run: lint,
    },
    TestStage {
        name: "native",
        heading: "Unit and golden tests, native",
        run: native,
    },
    TestStage {
        name: "lint-wasm",
        heading: "Lints, wasm",
        run: lint_wasm,
    },
    TestStage {
        name: "wasm",
        heading: "Golden tests, wasm",
        run: wasm,
    },
    TestStage {
        name: "page",
        heading: "Building the page for the browser tests",
        run: build_page,
    },
    TestStage {
        name: "browser",
        heading: "Browser tests",
        run: browser,
    },
];

struct TestStage {
    name: &'static str,
    heading: &'static str,
    run: fn(&Context) -> Result<Count, Error>,
}

struct Context<'a> {
    root: &'a Path,
    options: &'a TestOptions,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct TestOptions {
    /// Names of stages; empty runs all.
    only: Vec<String>,
    /// The browser tests use this folder instead of a fresh build.
    folder: Option<PathBuf>,
    /// Handed on to Playwright.
    playwright: Vec<String>,
}

impl TestOptions {
    /// # Errors
    /// An unknown option or stage.
    pub fn from_arguments(arguments: &[String]) -> Result<TestOptions, Error> {
        let mut options = TestOptions::default();
        let mut rest = Arguments::new("test", arguments);
        while let Some(option) = rest.next() {
            match option {
                "--only" => {
                    let name = rest.value(option)?;
                    if !STAGES.iter().any(|stage| stage.name == name) {
                        let known: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
                        let known = known.join(", ");
                        return Err(Error::Usage {
                            problem: format!("there is no stage `{name}`; the stages are {known}"),
                        });
                    }
                    options.only.push(name.to_owned());
                }
                "--folder" => options.folder = Some(PathBuf::from(rest.value(option)?)),
                "--" => options.playwright = rest.by_ref().map(str::to_owned).collect(),
                unknown => return Err(rest.unknown(unknown)),
            }
        }
        Ok(options)
    }

    /// The browser tests need a page: it is built with them unless one is given.
    fn wants(&self, stage: &str) -> bool {
        let named = |name: &str| self.only.iter().any(|only| only == name);
        match stage {
            "page" if self.folder.is_some() => false,
            "page" => self.only.is_empty() || named("page") || named("browser"),
            other => self.only.is_empty() || named(other),
        }
    }
}

struct StageOutcome {
    stage: &'static TestStage,
    count: Count,
    duration: Duration,
    note: &'static str,
}

/// Runs the stages, each even when an earlier one failed, and returns whether all passed.
///
/// # Errors
/// None from a stage: what fails in one is counted.
pub fn run(root: &Path, options: &TestOptions) -> Result<bool, Error> {
    let context = Context { root, options };
    let mut outcomes: Vec<StageOutcome> = Vec::new();
    for stage in STAGES.iter().filter(|stage| options.wants(stage.name)) {
        println!("\n=== {} ({}) ===", stage.heading, stage.name);
        let page_failed = outcomes
            .iter()
            .any(|earlier| earlier.stage.name == "page" && earlier.count.failed > 0);
        if stage.name == "browser" && page_failed {
            println!("not run: there is no page to test");
            outcomes.push(StageOutcome {
                stage,
                count: Count::default(),
                duration: Duration::ZERO,
                note: "not run",
            });
            continue;
        }
        let started = Instant::now();
        let count = (stage.run)(&context).unwrap_or_else(|error| {
            println!("\n{error}");
            Count::ONE_FAILED
        });
        outcomes.push(StageOutcome {
            stage,
            count,
            duration: started.elapsed(),
            note: if count.failed > 0 { "FAILED" } else { "ok" },
        });
    }
    Ok(report(&outcomes))
}

/// Prints a table of the stages and, last and alone, the line that counts.
fn report(outcomes: &[StageOutcome]) -> bool {
    println!("\n=== Together ===");
    let mut all = Count::default();
    for outcome in outcomes {
        let Count {
            passed,
            failed,
            skipped,
        } = outcome.count;
        println!(
            "{:<10} {:<8} {passed:>5} passed {failed:>4} failed {skipped:>4} skipped {:>7.1} min",
            outcome.stage.name,
            outcome.note,
            outcome.duration.as_secs_f64() / 60.0,
        );
        all += outcome.count;
    }
    println!("\n{} passed, {} failed", all.passed, all.failed);
    all.failed == 0
}

fn format(context: &Context) -> Result<Count, Error> {
    setup::for_lints(context.root)?;
    cargo(context, "checking the formatting")
        .args(["fmt", "--all", "--check"])
        .fix("cargo fmt --all")
        .stream()?;
    Ok(Count::ONE_PASSED)
}

/// Compiles the native tests, and lints on the way: a check of its own would go through all
/// dependencies a second time.
fn lint(context: &Context) -> Result<Count, Error> {
    linted(cargo(context, "compiling and linting the tests"))
        .args(["test", "--no-run", "--release"])
        .args(BUT_THE_PAGE)
        .stream()?;
    Ok(Count::ONE_PASSED)
}

/// Everything that computes; the page is always built by itself.
const BUT_THE_PAGE: [&str; 3] = ["--workspace", "--exclude", "tilt-app"];

/// What cargo compiles of this workspace goes through clippy, whose warnings are errors: what
/// `cargo clippy -- -D warnings` sets for a check. Dependencies are compiled as ever.
fn linted(run: ProgramRun) -> ProgramRun {
    run.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env(
        "CLIPPY_ARGS",
        "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__",
    )
}

fn lint_wasm(context: &Context) -> Result<Count, Error> {
    setup::for_wasm_lints(context.root)?;
    let selections = [
        &["--package", "tilt-app", "--all-targets"][..],
        &[
            "--package",
            "tilt-engine",
            "--bin",
            "worker",
            "--no-default-features",
        ],
    ];
    for selection in selections {
        cargo(context, "linting for wasm")
            .args(["clippy", "--release", "--target", WASM_TARGET])
            .args(selection)
            .args(["--", "-D", "warnings"])
            .stream()?;
    }
    Ok(Count::ONE_PASSED)
}

/// Says that the machine has a GPU for the tests of its kernels, where no driver in software
/// is found for them.
const GPU_VARIABLE: &str = "TILT_TEST_GPU";

/// The tests of the GPU kernels are ignored unless they are asked for, so that a machine
/// without a GPU does not count them as passed. On Linux Chromium's own Vulkan in software
/// serves them.
fn native(context: &Context) -> Result<Count, Error> {
    let driver = chromium::software_vulkan(&setup::for_browser_tests(context.root)?);
    let mut count = Count::default();
    let run = || cargo(context, "running the tests");
    // The page's lints are those of wasm: natively much of it has no caller. What is tested of it
    // there is quick, and compiling it is not.
    let page = ["--package", PAGE, "--config", page::UNOPTIMISED];
    let selections = [(linted(run()), &BUT_THE_PAGE[..]), (run(), &page)];
    for (run, selection) in selections {
        let mut tests = run
            .args(["test", "--release", "--no-fail-fast"])
            .args(selection);
        if let Some(driver) = &driver {
            tests = tests
                .env("VK_ICD_FILENAMES", driver)
                .env("LD_LIBRARY_PATH", driver.parent().unwrap_or(driver));
        }
        if driver.is_some() || std::env::var_os(GPU_VARIABLE).is_some() {
            tests = tests.args(["--", "--include-ignored"]);
        } else {
            println!(
                "no Vulkan in software: the tests of the GPU kernels are ignored; with a GPU, set {GPU_VARIABLE}=1"
            );
        }
        count += counted(tests)?;
    }
    Ok(count)
}

/// The same golden tests, as wasm in Node.js: other instructions, another regex engine.
fn wasm(context: &Context) -> Result<Count, Error> {
    let path = setup::for_wasm_tests(context.root)?;
    let tests = cargo(context, "running the tests as wasm")
        .args(["test", "--release", "--no-fail-fast"])
        .args(["--target", WASM_TARGET, "--package", "tilt-engine"])
        .args(["--no-default-features", "--test", "golden"])
        .path(&path)
        .env(WASM_RUNNER_VARIABLE, WASM_RUNNER);
    counted(tests)
}

/// Runs `cargo test` and counts what its binaries say.
fn counted(tests: ProgramRun) -> Result<Count, Error> {
    let mut count = Count::default();
    let status = tests.stream_lines(|line| {
        if let Some(binary) = count_from_cargo_line(line) {
            count += binary;
        }
    })?;
    if count.failed == 0 && (!status.success() || count.passed == 0) {
        println!("cargo test ended with {status}, although no test is counted as failed");
        count += Count::ONE_FAILED;
    }
    Ok(count)
}

fn build_page(context: &Context) -> Result<Count, Error> {
    page::build_for_tests(context.root)?;
    Ok(Count::ONE_PASSED)
}

/// Playwright's projects with how many of their tests run at a time. One after the other:
/// WebGPU in software fills the cores by itself, and what runs beside it takes thrice as long;
/// of the others much is waiting.
const BROWSER_RUNS: [(&str, &str); 2] = [("webgpu", "1"), ("cpu", "2")];

fn browser(context: &Context) -> Result<Count, Error> {
    let chromium = setup::for_browser_tests(context.root)?;
    let lesson_pack = lesson_pack::build_program(context.root, linted(lesson_pack::cargo()))?;
    let built = context
        .options
        .folder
        .as_deref()
        .unwrap_or(Path::new(page::TEST_FOLDER));
    let folder = context.root.join(built);
    let tests = context.root.join("tests");
    let results = tests.join("results");
    let count_file = results.join("count.txt");
    fs::create_dir_all(&results).map_err(Error::io("making the results' folder", &results))?;
    let mut all = Count::default();
    // Those that are asked for may all be of one project.
    let some_may_be_missing =
        (!context.options.playwright.is_empty()).then_some("--pass-with-no-tests");
    for (project, workers) in BROWSER_RUNS {
        if count_file.exists() {
            fs::remove_file(&count_file)
                .map_err(Error::io("removing the last count", &count_file))?;
        }
        let status = ProgramRun::new("node", "running the browser tests")
            .args(["node_modules/@playwright/test/cli.js", "test"])
            .args(["--project", project, "--workers", workers])
            .args(some_may_be_missing)
            .args(&context.options.playwright)
            .dir(&tests)
            .env("CHROMIUM", &chromium)
            .env("TILT_FOLDER", &folder)
            .env("TILT_LESSON_PACK", &lesson_pack)
            .env("TILT_COUNT_FILE", &count_file)
            .stream_lines(|_| {})?;
        let mut count = count_from_browser_file(&count_file).unwrap_or_default();
        if !status.success() && count.failed == 0 {
            println!("Playwright ended with {status}, although no test is counted as failed");
            count += Count::ONE_FAILED;
        }
        all += count;
    }
    Ok(all)
}

fn cargo(context: &Context, doing: &str) -> ProgramRun {
    ProgramRun::new("cargo", doing).dir(context.root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(arguments: &[&str]) -> Result<TestOptions, Error> {
        let arguments: Vec<String> = arguments.iter().map(|a| a.to_string()).collect();
        TestOptions::from_arguments(&arguments)
    }

    #[test]
    fn all_stages_or_the_named_ones() {
        let all = options(&[]).unwrap();
        assert!(STAGES.iter().all(|stage| all.wants(stage.name)));
        let some = options(&["--only", "browser", "--", "-g", "polite"]).unwrap();
        assert!(some.wants("browser") && some.wants("page") && !some.wants("native"));
        assert_eq!(some.playwright, ["-g", "polite"]);
        let built = options(&["--only", "browser", "--folder", "dist"]).unwrap();
        assert!(built.wants("browser") && !built.wants("page"));
        for bad in [&["--only", "everything"][..], &["--only"], &["--fast"]] {
            assert!(matches!(options(bad), Err(Error::Usage { .. })), "{bad:?}");
        }
    }
}
