//! The engine's files beside the page: its second build, which builds there are, and the
//! version under which browsers keep them.

use crate::command::ProgramRun;
use crate::error::Error;
use crate::setup::WASM_TARGET;
use crate::wasm_crate::{STEP_BY_STEP, WasmCrate, compile, target_folder};
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// Which builds there are: public/engine.js reads it.
const BUILDS: &str = "engines.js";
/// Where index.html carries the version, which the page puts into the engine's address.
const VERSION: &str = "name=\"version\" content=\"";

const ENGINE: WasmCrate = WasmCrate {
    package: "tilt-engine",
    program: "worker",
};

/// Compiles the engine with relaxed SIMD and puts it beside the plain one. The feature is our
/// own crate's, so no dependency compiles again.
pub fn build_relaxed(
    root: &Path,
    path: &OsString,
    cargo_profile: &str,
    folder: &Path,
) -> Result<(), Error> {
    let relaxed = ["--features", "relaxed-simd"];
    compile(root, path, cargo_profile, ENGINE, &relaxed)?;
    join_with_script(root, path, cargo_profile, "worker_relaxed", folder)
}

/// Compiles the engine alone anew, step by step, into a folder that holds the whole page.
pub fn edit(root: &Path, path: &OsString, folder: &Path) -> Result<(), Error> {
    compile(root, path, "release", ENGINE, &STEP_BY_STEP)?;
    join_with_script(root, path, "release", "worker", folder)?;
    note(folder, &["plain"])
}

/// Joins cargo's `worker.wasm` and JavaScript under this name.
fn join_with_script(
    root: &Path,
    path: &OsString,
    cargo_profile: &str,
    name: &str,
    folder: &Path,
) -> Result<(), Error> {
    let module = target_folder(root)
        .join(WASM_TARGET)
        .join(cargo_profile)
        .join("worker.wasm");
    ProgramRun::new("wasm-bindgen", "joining the engine and JavaScript")
        .args(["--target", "web", "--no-typescript"])
        .args(["--out-name", name, "--out-dir"])
        .args([folder])
        .args([module])
        .dir(root)
        .path(path)
        .stream()
}

/// Writes which builds there are, and the version of all of the engine's files.
pub fn note(folder: &Path, builds: &[&str]) -> Result<(), Error> {
    let list = folder.join(BUILDS);
    let quoted: Vec<String> = builds.iter().map(|build| format!("'{build}'")).collect();
    let script = format!("export const builds = [{}];\n", quoted.join(", "));
    fs::write(&list, script).map_err(Error::io("noting the builds of the engine", &list))?;

    let mut files = vec![
        "engine.js",
        "gpu_calls.js",
        "importer.js",
        "importer_bg.wasm",
        "importer_start.js",
        BUILDS,
        "worker.js",
        "worker_bg.wasm",
    ];
    if builds.contains(&"relaxed") {
        files.extend(["worker_relaxed.js", "worker_relaxed_bg.wasm"]);
    }
    let mut version = DefaultHasher::new();
    for name in files {
        let file = folder.join(name);
        let bytes = fs::read(&file).map_err(Error::io("reading the engine's files", &file))?;
        bytes.hash(&mut version);
    }
    let index = folder.join("index.html");
    let html = fs::read_to_string(&index).map_err(Error::io("reading the built page", &index))?;
    let html = with_version(&html, version.finish()).ok_or_else(|| Error::Content {
        path: index.clone(),
        found: "no place for the version".into(),
        expected: format!("`{VERSION}\"`"),
    })?;
    fs::write(&index, html).map_err(Error::io("writing the version", &index))
}

fn with_version(html: &str, version: u64) -> Option<String> {
    let start = html.find(VERSION)? + VERSION.len();
    let end = start + html[start..].find('"')?;
    Some(format!("{}{version:016x}{}", &html[..start], &html[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_stands_in_the_page() {
        let html = "<meta name=\"version\" content=\"\" /><p>";
        let expected = "<meta name=\"version\" content=\"00000000000000ff\" /><p>";
        assert_eq!(with_version(html, 255).as_deref(), Some(expected));
        // A later build's in the place of an earlier one's.
        assert_eq!(with_version(expected, 255).as_deref(), Some(expected));
        assert_eq!(with_version("<p>", 255), None);
    }
}
