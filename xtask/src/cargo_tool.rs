//! Programs that cargo installs, each at exactly one version.

use crate::command::ProgramRun;
use crate::error::Error;
use crate::tools::{found, installing, tools_folder};
use std::env;
use std::path::{Path, PathBuf};

/// The tools run for seconds and are compiled for minutes, so they are compiled lightly. One
/// build folder serves them all: what they have in common is compiled once.
const LIGHT_PROFILE: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
];

/// A program of crates.io, as Tilt needs it.
pub struct CargoTool<'a> {
    pub package: &'a str,
    pub program: &'a str,
    pub version: &'a str,
    pub features: Features<'a>,
    /// Without `--version` only Tilt's own, whose folder is named after it, is known.
    pub says_version: bool,
    pub purpose: &'a str,
    pub duration: &'a str,
}

/// What a tool is compiled with.
pub enum Features<'a> {
    /// What it has by default, and this.
    With(&'a str),
    Default,
}

impl<'a> Features<'a> {
    fn arguments(&self) -> Vec<&'a str> {
        match self {
            Features::With(more) => vec!["--features", more],
            Features::Default => Vec::new(),
        }
    }
}

/// Finds the tool at exactly its version, on the search path or among Tilt's own, or
/// installs it there; returns its folder.
pub fn find_or_install(tool: &CargoTool) -> Result<PathBuf, Error> {
    let name = format!("{} {}", tool.program, tool.version);
    let own_root = tools_folder().join(format!("{}-{}", tool.package, tool.version));
    let own_folder = own_root.join("bin");
    let on_path = env::var_os("PATH").unwrap_or_default();
    for folder in env::split_paths(&on_path).chain([own_folder.clone()]) {
        let program = folder
            .join(tool.program)
            .with_extension(env::consts::EXE_EXTENSION);
        let is_right = match tool.says_version {
            true => version_of(&program).as_deref() == Some(tool.version),
            false => folder == own_folder,
        };
        if program.is_file() && is_right {
            found(&name, &program.display().to_string());
            return Ok(folder);
        }
    }
    installing(&name, tool.purpose, tool.duration);
    let install = |locked: bool| {
        ProgramRun::new("cargo", &format!("installing {name}"))
            .args(["install", tool.package, "--version", tool.version])
            .args(locked.then_some("--locked"))
            .args(tool.features.arguments())
            .args(["--root"])
            .args([&own_root])
            .env("CARGO_TARGET_DIR", tools_folder().join("build"))
            .envs(LIGHT_PROFILE)
            .fix("see that crates.io can be reached and that a C compiler is installed, then run it again")
            .stream()
    };
    // The versions of a tool's own lockfile are not always all on the registry.
    if let Err(error) = install(true) {
        println!("{error}\n  trying once more, with newer dependencies");
        install(false)?;
    }
    Ok(own_folder)
}

/// The second word of `program --version`, as in `wasm-bindgen 0.2.130`.
fn version_of(program: &Path) -> Option<String> {
    let output = ProgramRun::new(program, "asking a tool for its version")
        .args(["--version"])
        .without_env("NO_COLOR")
        .probe()?;
    let first_line = output.lines().next()?;
    Some(first_line.split_whitespace().nth(1)?.to_string())
}
