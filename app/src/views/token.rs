//! Tokens as people read them: what cannot be seen has a mark, and the mark a meaning.

use crate::texts::tokens as texts;

/// Names that the end of a text goes by.
const ENDS: [&str; 7] = [
    "<|end|>",
    "<|endoftext|>",
    "<|im_end|>",
    "<|eot_id|>",
    "<|end_of_text|>",
    "<end_of_turn>",
    "</s>",
];

/// Names of what templates put before a turn or around a text.
const SPEAKERS: [(&str, &str); 3] = [
    ("<|user|>", texts::PERSON_TOKEN),
    ("<|assistant|>", texts::HELPER_TOKEN),
    ("<|system|>", texts::SYSTEM_TOKEN),
];
const OTHERS: [&str; 6] = [
    "<|pad|>",
    "<pad>",
    "<s>",
    "<|begin_of_text|>",
    "<|im_start|>",
    "<|start|>",
];

fn speaker(token: &str) -> Option<&'static str> {
    let named = SPEAKERS.iter().find(|(name, _)| *name == token);
    named.map(|(_, speaker)| *speaker)
}

/// A token for a chip or a bar: the end of text by name, line breaks, blanks and control
/// characters by marks. A space before or between words stays one.
pub fn readable_token(token: &str) -> String {
    if ENDS.contains(&token) {
        return texts::END_TOKEN.to_owned();
    }
    if let Some(speaker) = speaker(token) {
        return speaker.to_owned();
    }
    if OTHERS.contains(&token) {
        return texts::CONTROL_TOKEN.to_owned();
    }
    if token.is_empty() {
        return texts::EMPTY_TOKEN.to_owned();
    }
    let is_blank = token.trim().is_empty();
    let mut text = String::new();
    for character in token.chars() {
        match character {
            ' ' if !is_blank => text.push(' '),
            ' ' => text.push('\u{2423}'),
            '\n' => text.push('\u{21b5}'),
            '\t' => text.push('\u{21e5}'),
            // Control pictures stand in the order of what they show.
            '\0'..='\u{1f}' => {
                text.extend(char::from_u32(0x2400 + u32::from(character)));
            }
            hidden if is_hidden(hidden) => {
                text.push_str(&format!("<U+{:04X}>", u32::from(hidden)));
            }
            character => text.push(character),
        }
    }
    text
}

/// A character that leaves no ink, apart from the common blanks.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(
            character,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

/// What the marks of a token mean, where it has some.
pub fn token_note(token: &str) -> Option<&'static str> {
    if bytes_of(token).is_some() {
        return Some(texts::BYTES);
    }
    if ENDS.contains(&token) {
        return Some(texts::END_MEANS);
    }
    if speaker(token).is_some() {
        return Some(texts::SPEAKER_MEANS);
    }
    if OTHERS.contains(&token) {
        return Some(texts::CONTROL_MEANS);
    }
    if token.trim().is_empty() {
        return Some(texts::BLANK_MEANS);
    }
    let has_mark = |character: char| character.is_control() || is_hidden(character);
    token.chars().any(has_mark).then_some(texts::MARKS_MEAN)
}

/// The text that tokens make together: bytes that stand apart become characters again, what
/// is no character is said to be none, and who speaks is named.
pub fn joined<'a>(tokens: impl Iterator<Item = &'a str>) -> String {
    let mut bytes = Vec::new();
    for token in tokens {
        match (bytes_of(token), speaker(token)) {
            (Some(of_token), _) => bytes.extend(of_token),
            (None, Some(speaker)) => {
                let blank = if bytes.is_empty() { "" } else { " " };
                bytes.extend(format!("{blank}{speaker} ").as_bytes());
            }
            (None, None) => bytes.extend_from_slice(token.as_bytes()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The bytes of a token that is, or ends or begins with, a part of a character: the engine
/// writes them as `<0xF0>`. `None` for a token of whole characters.
fn bytes_of(token: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = token;
    let mut found = false;
    while let Some(at) = rest.find("<0x") {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let after = &rest[at + 3..];
        let byte = after
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte.filter(|_| after.as_bytes().get(2) == Some(&b'>')) {
            Some(byte) => {
                found = true;
                bytes.push(byte);
                rest = &after[3..];
            }
            None => {
                bytes.extend_from_slice(b"<0x");
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    found.then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_has_a_mark() {
        for (token, shown) in [
            (" hi", " hi"),
            (" ", "\u{2423}"),
            ("  ", "\u{2423}\u{2423}"),
            ("\n", "\u{21b5}"),
            ("\t.", "\u{21e5}."),
            ("\r\n", "\u{240d}\u{21b5}"),
            ("\u{200b}", "<U+200B>"),
            ("\u{a0}", "<U+00A0>"),
            ("", "\u{2205}"),
            ("<|end|>", "\u{25a0} end"),
            ("<|user|>", "\u{25b8} person:"),
            ("<|pad|>", "\u{25aa}"),
            ("<|other|>", "<|other|>"),
            ("<0xF0>", "<0xF0>"),
        ] {
            assert_eq!(readable_token(token), shown, "{token:?}");
            assert!(!readable_token(token).trim().is_empty());
        }
        assert_eq!(token_note(" hi"), None);
        assert_eq!(token_note("<0xF0>"), Some(texts::BYTES));
        assert_eq!(token_note(" "), Some(texts::BLANK_MEANS));
        assert_eq!(token_note("a\u{200b}"), Some(texts::MARKS_MEAN));
    }

    #[test]
    fn bytes_become_characters_again_where_they_are_whole() {
        let join = |tokens: &[&str]| joined(tokens.iter().copied());
        let smile = ["So ", "<0xF0>", "<0x9F>", "<0x99>", "<0x82>", "!"];
        assert_eq!(join(&smile), "So \u{1f642}!");
        assert_eq!(join(&[" <0xC3>", "<0xA9>t\u{e9}"]), " \u{e9}t\u{e9}");
        assert_eq!(join(&["a", "<0xF0>"]), "a\u{fffd}");
        let asked = join(&["<|user|>", "Hi", "!", "<|assistant|>"]);
        assert_eq!(asked, "\u{25b8} person: Hi! \u{25b8} helper: ");
        assert_eq!(join(&["<0xZZ>", "<0x", "é<0x4"]), "<0xZZ><0xé<0x4");
    }
}
