//! The engine's files beside the page: its second build, which builds there are, and the
//! version under which browsers keep them.

use crate::command::Run;
use crate::error::Error;
use crate::setup::WASM_TARGET;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Which builds there are: public/engine.js reads it.
const BUILDS: &str = "engines.js";
/// Where index.html carries the version, which the page puts into the engine's address.
const NO_VERSION: &str = "name=\"version\" content=\"\"";

/// Compiles the engine with relaxed SIMD and puts it beside the plain one. The feature is our
/// own crate's, so no dependency compiles again.
pub fn build_relaxed(
    root: &Path,
    path: &OsString,
    cargo_profile: &str,
    folder: &Path,
) -> Result<(), Error> {
    Run::new("cargo", "building the engine with relaxed SIMD")
        .args(["build", "--offline", "--profile", cargo_profile])
        .args(["--target", WASM_TARGET, "--package", "tilt-engine"])
        .args(["--bin", "worker", "--features", "relaxed-simd"])
        .dir(root)
        .path(path)
        .fix("the compiler's own message stands above")
        .stream()?;
    let module = target_folder(root)
        .join(WASM_TARGET)
        .join(cargo_profile)
        .join("worker.wasm");
    Run::new("wasm-bindgen", "joining the engine and JavaScript")
        .args(["--target", "web", "--no-typescript"])
        .args(["--out-name", "worker_relaxed", "--out-dir"])
        .args([folder])
        .args([module])
        .dir(root)
        .path(path)
        .stream()
}

/// Where cargo puts what it builds.
pub fn target_folder(root: &Path) -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root.join(folder),
        None => root.join("target"),
    }
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
        expected: format!("`{NO_VERSION}`"),
    })?;
    fs::write(&index, html).map_err(Error::io("writing the version", &index))
}

fn with_version(html: &str, version: u64) -> Option<String> {
    let (before, after) = html.split_once(NO_VERSION)?;
    let open = NO_VERSION.strip_suffix('"')?;
    Some(format!("{before}{open}{version:016x}\"{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_stands_in_the_page() {
        let html = "<meta name=\"version\" content=\"\" /><p>";
        let expected = "<meta name=\"version\" content=\"00000000000000ff\" /><p>";
        assert_eq!(with_version(html, 255).as_deref(), Some(expected));
        assert_eq!(with_version("<p>", 255), None);
    }
}
