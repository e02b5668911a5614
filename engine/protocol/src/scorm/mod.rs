//! A lesson together with the page that plays it, as a package of SCORM 1.2 that a learning
//! management system hosts: one zip, one SCO.
//!
//! The terminal and the page make it from the same files: those that the build has listed.
//! What the launched page says to the system stands in `public/scorm.js`.

mod contents;
mod entry;
mod manifest;

use crate::error::{Error, Result};
use crate::lesson::Lesson;
use crate::zip::{File, zip_files};
use contents::missing;
pub use contents::{LIST, goes_along, listed};
use entry::{PAGE, page_in_pack};
use manifest::{MANIFEST, manifest};

/// The highest score there is, in percent.
const FULL_SCORE: u8 = 100;

/// A lesson to be packed.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack<'a> {
    pub lesson: &'a Lesson,
    /// The share of checks that have to hold for the lesson to be passed, in percent; without
    /// it the lesson can be completed, and neither passed nor failed.
    pub mastery: Option<u8>,
}

impl Pack<'_> {
    /// The package's bytes, out of the page's `files`. Those that do not belong in it are left
    /// out, and the same files give the same bytes.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] for a mastery score above 100, and [`Error::MalformedFile`]
    /// where the page lacks a file, or its start has no place for a script.
    pub fn zip(&self, files: Vec<File>) -> Result<Vec<u8>> {
        if let Some(mastery) = self.mastery.filter(|mastery| *mastery > FULL_SCORE) {
            return Err(Error::invalid("mastery", mastery, "0 to 100"));
        }
        let mut packed: Vec<File> = files
            .into_iter()
            .filter(|file| goes_along(self.lesson, &file.name))
            .collect();
        packed.sort_by(|one, other| one.name.cmp(&other.name));
        if let Some(name) = missing(self.lesson, &packed) {
            return Err(Error::malformed(
                &name,
                "missing among the page's files, which a package needs",
            ));
        }
        for file in packed.iter_mut().filter(|file| file.name == PAGE) {
            file.bytes = page_in_pack(&file.bytes, self.lesson)?;
        }
        let lesson = self.lesson.to_json();
        packed.push(File::new(
            &format!("lessons/{}.json", self.lesson.id),
            lesson,
        ));
        let names: Vec<&str> = packed.iter().map(|file| file.name.as_str()).collect();
        let manifest = manifest(self.lesson, self.mastery, &names);
        // What a system looks for comes first.
        packed.insert(0, File::new(MANIFEST, manifest));
        zip_files(&packed)
    }

    /// What the package's file is called.
    pub fn file_name(&self) -> String {
        format!("tilt-{}-scorm12.zip", self.lesson.id)
    }
}

#[cfg(test)]
mod tests;
