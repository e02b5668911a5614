//! Texts as words, for shingles and for counting what is said how often.

use crate::hash;

/// The words of a text as numbers: runs of letters, digits and apostrophes, in lower case.
pub fn words(text: &str) -> impl Iterator<Item = u64> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .map(|word| hash::of_text(0, &word.to_lowercase()))
}
