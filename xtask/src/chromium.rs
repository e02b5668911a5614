//! The browser that tests the page.

use crate::command::ProgramRun;
use crate::error::Error;
use crate::tools::{found, installing};
use std::env;
use std::path::{Path, PathBuf};

/// The browser of the tests: the one that `CHROMIUM` names, one that is there, or where apt-get
/// can, one that is installed now.
pub fn find_or_install(root: &Path) -> Result<PathBuf, Error> {
    let missing = |reason: &str| {
        Error::Missing {
        program: format!("Chromium {reason}"),
        fix: "install Chromium or Chrome (Debian: apt-get install chromium), or say where it is: CHROMIUM=/path/to/chromium".into(),
    }
    };
    if let Some(chosen) = env::var_os("CHROMIUM") {
        let chosen = PathBuf::from(chosen);
        return if chosen.is_file() {
            found("Chromium", &chosen.display().to_string());
            Ok(chosen)
        } else {
            Err(missing(&format!("(CHROMIUM={})", chosen.display())))
        };
    }
    if let Some(browser) = installed_chromium() {
        found("Chromium", &browser.display().to_string());
        return Ok(browser);
    }
    let is_root = ProgramRun::new("id", "asking who runs this")
        .args(["-u"])
        .probe()
        .is_some_and(|user| user.trim() == "0");
    if !is_root || find_program("apt-get").is_none() {
        return Err(missing("for the browser tests"));
    }
    installing("Chromium", "to run the browser tests", "1 or 2 minutes");
    for arguments in [&["update"][..], &["install", "-y", "chromium"]] {
        ProgramRun::new("apt-get", "installing Chromium")
            .args(arguments)
            .dir(root)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .fix("install Chromium by hand, or say where it is: CHROMIUM=/path/to/chromium")
            .stream()?;
    }
    installed_chromium().ok_or_else(|| missing("(apt-get installed none)"))
}

/// The driver of the Vulkan in software that comes with Chromium for Linux, where it has one.
pub fn software_vulkan(chromium: &Path) -> Option<PathBuf> {
    let own = chromium.canonicalize().ok()?;
    // Debian's program is a script beside whose name the browser's folder stands.
    let beside = own.parent().map(Path::to_path_buf);
    [
        beside,
        Some("/usr/lib/chromium".into()),
        Some("/opt/google/chrome".into()),
    ]
    .into_iter()
    .flatten()
    .map(|folder| folder.join("vk_swiftshader_icd.json"))
    .find(|driver| cfg!(target_os = "linux") && driver.is_file())
}

fn installed_chromium() -> Option<PathBuf> {
    const NAMES: [&str; 4] = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    const PLACES: [&str; 4] = [
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    ];
    let on_path = NAMES.iter().find_map(|name| find_program(name));
    on_path.or_else(|| {
        PLACES
            .iter()
            .map(PathBuf::from)
            .find(|place| place.is_file())
    })
}

fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name).with_extension(env::consts::EXE_EXTENSION))
        .find(|program| program.is_file())
}
