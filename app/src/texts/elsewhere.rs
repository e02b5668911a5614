//! Using the Lab or a lesson elsewhere: in a frame, or in a learning management system.

use super::counts::counted;

pub const ELSEWHERE: &str = "Use this lesson elsewhere";
pub const LAB_ELSEWHERE: &str = "Put the Lab into a page of yours";
pub const FRAME: &str = "A frame for a page of yours";
pub const FRAME_NOTE: &str = "The page around it is told how far a learner is and what the checks say, and nothing that somebody has written.";
pub const LAB_FRAME_NOTE: &str = "It opens the Lab with the settings of the form.";
pub const COPY: &str = "Copy it";
pub const COPIED: &str = "The frame is copied.";
pub const COPY_BY_HAND: &str = "This browser does not let the page copy: select the text.";
pub const PACK: &str = "Save a SCORM package";
pub const PACK_NOTE: &str = "SCORM 1.2, for Moodle, Canvas, Blackboard and others: the page with this lesson, which reports completion, score and time.";
pub const PACKED: &str = "The package is saved.";

pub fn packing(file: usize, of: usize) -> String {
    format!("Packing {}: {file} so far\u{2026}", counted(of, "file"))
}

pub fn not_packed(reason: &str) -> String {
    format!("The package could not be made: {reason}")
}
