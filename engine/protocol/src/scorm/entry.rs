//! The page's start in a package: it says which lesson it is for, and to whom.

use crate::error::{Error, Result};
use crate::lesson::Lesson;

/// What the system launches.
pub(super) const PAGE: &str = "index.html";
/// Talks to the system. It runs before anything else of the page does: the page then finds
/// the lesson in its address, whatever the system has put there.
pub(super) const SCRIPT: &str = "scorm.js";
const HEAD: &str = "<head>";

/// The page's start with the script, and the lesson's name for it.
pub(super) fn page_in_pack(html: &[u8], lesson: &Lesson) -> Result<Vec<u8>> {
    let wrong = |reason: &str| Error::malformed(PAGE, reason);
    let html = std::str::from_utf8(html).map_err(|_| wrong("not a text in UTF-8"))?;
    let (before, after) = html
        .split_once(HEAD)
        .ok_or_else(|| wrong("expected <head>, where the package's script is put"))?;
    // An id is made of small letters, digits and hyphens.
    let script = format!(
        "<script src=\"./{SCRIPT}\" data-lesson=\"{}\"></script>",
        lesson.id
    );
    Ok(format!("{before}{HEAD}{script}{after}").into_bytes())
}
