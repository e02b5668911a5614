//! `cargo xtask build`: the page for a static host, and lessons as packages for a learning
//! management system.

use crate::arguments::Arguments;
use crate::command::ProgramRun;
use crate::error::Error;
use crate::page;
use crate::wasm_crate::target_folder;
use std::env;
use std::path::{Path, PathBuf};

/// Reads lessons, which xtask cannot; a program of `tilt-protocol`.
const PROGRAM: &str = "lesson-pack";
/// Where packages go.
const PACKS_FOLDER: &str = "target/lesson-packs";

#[derive(Debug, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// Lessons to pack, by name or file.
    lessons: Vec<String>,
    /// The share of checks that a lesson is passed with, in percent.
    mastery: Option<String>,
    /// Packs this folder instead of a fresh build.
    folder: Option<PathBuf>,
    out: Option<PathBuf>,
}

impl BuildOptions {
    /// # Errors
    /// An unknown option, or one that goes with a package where none is made.
    pub fn from_arguments(arguments: &[String]) -> Result<BuildOptions, Error> {
        let mut options = BuildOptions::default();
        let mut rest = Arguments::new("build", arguments);
        while let Some(option) = rest.next() {
            match option {
                "--lesson-pack" => options.lessons.push(rest.value(option)?.to_owned()),
                "--mastery" => options.mastery = Some(rest.value(option)?.to_owned()),
                "--folder" => options.folder = Some(PathBuf::from(rest.value(option)?)),
                "--out" => options.out = Some(PathBuf::from(rest.value(option)?)),
                unknown => return Err(rest.unknown(unknown)),
            }
        }
        let is_for_packs =
            options.mastery.is_some() || options.folder.is_some() || options.out.is_some();
        if options.lessons.is_empty() && is_for_packs {
            return Err(Error::Usage {
                problem: "`--mastery`, `--folder` and `--out` go with `--lesson-pack`".into(),
            });
        }
        Ok(options)
    }
}

/// Builds the page, unless a folder is given, and packs the lessons with it.
///
/// # Errors
/// The build's, and where a lesson or the page's folder cannot be read.
pub fn run(root: &Path, options: &BuildOptions) -> Result<(), Error> {
    let folder = match &options.folder {
        Some(folder) => root.join(folder),
        None => {
            page::ship(root)?;
            root.join(page::SHIPPED_FOLDER)
        }
    };
    if options.lessons.is_empty() {
        return Ok(());
    }
    let program = build_program(root, cargo())?;
    let out = options.out.as_deref().unwrap_or(Path::new(PACKS_FOLDER));
    for lesson in &options.lessons {
        ProgramRun::new(&program, "packing a lesson")
            .args([&folder])
            .args([from_here(lesson)])
            .args([root.join(out)])
            .args(&options.mastery)
            .dir(root)
            .fix("the reason stands above")
            .stream()?;
    }
    Ok(())
}

pub fn cargo() -> ProgramRun {
    ProgramRun::new("cargo", "compiling what packs lessons")
}

/// Compiles the program that packs lessons by this run of cargo, with the crates of the native
/// tests.
pub fn build_program(root: &Path, cargo: ProgramRun) -> Result<PathBuf, Error> {
    cargo
        .args(["build", "--quiet", "--release", "--workspace"])
        .args(["--exclude", "tilt-app", "--bin", PROGRAM])
        .dir(root)
        .stream()?;
    let file = format!("{PROGRAM}{}", env::consts::EXE_SUFFIX);
    Ok(target_folder(root).join("release").join(file))
}

/// A file is meant from where the person stands; anything else is a lesson's name.
fn from_here(lesson: &str) -> PathBuf {
    let file = Path::new(lesson);
    let here = env::current_dir().map(|here| here.join(file));
    match here {
        Ok(here) if here.is_file() => here,
        _ => file.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(arguments: &[&str]) -> Result<BuildOptions, Error> {
        let arguments: Vec<String> = arguments.iter().map(|a| a.to_string()).collect();
        BuildOptions::from_arguments(&arguments)
    }

    #[test]
    fn a_build_alone_or_with_packages() {
        assert_eq!(options(&[]).unwrap(), BuildOptions::default());
        let two = ["--lesson-pack", "a", "--lesson-pack", "b.json"];
        let packs = options(&[&two[..], &["--mastery", "80", "--folder", "dist"]].concat());
        let packs = packs.unwrap();
        assert_eq!(packs.lessons, ["a", "b.json"]);
        assert_eq!(packs.mastery.as_deref(), Some("80"));
        for bad in [&["--folder", "dist"][..], &["--lesson-pack"], &["--fast"]] {
            assert!(matches!(options(bad), Err(Error::Usage { .. })), "{bad:?}");
        }
    }
}
