//! The engine's files beside the page: its second build, which builds there are, and the
//! version under which browsers keep them.

use crate::error::Error;
use crate::wasm_crate::{STEP_BY_STEP, WasmCrate, built, compile, join_with_script};
use std::ffi::OsString;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// Which builds there are: public/engine.js reads it.
const BUILDS: &str = "engines.js";
/// Where index.html carries the version, which the page puts into the engine's address.
const VERSION: &str = "name=\"version\" content=\"";

const WORKER: &str = "worker";
const ENGINE: WasmCrate = WasmCrate {
    package: "tilt-engine",
    programs: &[WORKER],
};

/// Without what the terminal alone needs: as the tests that run as wasm have it, so that the
/// engine is compiled once for both.
const WITHOUT_TERMINAL: &str = "--no-default-features";

/// What only a benchmark needs of the engine.
pub const BASELINE: &str = "baseline";

/// Compiles the plain engine, with these features, and puts it into the page's folder.
pub fn build(
    root: &Path,
    path: &OsString,
    cargo_profile: &str,
    folder: &Path,
    features: &[&str],
) -> Result<(), Error> {
    let features = features.join(",");
    let plain = [WITHOUT_TERMINAL, "--features", &features];
    compile(root, path, cargo_profile, ENGINE, &plain)?;
    let wasm = built(root, cargo_profile, WORKER);
    join_with_script(root, path, &wasm, WORKER, folder)
}

/// Compiles the engine with relaxed SIMD and puts it beside the plain one. The feature is our
/// own crate's, so no dependency compiles again.
pub fn build_relaxed(
    root: &Path,
    path: &OsString,
    cargo_profile: &str,
    folder: &Path,
    features: &[&str],
) -> Result<(), Error> {
    let features = [&["relaxed-simd"], features].concat().join(",");
    let relaxed = [WITHOUT_TERMINAL, "--features", &features];
    compile(root, path, cargo_profile, ENGINE, &relaxed)?;
    let wasm = built(root, cargo_profile, WORKER);
    join_with_script(root, path, &wasm, "worker_relaxed", folder)
}

/// Compiles the engine alone anew, step by step, into a folder that holds the whole page.
pub fn edit(root: &Path, path: &OsString, folder: &Path) -> Result<(), Error> {
    let more = [&[WITHOUT_TERMINAL], &STEP_BY_STEP[..]].concat();
    compile(root, path, "release", ENGINE, &more)?;
    let wasm = built(root, "release", WORKER);
    join_with_script(root, path, &wasm, WORKER, folder)?;
    note(folder, &["plain"])
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
