//! Compiling one of our programs for the browser, without Trunk.

use crate::command::ProgramRun;
use crate::error::Error;
use crate::setup::WASM_TARGET;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// After an edit only what it touches is compiled anew.
pub const STEP_BY_STEP: [&str; 2] = ["--config", "profile.release.incremental=true"];

pub struct WasmCrate {
    pub package: &'static str,
    pub program: &'static str,
}

/// Compiles the program; `more` goes to cargo. The dependencies have to be there.
pub fn compile(
    root: &Path,
    path: &OsString,
    cargo_profile: &str,
    what: WasmCrate,
    more: &[&str],
) -> Result<(), Error> {
    ProgramRun::new("cargo", &format!("compiling {}", what.program))
        .args(["build", "--offline", "--profile", cargo_profile])
        .args(["--target", WASM_TARGET, "--package", what.package])
        .args(["--bin", what.program])
        .args(more)
        .dir(root)
        .path(path)
        .fix("the compiler's own message stands above")
        .stream()
}

/// Where cargo puts what it builds.
pub fn target_folder(root: &Path) -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root.join(folder),
        None => root.join("target"),
    }
}
