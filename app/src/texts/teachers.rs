//! The teacher's page of a lesson, in the list of lessons.

pub const FOR_TEACHERS: &str = "For teachers";
pub const BACK: &str = "Back to the list";
pub const PRINT: &str = "Print";
pub const NOT_THERE: &str =
    "The page for teachers could not be loaded. Check the connection and try again.";
/// What a screen reader says of a table that has to be scrolled.
pub const TABLE: &str = "A table";

/// A page, and the button that opens it, by the lesson's title.
pub fn for_teachers(title: &str) -> String {
    format!("{FOR_TEACHERS}: {title}")
}
