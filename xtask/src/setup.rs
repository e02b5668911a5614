//! Installing what is missing. Each step first looks whether the right version is
//! there, so running it again costs nothing.
//!
//! What Tilt installs for itself goes to a cache folder that all checkouts share,
//! never over a person's own tools: `$TILT_TOOLS`, or `tilt-tools` in the user's cache.

use crate::cargo_tool::{self, CargoTool, Features};
use crate::chromium;
use crate::command::ProgramRun;
use crate::error::Error;
use crate::tools::{found, installing, tools_folder};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

pub const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// What cargo runs a wasm test with.
pub const WASM_RUNNER_VARIABLE: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER";
pub const WASM_RUNNER: &str = "wasm-bindgen-test-runner";
/// Reads what `wasm_split_helpers` of Cargo.lock marks.
const WASM_SPLIT_VERSION: &str = "0.2.4";
/// Carries wasm-opt.
const BINARYEN_VERSION: &str = "132.0.0";
const ESBUILD_VERSION: &str = "0.28.2";
/// What Playwright asks for.
const NODE_MAJOR_VERSION: u32 = 20;

/// Installs everything that any command needs.
pub fn everything(root: &Path) -> Result<(), Error> {
    for_lints(root)?;
    for_page(root)?;
    for_shipping(root)?;
    for_browser_tests(root)?;
    println!("Everything is there.");
    Ok(())
}

/// What formats and lints the source.
pub fn for_lints(root: &Path) -> Result<(), Error> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        let there = ProgramRun::new("cargo", "asking for a component's version")
            .args([subcommand, "--version"])
            .dir(root)
            .probe();
        if let Some(version) = there {
            found(component, version.trim());
            continue;
        }
        installing(component, "to check the source", "seconds");
        ProgramRun::new("rustup", &format!("installing {component}"))
            .args(["component", "add", component])
            .dir(root)
            .fix(&format!(
                "install {component} for the toolchain in rust-toolchain.toml"
            ))
            .stream()?;
    }
    Ok(())
}

/// What lints the page and the worker as wasm.
pub fn for_wasm_lints(root: &Path) -> Result<(), Error> {
    for_lints(root)?;
    wasm_target(root)
}

/// What builds page and worker; returns the search path that finds it.
pub fn for_page(root: &Path) -> Result<OsString, Error> {
    wasm_target(root)?;
    let wasm_bindgen = wasm_bindgen(root)?;
    let wasm_split = cargo_tool::find_or_install(&CargoTool {
        package: "wasm_split_cli_support",
        program: "wasm-split-cli",
        version: WASM_SPLIT_VERSION,
        features: Features::With("build-binary"),
        says_version: false,
        purpose: "to divide the page into what comes first and what comes when it is wanted",
        duration: "about 2 minutes on 2 cores",
    })?;
    search_path([wasm_bindgen, wasm_split])
}

/// What runs tests as wasm; returns the search path that finds it.
pub fn for_wasm_tests(root: &Path) -> Result<OsString, Error> {
    node(root)?;
    wasm_target(root)?;
    search_path([wasm_bindgen(root)?])
}

/// The folder of `wasm-bindgen` and of its test runner.
fn wasm_bindgen(root: &Path) -> Result<PathBuf, Error> {
    let version = locked_version(root, "wasm-bindgen")?;
    cargo_tool::find_or_install(&CargoTool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version: &version,
        features: Features::Default,
        says_version: true,
        purpose: "to join wasm and JavaScript, in the version of Cargo.lock",
        duration: "about 3 minutes on 2 cores",
    })
}

/// What makes shipped files small, each a script for Node.js.
pub struct Shrinkers {
    pub wasm_opt: PathBuf,
    /// The library; it takes scripts and style sheets.
    pub esbuild: PathBuf,
}

/// What makes shipped files small.
pub fn for_shipping(root: &Path) -> Result<Shrinkers, Error> {
    node(root)?;
    let wasm_opt = npm_tool("binaryen", BINARYEN_VERSION, "bin/wasm-opt", "the wasm")?;
    let esbuild = npm_tool(
        "esbuild",
        ESBUILD_VERSION,
        "lib/main.js",
        "scripts and styles",
    )?;
    Ok(Shrinkers { wasm_opt, esbuild })
}

/// A package of npm that makes `what` small; returns its script.
fn npm_tool(package: &str, version: &str, script: &str, what: &str) -> Result<PathBuf, Error> {
    let folder = tools_folder().join(format!("{package}-{version}"));
    let script = folder.join("node_modules").join(package).join(script);
    if script.is_file() {
        found(package, &script.display().to_string());
        return Ok(script);
    }
    installing(
        package,
        &format!("to make {what} small"),
        "up to half a minute",
    );
    fs::create_dir_all(&folder).map_err(Error::io("making a tool's folder", &folder))?;
    ProgramRun::new(npm(), "installing a tool from npm")
        .args([
            "install",
            "--no-audit",
            "--no-fund",
            "--no-save",
            "--prefix",
        ])
        .args([&folder])
        .args([format!("{package}@{version}")])
        .fix("see that the npm registry can be reached, then run it again")
        .stream()?;
    Ok(script)
}

/// What tests the built page; returns the browser.
pub fn for_browser_tests(root: &Path) -> Result<PathBuf, Error> {
    node(root)?;
    playwright(root)?;
    chromium::find_or_install(root)
}

fn wasm_target(root: &Path) -> Result<(), Error> {
    let library_folder = ProgramRun::new("rustc", "asking rustc where its targets are")
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .dir(root)
        .fix("install Rust with rustup, https://rustup.rs")
        .capture()?;
    if Path::new(library_folder.trim()).is_dir() {
        found(WASM_TARGET, "the wasm target of rustc");
        return Ok(());
    }
    installing(WASM_TARGET, "to compile for the browser", "half a minute");
    ProgramRun::new("rustup", "installing the wasm target")
        .args(["target", "add", WASM_TARGET])
        .dir(root)
        .fix("install the target wasm32-unknown-unknown for the toolchain in rust-toolchain.toml")
        .stream()
}

fn node(root: &Path) -> Result<(), Error> {
    let fix = format!(
        "install Node.js {NODE_MAJOR_VERSION} or newer with npm: https://nodejs.org, or your system's package manager"
    );
    let version = ProgramRun::new("node", "asking Node.js for its version")
        .args(["--version"])
        .dir(root)
        .probe();
    let major = version.as_deref().and_then(major_version);
    let has_npm = ProgramRun::new(npm(), "asking npm for its version")
        .args(["--version"])
        .dir(root)
        .probe()
        .is_some();
    match major {
        Some(major) if major >= NODE_MAJOR_VERSION && has_npm => {
            found("Node.js", version.unwrap_or_default().trim());
            Ok(())
        }
        Some(major) if has_npm => Err(Error::Missing {
            program: format!("Node.js {NODE_MAJOR_VERSION} (found {major})"),
            fix,
        }),
        _ => Err(Error::Missing {
            program: "Node.js or its npm".into(),
            fix,
        }),
    }
}

/// What the benchmark compares Tilt with.
pub fn for_bench(root: &Path) -> Result<(), Error> {
    packages(
        &root.join("tests/peers"),
        "jax-js, TensorFlow.js, transformers.js and wllama",
        "to compare Tilt with",
    )
}

fn playwright(root: &Path) -> Result<(), Error> {
    packages(
        &root.join("tests"),
        "Playwright, axe-core and scorm-again",
        "to drive and check the page",
    )
}

/// Installs what the folder's `package-lock.json` lists, once for each state of that file.
fn packages(folder: &Path, what: &str, purpose: &str) -> Result<(), Error> {
    let lockfile = folder.join("package-lock.json");
    let wanted =
        fs::read_to_string(&lockfile).map_err(Error::io("reading a lockfile", &lockfile))?;
    let stamp = folder.join("node_modules/.installed-package-lock.json");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        found(what, &format!("as {} says", lockfile.display()));
        return Ok(());
    }
    installing(what, purpose, "half a minute");
    ProgramRun::new(npm(), &format!("installing {what}"))
        // No package needs a script of its own; some would load a browser or a native program.
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .dir(folder)
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .fix("see that the npm registry can be reached, then run it again")
        .stream()?;
    fs::write(&stamp, wanted).map_err(Error::io("noting what is installed", &stamp))
}

fn search_path(front: impl IntoIterator<Item = PathBuf>) -> Result<OsString, Error> {
    let inherited = env::var_os("PATH").unwrap_or_default();
    env::join_paths(front.into_iter().chain(env::split_paths(&inherited))).map_err(|source| {
        Error::Usage {
            problem: format!("the search path cannot be put together: {source}"),
        }
    })
}

/// The version of `package` in Cargo.lock.
fn locked_version(root: &Path, package: &str) -> Result<String, Error> {
    let path = root.join("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(Error::io("reading the lockfile", &path))?;
    version_in_lockfile(&lock, package).ok_or_else(|| Error::Content {
        path,
        found: format!("no package `{package}`"),
        expected: "its name and version".into(),
    })
}

fn version_in_lockfile(lock: &str, package: &str) -> Option<String> {
    let name_line = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name_line).skip(1);
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.strip_suffix('"')?.to_string())
}

/// 20 of `v20.1.2`.
fn major_version(version: &str) -> Option<u32> {
    let digits = version.trim().strip_prefix('v')?;
    digits.split('.').next()?.parse().ok()
}

fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        let lock = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n\n[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9\"\n";
        assert_eq!(
            version_in_lockfile(lock, "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
        assert_eq!(version_in_lockfile(lock, "wasm"), None);
        assert_eq!(major_version("v20.20.2\n"), Some(20));
        assert_eq!(major_version("20"), None);
    }

    #[test]
    fn this_checkout_locks_wasm_bindgen() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert!(locked_version(root, "wasm-bindgen").is_ok());
        assert!(locked_version(root, "no-such-package").is_err());
    }
}
