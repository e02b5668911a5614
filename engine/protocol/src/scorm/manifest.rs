//! `imsmanifest.xml`: what a package holds, as IMS Content Packaging 1.1.2 with ADL's
//! additions for SCORM 1.2 has it (The SCORM Content Aggregation Model, version 1.2,
//! section 2.3).

use super::entry::PAGE;
use crate::lesson::Lesson;
use std::fmt::Write;

/// The manifest's name, at the root of the package.
pub(super) const MANIFEST: &str = "imsmanifest.xml";
/// Signs that a title has at most.
const MOST_OF_TITLE: usize = 200;

/// The manifest of a lesson's package with these `files` beside it. `mastery` is the share of
/// checks, in percent, that it is passed with.
pub(super) fn manifest(lesson: &Lesson, mastery: Option<u8>, files: &[&str]) -> String {
    let title: String = lesson.title.chars().take(MOST_OF_TITLE).collect();
    let title = escaped(&title);
    let mastery = mastery.map_or_else(String::new, |mastery| {
        format!("        <adlcp:masteryscore>{mastery}</adlcp:masteryscore>\n")
    });
    let files = files.iter().fold(String::new(), |mut list, file| {
        // Writing to a string does not fail.
        let _ = writeln!(list, "      <file href=\"{}\"/>", address(file));
        list
    });
    // The schemas' names are what systems know a package by; their files need not lie in it.
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="tilt-lesson-{id}" version="{version}"
  xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
  xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.imsproject.org/xsd/imscp_rootv1p1p2 imscp_rootv1p1p2.xsd http://www.adlnet.org/xsd/adlcp_rootv1p2 adlcp_rootv1p2.xsd">
  <metadata>
    <schema>ADL SCORM</schema>
    <schemaversion>1.2</schemaversion>
  </metadata>
  <organizations default="lessons">
    <organization identifier="lessons">
      <title>{title}</title>
      <item identifier="lesson" identifierref="page">
        <title>{title}</title>
{mastery}      </item>
    </organization>
  </organizations>
  <resources>
    <resource identifier="page" type="webcontent" adlcp:scormtype="sco" href="{PAGE}">
{files}    </resource>
  </resources>
</manifest>
"#,
        id = lesson.id,
        version = lesson.hash(),
    )
}

/// A text as XML has it; what XML 1.0 cannot hold is left out.
fn escaped(text: &str) -> String {
    let is_held = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let mut escaped = String::new();
    for c in text.chars().filter(is_held) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A path as an address: what RFC 3986 reserves is written in hexadecimal digits.
fn address(path: &str) -> String {
    let mut address = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address
}
