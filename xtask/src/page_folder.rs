//! The page's folder: what `public/` holds, the programs as wasm, and index.html with their
//! names.
//!
//! What index.html names in `public/` lies beside it under a name with a hash of its contents,
//! so that a browser never mixes two versions; the page's own program likewise, whose name is
//! written into the script that starts it. The rest of `public/` lies there as it is, style sheets
//! beside the page.

use crate::error::Error;
use crate::page_files::paths;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// The page's program, and how the names of its files begin.
pub const PAGE: &str = "tilt-app";
const PUBLIC: &str = "public";
const INDEX: &str = "index.html";
/// Of `public/`: starts the page's program.
const START: &str = "start.js";

/// Fills `folder` with `public/` and with index.html, which loads the page's program, whose
/// wasm this is. Returns the name of the program's files, without the extension.
pub fn fill(root: &Path, wasm: &Path, folder: &Path) -> Result<String, Error> {
    let index = root.join(INDEX);
    let mut html =
        fs::read_to_string(&index).map_err(Error::io("reading the page's source", &index))?;
    let public = root.join(PUBLIC);
    let stem = format!("{PAGE}-{}", hash(&read(wasm)?));
    let (named, own_name) = (format!("./{PAGE}"), format!("./{stem}"));
    for file in paths(&public)? {
        let mut bytes = read(&public.join(&file))?;
        if file == START {
            let script = String::from_utf8_lossy(&bytes).replace(&named, &own_name);
            bytes = script.into_bytes();
        }
        let address = format!("\"{PUBLIC}/{file}\"");
        let own = if html.contains(&address) {
            let own = with_hash(Path::new(&file), &bytes);
            html = html.replace(&address, &format!("\"./{own}\""));
            own
        } else {
            place(&file).to_owned()
        };
        let to = folder.join(own);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).map_err(Error::io("making a folder of the page", parent))?;
        }
        fs::write(&to, bytes).map_err(Error::io("writing a file of the page", &to))?;
    }
    html = html.replace(&named, &own_name);
    refuse_unknown(&index, &html)?;
    let built = folder.join(INDEX);
    fs::write(&built, html).map_err(Error::io("writing the page", &built))?;
    Ok(stem)
}

/// An address that is still one of the source names a file that is not there.
fn refuse_unknown(index: &Path, html: &str) -> Result<(), Error> {
    match html.split('"').find(|text| text.starts_with("public/")) {
        None => Ok(()),
        Some(address) => Err(Error::Content {
            path: index.to_path_buf(),
            found: format!("the address `{address}`"),
            expected: "a file of `public/`".into(),
        }),
    }
}

/// Where a file of `public/` lies that index.html does not name.
fn place(file: &str) -> &str {
    match file.rsplit_once('/') {
        Some((_, name)) if name.ends_with(".css") => name,
        _ => file,
    }
}

/// `base-0123456789abcdef.css` for `base.css` of these bytes.
fn with_hash(file: &Path, bytes: &[u8]) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let extension = file.extension().unwrap_or_default().to_string_lossy();
    format!("{stem}-{}.{extension}", hash(bytes))
}

/// Whether the file's name says which contents it has.
pub fn has_hash(file: &Path) -> bool {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    stem.rsplit_once('-').is_some_and(|(_, hash)| {
        hash.len() == 16 && hash.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

fn hash(bytes: &[u8]) -> String {
    let mut hash = DefaultHasher::new();
    bytes.hash(&mut hash);
    format!("{:016x}", hash.finish())
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    fs::read(file).map_err(Error::io("reading a file of the page", file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn source(name: &str, index: &str) -> PathBuf {
        let root = std::env::temp_dir().join(format!("tilt-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("public/styles")).unwrap();
        fs::create_dir_all(root.join("public/models/nano")).unwrap();
        fs::create_dir_all(root.join("built")).unwrap();
        for file in [
            "public/styles/base.css",
            "public/styles/later.css",
            "public/models/nano/config.json",
            "page.wasm",
        ] {
            fs::write(root.join(file), file).unwrap();
        }
        let start = "import '../tilt-app.js'; './tilt-app.js'; './tilt-app_bg.wasm'";
        fs::write(root.join("public/start.js"), start).unwrap();
        fs::write(root.join(INDEX), index).unwrap();
        root
    }

    #[test]
    fn what_the_page_names_has_a_hash_and_the_rest_its_place() {
        let index = "<link href=\"public/styles/base.css\"><link href=\"./tilt-app.js\">\
                     <script src=\"public/start.js\"></script>";
        let root = source("fill", index);
        let stem = fill(&root, &root.join("page.wasm"), &root.join("built")).unwrap();
        let html = fs::read_to_string(root.join("built/index.html")).unwrap();
        let address = |place: usize| html.split('"').nth(place).unwrap().to_owned();
        let (base, start) = (address(1), address(5));
        assert_eq!(address(3), format!("./{stem}.js"));
        let script = fs::read_to_string(root.join("built").join(&start)).unwrap();
        assert!(
            script.contains(&format!("'./{stem}.js'; './{stem}_bg.wasm'")),
            "{script}"
        );
        assert!(start.starts_with("./start-"), "{start}");
        assert!(
            base.starts_with("./base-") && base.ends_with(".css"),
            "{base}"
        );
        for (file, from) in [
            (base.as_str(), "public/styles/base.css"),
            ("later.css", "public/styles/later.css"),
            ("models/nano/config.json", "public/models/nano/config.json"),
        ] {
            let found = fs::read_to_string(root.join("built").join(file)).unwrap();
            assert_eq!(found, from);
        }
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn an_address_without_a_file_is_refused() {
        let root = source("fill-none", "<link href=\"public/styles/bases.css\">");
        let error = fill(&root, &root.join("page.wasm"), &root.join("built")).unwrap_err();
        fs::remove_dir_all(root).unwrap();
        let said = error.to_string();
        assert!(
            said.contains("index.html") && said.contains("public/styles/bases.css"),
            "{said}"
        );
    }
}
