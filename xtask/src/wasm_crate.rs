//! Compiling our programs for the browser, and joining them with JavaScript.

use crate::command::ProgramRun;
use crate::error::Error;
use crate::setup::WASM_TARGET;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// After an edit only what it touches is compiled anew.
pub const STEP_BY_STEP: [&str; 2] = ["--config", "profile.release.incremental=true"];

/// Programs of one package, always built by itself: then no dependency is built with two sets
/// of features.
pub struct WasmCrate {
    pub package: &'static str,
    pub programs: &'static [&'static str],
}

/// Compiles the programs; `more` goes to cargo.
pub fn compile(
    root: &Path,
    path: &OsString,
    cargo_profile: &str,
    what: WasmCrate,
    more: &[&str],
) -> Result<(), Error> {
    ProgramRun::new("cargo", &format!("compiling {}", what.package))
        .args(["build", "--locked", "--profile", cargo_profile])
        .args(["--target", WASM_TARGET, "--package", what.package])
        .args(what.programs.iter().flat_map(|program| ["--bin", program]))
        .args(more)
        .dir(root)
        .path(path)
        .fix("the compiler's own message stands above")
        .stream()
}

/// Joins a program's wasm and JavaScript in `folder`, under this name.
pub fn join_with_script(
    root: &Path,
    path: &OsString,
    wasm: &Path,
    name: &str,
    folder: &Path,
) -> Result<(), Error> {
    ProgramRun::new("wasm-bindgen", "joining wasm and JavaScript")
        .args(["--target", "web", "--no-typescript"])
        .args(["--out-name", name, "--out-dir"])
        .args([folder, wasm])
        .dir(root)
        .path(path)
        .stream()
}

/// Where cargo puts the wasm of this program.
pub fn built(root: &Path, cargo_profile: &str, program: &str) -> PathBuf {
    target_folder(root)
        .join(WASM_TARGET)
        .join(cargo_profile)
        .join(program)
        .with_extension("wasm")
}

/// Where cargo puts what it builds.
pub fn target_folder(root: &Path) -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root.join(folder),
        None => root.join("target"),
    }
}
