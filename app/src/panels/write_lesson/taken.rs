//! What is said when the Lab was taken as it stands.

use crate::model::lesson_of_lab::LeftBehind;
use crate::texts::write_lesson as texts;

pub fn taken(left: &[LeftBehind]) -> String {
    let left = left.iter().map(|one| match one {
        LeftBehind::OwnModel => texts::OWN_MODEL,
        LeftBehind::LabelsOfFiles => texts::LABELS_OF_FILES,
        LeftBehind::OtherLabels => texts::OTHER_LABELS,
    });
    let said: Vec<&str> = std::iter::once(texts::TAKEN).chain(left).collect();
    said.join(" ")
}
