//! A token's own text, where it is a part of a character: bytes by their numbers.

/// The text to show for a token: what it decodes to, with bytes that are no whole character
/// as `<0xF0>`, as tokenizers with byte fallback write them. `piece` is the token as the
/// vocabulary has it.
pub fn token_text(decoded: &str, piece: &str) -> String {
    if !decoded.contains(char::REPLACEMENT_CHARACTER) {
        return decoded.to_owned();
    }
    let bytes: Option<Vec<u8>> = piece.chars().map(byte_of).collect();
    let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else {
        return piece.to_owned();
    };
    // A byte fallback's own token.
    if piece.starts_with("<0x") {
        return piece.to_owned();
    }
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("<0x{byte:02X}>"));
        }
    }
    text
}

/// The byte that a character stands for in the vocabulary of a byte-level tokenizer
/// (`bytes_to_unicode` of GPT-2's `encoder.py`): a printable one for itself, the others in
/// their order for the characters from 256 on.
fn byte_of(character: char) -> Option<u8> {
    let is_printable = |byte: u8| matches!(byte, 0x21..=0x7E | 0xA1..=0xAC | 0xAE..=0xFF);
    let code = u32::from(character);
    match u8::try_from(code) {
        Ok(byte) => is_printable(byte).then_some(byte),
        Err(_) => (0..=u8::MAX)
            .filter(|byte| !is_printable(*byte))
            .nth((code - 256) as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_a_character_have_their_numbers() {
        // U+1F642 is F0 9F 99 82; GPT-2 writes 9F, 99 and 82 as U+0141, U+013B and U+0124.
        for (piece, byte) in [
            ("\u{f0}", "<0xF0>"),
            ("\u{141}", "<0x9F>"),
            ("\u{13b}", "<0x99>"),
            ("\u{124}", "<0x82>"),
        ] {
            assert_eq!(token_text("\u{fffd}", piece), byte);
        }
        assert_eq!(
            token_text(" \u{fffd}", "\u{120}\u{f0}\u{141}"),
            " <0xF0><0x9F>"
        );
    }

    #[test]
    fn whole_characters_are_themselves() {
        assert_eq!(token_text(" hi", "\u{120}hi"), " hi");
        assert_eq!(token_text("é", "\u{c3}\u{a9}"), "é");
        // The replacement character itself, as somebody wrote it: EF BF BD.
        let piece = "\u{ef}\u{bf}\u{bd}";
        assert_eq!(token_text("\u{fffd}", piece), "\u{fffd}");
        assert_eq!(token_text("\u{fffd}", "<0xF0>"), "<0xF0>");
        assert_eq!(token_text("\u{fffd}", "\u{4e2d}"), "\u{4e2d}");
    }

    #[test]
    fn every_byte_has_a_character() {
        let mut seen: Vec<u8> = (0..=0x17F)
            .filter_map(char::from_u32)
            .filter_map(byte_of)
            .collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 256);
    }
}
