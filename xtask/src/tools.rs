//! Where Tilt's own tools lie, and what is said of a tool that is found or installed.

use std::env;
use std::path::{Path, PathBuf};

/// Where Tilt keeps the tools that it installs for itself.
pub fn tools_folder() -> PathBuf {
    let set = |variable: &str| env::var_os(variable).filter(|value| !value.is_empty());
    if let Some(folder) = set("TILT_TOOLS") {
        return folder.into();
    }
    let cache = set("XDG_CACHE_HOME")
        .or_else(|| set("LOCALAPPDATA"))
        .map(PathBuf::from)
        .or_else(|| set("HOME").map(|home| Path::new(&home).join(".cache")))
        .unwrap_or_else(env::temp_dir);
    cache.join("tilt-tools")
}

pub fn found(what: &str, detail: &str) {
    println!("  {what}: there ({detail})");
}

pub fn installing(what: &str, purpose: &str, duration: &str) {
    println!("  {what}: missing; needed {purpose}. Installing takes {duration}.");
}
