//! `cargo xtask arrows`: which file uses which, in every crate, and what breaks the floors.
//!
//! A test measures (`xtask/tests/arrows/`), so that this crate need not read Rust itself.

use crate::command::ProgramRun;
use crate::error::Error;
use std::path::Path;

/// Prints the measured circles, and what breaks the rule; with `list` also every arrow, and
/// what would break the rule in a crate that is not yet under it.
///
/// # Errors
/// An arrow up or sideways, a circle, or a file without a floor.
pub fn run(root: &Path, list: bool) -> Result<(), Error> {
    ProgramRun::new("cargo", "measuring the arrows")
        .args(["test", "--quiet", "--release", "--package", "xtask"])
        .args(["--test", "arrows", "arrows_go_down_and_never_round"])
        .args(["--", "--nocapture"])
        .dir(root)
        .env("TILT_ARROWS", if list { "all" } else { "" })
        .fix("turn the arrow, or move the file: the floors stand in xtask/floors.txt")
        .stream()
}
