//! The page's wasm in parts: what the browser loads at the start, and what comes when it is
//! wanted.
//!
//! wasm-split cuts cargo's wasm where the source says `wasm_split`; the first part is joined
//! with JavaScript, and the others lie beside it.

use crate::command::ProgramRun;
use crate::error::Error;
use crate::page_folder::{self, PAGE};
use crate::wasm_crate::built;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// What wasm-split calls the script that loads the parts.
const LOADER: &str = "__wasm_split.js";
/// How that script takes a part in: only from a host that says what wasm is.
const STREAMED: &str = "WebAssembly.instantiateStreaming(src, imports)";
/// What it does instead, as the first part's own script does where it has to.
const FROM_ANY_HOST: &str = "\
async function instantiate(coming, imports) {
    const response = await coming;
    if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
    return WebAssembly.instantiate(await response.arrayBuffer(), imports);
}
";
/// Stands in the names of all parts but the first.
const PART: &str = "_part_";

/// Cuts the page that cargo has built, into `folder`, where its files are called `stem`.
pub fn divide(
    root: &Path,
    path: &OsString,
    cargo_profile: &str,
    stem: &str,
    folder: &Path,
) -> Result<(), Error> {
    let wasm = built(root, cargo_profile, PAGE);
    let parts = wasm.with_file_name("page-parts");
    if parts.exists() {
        fs::remove_dir_all(&parts).map_err(Error::io("removing the last parts", &parts))?;
    }
    ProgramRun::new("wasm-split-cli", "dividing the page's wasm")
        .args([&wasm, &parts])
        .args(["--out-name", stem])
        .dir(root)
        .path(path)
        .stream()?;
    ProgramRun::new("wasm-bindgen", "joining the page and JavaScript")
        // The other parts find its functions by the table that the linker made.
        .args(["--target", "web", "--no-typescript", "--keep-lld-exports"])
        .args(["--out-name", stem, "--out-dir"])
        .args([folder])
        .args([parts.join(stem).with_extension("wasm")])
        .dir(root)
        .path(path)
        .stream()?;
    put_beside(&parts, folder, stem)
}

/// Puts the other parts beside the first. Their names begin with its name, in which
/// stands a hash of the whole page: so a browser never mixes the parts of two versions.
fn put_beside(parts: &Path, folder: &Path, stem: &str) -> Result<(), Error> {
    let reading = || Error::io("listing the page's parts", parts);
    let mut loader = read(&parts.join(LOADER))?;
    for entry in fs::read_dir(parts).map_err(reading())? {
        let from = entry.map_err(reading())?.path();
        let name = from.file_stem().unwrap_or_default().to_string_lossy();
        if name == stem || from.extension().is_none_or(|extension| extension != "wasm") {
            continue;
        }
        let own = format!("{stem}{PART}{}", name.trim_start_matches("split_"));
        loader = loader.replace(&format!("./{name}.wasm"), &format!("./{own}.wasm"));
        let to = folder.join(own).with_extension("wasm");
        fs::copy(&from, &to).map_err(Error::io("copying a part of the page", &to))?;
    }
    loader = loader.replace(STREAMED, "instantiate(src, imports)") + FROM_ANY_HOST;
    let own_loader = format!("{stem}{PART}loader.js");
    write(&folder.join(&own_loader), &loader)?;
    let script = folder.join(stem).with_extension("js");
    let text = read(&script)?;
    // Inside the wasm the loader keeps its name; only the script is fetched under another.
    let import = format!("from \"./{LOADER}\"");
    if !text.contains(&import) {
        return Err(Error::Content {
            path: script,
            found: format!("no import {import}"),
            expected: "one, for the functions under `wasm_split` in the page".into(),
        });
    }
    write(
        &script,
        &text.replace(&import, &format!("from \"./{own_loader}\"")),
    )
}

/// Whether the browser loads this file only when something of it is wanted: a part of the
/// page, a style sheet that index.html does not name, the importer, what talks to a learning
/// management system, or what keeps the page for use without a network.
pub fn comes_later(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let is_part = name.starts_with(PAGE) && name.contains(PART) && name.ends_with(".wasm");
    let is_sheet = name.ends_with(".css") && !page_folder::has_hash(file);
    let is_on_its_own = ["scorm.js", "sw.js", "offline.js"].contains(&&*name);
    is_part || is_sheet || name.starts_with("importer") || is_on_its_own
}

/// What the page's files in this folder are called, without the extension.
///
/// # Errors
/// There is no page in it.
pub fn stem_in(folder: &Path) -> Result<String, Error> {
    let index = folder.join("index.html");
    let html = fs::read_to_string(&index).map_err(Error::io("reading the built page", &index))?;
    let found = stem(&html).map(str::to_owned);
    found.ok_or_else(|| Error::Content {
        path: index,
        found: "no script of the page".into(),
        expected: format!("`./{PAGE}-HASH.js`"),
    })
}

fn stem(html: &str) -> Option<&str> {
    let opening = format!("./{PAGE}-");
    let found = &html[html.find(&opening)? + 2..];
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    found.split(|letter| !is_of_name(letter)).next()
}

fn read(path: &PathBuf) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::io("reading a script of the page", path))
}

fn write(path: &PathBuf, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(Error::io("writing a script of the page", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_found_in_its_html() {
        for file in ["tilt-app-2f3a.js", "tilt-app-2f3a_bg.wasm"] {
            let html = format!("<link href=\"./{file}\" />");
            assert_eq!(stem(&html), Some("tilt-app-2f3a"));
        }
        assert_eq!(stem("<p>"), None);
    }

    #[test]
    fn parts_go_beside_the_page_under_its_name() {
        let outer = std::env::temp_dir().join(format!("tilt-parts-{}", std::process::id()));
        let (parts, folder) = (outer.join("parts"), outer.join("page"));
        for folder in [&parts, &folder] {
            fs::create_dir_all(folder).unwrap();
        }
        let loader = format!("\"./split_help.wasm\" \"./chunk_1.wasm\" {STREAMED};\n");
        fs::write(parts.join(LOADER), loader).unwrap();
        for name in ["tilt-app-0f.wasm", "split_help.wasm", "chunk_1.wasm"] {
            fs::write(parts.join(name), "\0asm").unwrap();
        }
        let script = folder.join("tilt-app-0f.js");
        let own = |from: &str| format!("import * as a from \"./{from}\"; b({{\"./{LOADER}\": a}})");
        fs::write(&script, own(LOADER)).unwrap();

        put_beside(&parts, &folder, "tilt-app-0f").unwrap();

        assert_eq!(
            fs::read_to_string(&script).unwrap(),
            own("tilt-app-0f_part_loader.js")
        );
        assert_eq!(
            fs::read_to_string(folder.join("tilt-app-0f_part_loader.js")).unwrap(),
            format!(
                "\"./tilt-app-0f_part_help.wasm\" \"./tilt-app-0f_part_chunk_1.wasm\" \
                 instantiate(src, imports);\n{FROM_ANY_HOST}"
            )
        );
        assert!(comes_later(&folder.join("tilt-app-0f_part_help.wasm")));
        assert!(folder.join("tilt-app-0f_part_chunk_1.wasm").is_file());
        assert!(comes_later(&folder.join("importer_bg.wasm")));
        assert!(comes_later(&folder.join("lesson.css")));
        assert!(!comes_later(&folder.join("base-0123456789abcdef.css")));
        assert!(!comes_later(&folder.join("tilt-app-0f_bg.wasm")));
        assert!(!comes_later(&folder.join("tilt-app-0f_part_loader.js")));
        fs::remove_dir_all(outer).unwrap();
    }
}
