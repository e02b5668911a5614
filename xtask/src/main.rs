//! `cargo xtask`: sets up, builds, serves and tests Tilt.
//!
//! Each command installs what it needs and is missing, so that a fresh machine needs
//! rustup and Node.js and nothing else.

mod arguments;
mod arrows;
mod bench;
mod cargo_tool;
mod chromium;
mod command;
mod count;
mod engine_files;
mod error;
mod kept_files;
mod lesson_pack;
mod page;
mod page_files;
mod page_folder;
mod page_parts;
mod reload;
mod serve;
mod setup;
mod site;
mod test;
mod tools;
mod torture;
mod wasm_crate;
mod watch;

use error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
Tilt's commands. Each installs what it needs and is missing.

  cargo xtask serve [--port N] [--open] [--prefix /PATH/] [--folder DIR] [--watch]
      Build the page and serve it on this machine; prints the address.
      --prefix serves it under a sub-path, --folder serves DIR as it is,
      --watch builds what you edit and has the page reload.
  cargo xtask build [--lesson-pack LESSON]... [--mastery N] [--folder DIR] [--out DIR]
      Build dist/, the folder to put on any static host.
      --lesson-pack also packs it with a lesson (its name, or a file) as a SCORM 1.2
      package in target/lesson-packs, or in --out; --mastery sets the share of checks
      in percent that passes, --folder packs DIR as it is instead of building.
  cargo xtask test [--only STAGE]... [--folder DIR] [-- PLAYWRIGHT ARGUMENTS]
      Run every check; ends with one line that counts them.
      Stages: format, lint, native, lint-wasm, wasm, page, browser.
      --folder points the browser tests at a folder built before, for example dist.
  cargo xtask bench [--only CASE]... [--steps N] [--rounds N] [--real-gpu] [--folder DIR] [--sampling]
      Time a training step and sampling of Tilt and of its peers in one browser; a run
      of all cases puts its tables into README.md. --real-gpu takes the machine's own
      adapter, --folder times a folder built before, for example dist.
      --sampling times answers of `small` instead, natively and as wasm in Node.js.
  cargo xtask torture [--trials N] [--only KIND]... [--seed N] [--folder DIR]
      Long campaigns: broken files for every reader (kind parsers, N inputs each), and
      in the browser runs that are cut off in every way, N trials a kind.
  cargo xtask arrows [--all]
      Measure which file uses which, the circles among them, and what breaks the
      floors of xtask/floors.txt. --all lists every arrow.
  cargo xtask setup
      Install everything that the other commands would.
  cargo xtask help
      This text.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = repository_root().and_then(|root| dispatch(&root, &arguments));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\n{error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(root: &Path, arguments: &[String]) -> Result<ExitCode, Error> {
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("help", &[][..]),
    };
    match name {
        "serve" => serve::run(root, &serve::ServeOptions::from_arguments(rest)?)?,
        "build" => {
            let options = lesson_pack::BuildOptions::from_arguments(rest)?;
            lesson_pack::run(root, &options)?;
        }
        "bench" => bench::run(root, &bench::BenchOptions::from_arguments(rest)?)?,
        "torture" => torture::run(root, &torture::TortureOptions::from_arguments(rest)?)?,
        "test" => {
            let options = test::TestOptions::from_arguments(rest)?;
            return Ok(if test::run(root, &options)? {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        "arrows" => match rest {
            [] => arrows::run(root, false)?,
            [all] if all == "--all" => arrows::run(root, true)?,
            _ => no_arguments("arrows", rest)?,
        },
        "setup" => {
            no_arguments("setup", rest)?;
            setup::everything(root)?;
        }
        "help" | "--help" | "-h" => print!("{HELP}"),
        unknown => {
            return Err(Error::Usage {
                problem: format!("there is no command `{unknown}`"),
            });
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn no_arguments(command: &str, rest: &[String]) -> Result<(), Error> {
    match rest.first() {
        None => Ok(()),
        Some(argument) => Err(Error::Usage {
            problem: format!("`{command}` takes no argument, but got `{argument}`"),
        }),
    }
}

/// The folder of the workspace's `Cargo.toml`. Cargo says at run time where this
/// crate lies; the path at compile time goes wrong when the checkout is moved.
fn repository_root() -> Result<PathBuf, Error> {
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .and_then(|folder| folder.parent().map(Path::to_path_buf))
        .ok_or_else(|| Error::Usage {
            problem: "xtask was started without cargo".into(),
        })
}
