//! `cargo xtask serve --watch`: what changes in the source is built anew, and no more than
//! that; the page in the browser reloads.

use crate::engine_files;
use crate::error::Error;
use crate::page;
use crate::reload::Builds;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// What is looked at, from the root.
const SOURCES: [&str; 8] = [
    "app/src",
    "app/Cargo.toml",
    "engine/src",
    "engine/Cargo.toml",
    "engine/protocol",
    "public",
    "index.html",
    "Cargo.toml",
];
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// What has to be built anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rebuild {
    /// A style sheet or a script takes the built one's place.
    Copy,
    Page,
    Engine,
    Everything,
}

/// Builds what changes into `folder` for ever, and tells `builds` each time.
pub fn run(root: &Path, path: &OsString, folder: &Path, builds: &Builds) -> Result<(), Error> {
    let mut seen = look(root)?;
    // What is compiled here for the first time takes longer than an edit does.
    page::edit_page(root, path, folder)?;
    // Parts of the page that was there before do not fit this one.
    builds.add();
    println!("\nWatching the source: what you save is built, and the page reloads.");
    // What failed is built again with the next save, whichever file that is.
    let mut unbuilt: Vec<PathBuf> = Vec::new();
    loop {
        thread::sleep(LOOK_EVERY);
        let now = look(root)?;
        let changed = differences(&seen, &now);
        seen = now;
        if changed.is_empty() {
            continue;
        }
        unbuilt.extend(changed);
        let started = Instant::now();
        match rebuild(root, path, folder, &unbuilt) {
            Ok(()) => {
                println!("  built in {:.1} s", started.elapsed().as_secs_f64());
                unbuilt.clear();
                builds.add();
            }
            Err(error) => eprintln!("\n{error}"),
        }
    }
}

fn rebuild(root: &Path, path: &OsString, folder: &Path, changed: &[PathBuf]) -> Result<(), Error> {
    let is_any = |part: Rebuild| changed.iter().any(|file| part_of(file) == part);
    if is_any(Rebuild::Everything) {
        return page::build_plain(root, path).map(drop);
    }
    for file in changed {
        let is_copied = part_of(file) == Rebuild::Copy;
        let file = root.join(file);
        // One that was removed has no place to be put in.
        if is_copied && file.exists() {
            copy(&file, folder)?;
        }
    }
    if is_any(Rebuild::Page) {
        page::edit_page(root, path, folder)?;
    }
    if is_any(Rebuild::Engine) {
        engine_files::edit(root, path, folder)?;
    }
    Ok(())
}

fn part_of(file: &Path) -> Rebuild {
    let is_of = |folder: &str| file.starts_with(folder);
    let extension = file.extension().unwrap_or_default();
    if is_of("public") && (extension == "css" || extension == "js") {
        Rebuild::Copy
    } else if is_of("app/src/bin") {
        Rebuild::Everything
    } else if is_of("app/src") {
        Rebuild::Page
    } else if is_of("engine/src") {
        Rebuild::Engine
    } else {
        Rebuild::Everything
    }
}

/// Puts a file in the place of the built one. A style sheet's name there has a hash in it.
fn copy(file: &Path, folder: &Path) -> Result<(), Error> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let built = match name.strip_suffix(".css") {
        None => None,
        Some(stem) => page::files_with_extension(folder, "css")?
            .into_iter()
            .find(|built| {
                let built = built.file_stem().unwrap_or_default().to_string_lossy();
                built.rsplit_once('-').is_some_and(|(own, _)| own == stem)
            }),
    };
    let to = built.unwrap_or_else(|| folder.join(&*name));
    fs::copy(file, to).map_err(Error::io("copying a file of the page", file))?;
    println!("  {name} is in place");
    Ok(())
}

/// When each file of the source was last written, by its path from the root.
fn look(root: &Path) -> Result<BTreeMap<PathBuf, SystemTime>, Error> {
    let mut found = BTreeMap::new();
    for source in SOURCES {
        look_into(root, Path::new(source), &mut found)
            .map_err(Error::io("looking for changes", source))?;
    }
    Ok(found)
}

fn look_into(
    root: &Path,
    path: &Path,
    found: &mut BTreeMap<PathBuf, SystemTime>,
) -> io::Result<()> {
    let full = root.join(path);
    let about = match fs::metadata(&full) {
        Ok(about) => about,
        // Editors replace files.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if about.is_dir() {
        for entry in fs::read_dir(&full)? {
            look_into(root, &path.join(entry?.file_name()), found)?;
        }
    } else if !is_editors_own(path) {
        found.insert(path.to_path_buf(), about.modified()?);
    }
    Ok(())
}

/// Backups and locks that editors leave for a moment.
fn is_editors_own(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || name.starts_with('#') || name.ends_with('~')
}

/// What was written, made or removed between two looks.
fn differences(
    before: &BTreeMap<PathBuf, SystemTime>,
    after: &BTreeMap<PathBuf, SystemTime>,
) -> Vec<PathBuf> {
    let written = after
        .iter()
        .filter(|(path, time)| before.get(*path) != Some(*time))
        .map(|(path, _)| path);
    let removed = before.keys().filter(|path| !after.contains_key(*path));
    written.chain(removed).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_builds_what_it_is_part_of() {
        for (file, part) in [
            ("public/styles/lab.css", Rebuild::Copy),
            ("public/engine.js", Rebuild::Copy),
            ("public/models/nano/config.json", Rebuild::Everything),
            ("app/src/texts/train.rs", Rebuild::Page),
            ("app/src/bin/importer/main.rs", Rebuild::Everything),
            ("engine/src/loss/ipo.rs", Rebuild::Engine),
            ("engine/protocol/src/event.rs", Rebuild::Everything),
            ("index.html", Rebuild::Everything),
        ] {
            assert_eq!(part_of(Path::new(file)), part, "{file}");
        }
    }

    #[test]
    fn what_is_written_made_or_removed_is_seen() {
        let root = std::env::temp_dir().join(format!("tilt-watch-{}", std::process::id()));
        let folder = root.join("app/src/texts");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("old.rs"), "1").unwrap();
        fs::write(folder.join("kept.rs"), "1").unwrap();
        let before = look(&root).unwrap();
        fs::remove_file(folder.join("old.rs")).unwrap();
        fs::write(folder.join("new.rs"), "1").unwrap();
        fs::write(folder.join(".new.rs.swp"), "1").unwrap();
        let after = look(&root).unwrap();
        fs::remove_dir_all(&root).unwrap();
        let changed = differences(&before, &after);
        let names = ["app/src/texts/new.rs", "app/src/texts/old.rs"];
        assert_eq!(changed, names.map(PathBuf::from));
        assert!(differences(&after, &after).is_empty());
    }

    #[test]
    fn a_style_sheet_takes_the_place_of_the_built_one() {
        let folder = std::env::temp_dir().join(format!("tilt-style-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("lab-0123abcd.css"), "old").unwrap();
        fs::write(folder.join("labels-0123abcd.css"), "other").unwrap();
        fs::write(folder.join("lab.css"), "new").unwrap();
        copy(&folder.join("lab.css"), &folder).unwrap();
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        let found = [read("lab-0123abcd.css"), read("labels-0123abcd.css")];
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, ["new", "other"]);
    }
}
