//! Marks of tokens that cannot be seen otherwise, and what they mean.

/// The end marker, among tokens.
pub const END_TOKEN: &str = "\u{25a0} end";
pub const END_MEANS: &str = "the end of the text";
/// Who speaks from here on.
pub const PERSON_TOKEN: &str = "\u{25b8} person:";
pub const HELPER_TOKEN: &str = "\u{25b8} helper:";
pub const SYSTEM_TOKEN: &str = "\u{25b8} rules:";
pub const SPEAKER_MEANS: &str = "who speaks from here on; a mark of the model's own, not a word";
pub const CONTROL_TOKEN: &str = "\u{25aa}";
pub const CONTROL_MEANS: &str = "a mark of the model's own, not a word";
/// A token without a character.
pub const EMPTY_TOKEN: &str = "\u{2205}";
pub const BLANK_MEANS: &str =
    "nothing to see: \u{2423} is a space, \u{21b5} a line break, \u{21e5} a tab";
pub const MARKS_MEAN: &str = "with characters that cannot be seen, which have marks";
pub const BYTES: &str = "bytes of a character that the model's vocabulary does not have whole";

/// After the sentence about a token.
pub fn with_note(sentence: &str, note: Option<&str>) -> String {
    match note {
        Some(note) => format!("{sentence} ({note})"),
        None => sentence.to_owned(),
    }
}
