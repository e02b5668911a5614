//! `lesson-pack`: what `cargo xtask build --lesson-pack` runs once there is a page. It reads
//! the page's folder and a lesson, and writes the package.
//!
//! It stands here because xtask keeps to the standard library and cannot read a lesson.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tilt_protocol::lesson::{Defect, Lesson};
use tilt_protocol::scorm::{LIST, Pack, goes_along, listed};
use tilt_protocol::zip::File;
use tilt_protocol::{Error, Result};

const USAGE: &str = "lesson-pack FOLDER NAME_OR_FILE OUT_FOLDER [MASTERY]";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(zip) => {
            println!("{}", zip.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<PathBuf> {
    let (folder, lesson, out, mastery) = match arguments {
        [folder, lesson, out] => (folder, lesson, out, None),
        [folder, lesson, out, mastery] => (folder, lesson, out, Some(mastery)),
        _ => return Err(Error::invalid("arguments", arguments.len(), USAGE)),
    };
    let (folder, out) = (Path::new(folder), Path::new(out));
    let mastery = mastery
        .map(|text| {
            text.parse()
                .map_err(|_| Error::invalid("mastery", text, "a whole number from 0 to 100"))
        })
        .transpose()?;
    let lesson = read_lesson(&lesson_file(folder, lesson)?)?;
    let pack = Pack {
        lesson: &lesson,
        mastery,
    };
    let files = listed(&read_text(&folder.join(LIST))?)?
        .into_iter()
        .filter(|path| goes_along(&lesson, path))
        .map(|path| Ok(File::new(&path, read(&folder.join(&path))?)))
        .collect::<Result<Vec<File>>>()?;
    let zip = out.join(pack.file_name());
    let bytes = pack.zip(files)?;
    fs::create_dir_all(out).map_err(|cause| io(out, &cause))?;
    fs::write(&zip, bytes).map_err(|cause| io(&zip, &cause))?;
    Ok(zip)
}

/// A file, or the name of one that ships with the page.
fn lesson_file(folder: &Path, named: &str) -> Result<PathBuf> {
    let file = Path::new(named);
    if file.is_file() {
        return Ok(file.to_owned());
    }
    let shipped = folder.join("lessons").join(format!("{named}.json"));
    if shipped.is_file() {
        return Ok(shipped);
    }
    Err(Error::Io {
        path: named.to_owned(),
        reason: format!(
            "there is no such file, and no lesson of that name in {}",
            folder.join("lessons").display()
        ),
    })
}

fn read_lesson(file: &Path) -> Result<Lesson> {
    Lesson::from_json(&read_text(file)?).map_err(|defects| {
        let defects: Vec<String> = defects.iter().map(Defect::to_string).collect();
        Error::malformed(
            file.display(),
            format!("not a lesson:\n{}", defects.join("\n")),
        )
    })
}

fn read_text(file: &Path) -> Result<String> {
    fs::read_to_string(file).map_err(|cause| io(file, &cause))
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).map_err(|cause| io(file, &cause))
}

fn io(path: &Path, cause: &std::io::Error) -> Error {
    Error::Io {
        path: path.display().to_string(),
        reason: cause.to_string(),
    }
}
