//! The list of the page's files, which lies beside them: a page that is hosted anywhere can
//! pack itself by it, and so can the terminal.

use crate::error::Error;
use std::fs;
use std::path::Path;

/// `engine/protocol/src/scorm/` reads it under this name.
const LIST: &str = "files.json";

/// Lists all files of the folder, as paths with `/` between folders.
pub fn list(folder: &Path) -> Result<(), Error> {
    let mut paths = paths(folder)?;
    paths.retain(|path| path != LIST);
    let quoted: Vec<String> = paths.iter().map(|path| format!("{path:?}")).collect();
    let list = folder.join(LIST);
    fs::write(&list, format!("[\n{}\n]\n", quoted.join(",\n")))
        .map_err(Error::io("listing the page's files", &list))
}

/// All files below the folder by their paths in it, with `/` between folders, in order.
pub fn paths(folder: &Path) -> Result<Vec<String>, Error> {
    let mut paths = Vec::new();
    collect(folder, "", &mut paths)?;
    paths.sort();
    Ok(paths)
}

fn collect(folder: &Path, before: &str, paths: &mut Vec<String>) -> Result<(), Error> {
    let reading = || Error::io("listing the page's files", folder);
    for entry in fs::read_dir(folder).map_err(reading())? {
        let entry = entry.map_err(reading())?;
        let path = format!("{before}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_listed_once_and_in_order() {
        let folder = std::env::temp_dir().join(format!("tilt-list-{}", std::process::id()));
        fs::create_dir_all(folder.join("models/nano")).unwrap();
        for file in ["index.html", "models/nano/config.json", "a.js"] {
            fs::write(folder.join(file), "").unwrap();
        }
        list(&folder).unwrap();
        list(&folder).unwrap();
        let listed = fs::read_to_string(folder.join(LIST)).unwrap();
        let expected = "[\n\"a.js\",\n\"index.html\",\n\"models/nano/config.json\"\n]\n";
        assert_eq!(listed, expected);
        fs::remove_dir_all(folder).unwrap();
    }
}
