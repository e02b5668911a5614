//! What a browser keeps of the page for use without a network: the list of its files with their
//! digests, written into the service worker, which is another one with each build.

use crate::command::ProgramRun;
use crate::error::Error;
use crate::page_files::paths;
use std::fs;
use std::path::Path;

/// The service worker, which reads the list under this name.
const WORKER: &str = "sw.js";
const LIST: &str = "self.TILT_BUILD=";

/// Node.js has SHA-256, and compiling takes it along anyway.
const SCRIPT: &str = "\
const fs = require('fs'), path = require('path'), { createHash } = require('crypto');
const [folder, ...names] = process.argv.slice(1);
const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const files = Object.fromEntries(names.map((name) => {
  const bytes = fs.readFileSync(path.join(folder, name));
  return [name, [sha256(bytes), bytes.length]];
}));
const version = sha256(JSON.stringify(files)).slice(0, 16);
const index = fs.readFileSync(path.join(folder, 'index.html'), 'utf8');
const engine = /name=\"version\" content=\"([^\"]*)\"/.exec(index)?.[1] ?? '';
process.stdout.write(JSON.stringify({ version, engine, files }));";

/// Writes the list of all files of the folder into its service worker; an earlier list goes.
pub fn write(folder: &Path) -> Result<(), Error> {
    let mut files = paths(folder)?;
    files.retain(|file| file != WORKER);
    let list = ProgramRun::new("node", "listing the files that a browser keeps")
        .args(["-e", SCRIPT])
        .args([folder])
        .args(&files)
        .capture()?;
    let worker = folder.join(WORKER);
    let script =
        fs::read_to_string(&worker).map_err(Error::io("reading the service worker", &worker))?;
    let script = format!("{LIST}{};\n{}", list.trim(), without_list(&script));
    fs::write(&worker, script).map_err(Error::io("writing the service worker", &worker))
}

fn without_list(script: &str) -> &str {
    match script.split_once('\n') {
        Some((first, rest)) if first.starts_with(LIST) => rest,
        _ => script,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_every_file_and_changes_with_each() {
        let folder = std::env::temp_dir().join(format!("tilt-kept-{}", std::process::id()));
        fs::create_dir_all(folder.join("models")).unwrap();
        for (file, text) in [
            ("index.html", "a"),
            ("models/b.json", "bc"),
            (WORKER, "code"),
        ] {
            fs::write(folder.join(file), text).unwrap();
        }
        let written = || {
            write(&folder).unwrap();
            fs::read_to_string(folder.join(WORKER)).unwrap()
        };
        let first = written();
        let (list, code) = first.split_once('\n').unwrap();
        assert_eq!(code, "code");
        // SHA-256 of "a", of one byte.
        let digest = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
        assert!(
            list.contains(&format!("\"index.html\":[\"{digest}\",1]")),
            "{list}"
        );
        assert!(
            list.contains("\"models/b.json\":[") && !list.contains("sw.js"),
            "{list}"
        );
        assert_eq!(written(), first);
        fs::write(folder.join("index.html"), "b").unwrap();
        assert_ne!(written(), first);
        fs::remove_dir_all(folder).unwrap();
    }
}
