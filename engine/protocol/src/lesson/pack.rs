//! A lesson as a part of an address: deflated (raw, RFC 1951) and in base64url without
//! padding (RFC 4648, section 5).

use super::document::MOST_BYTES;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// The best that deflate does: a link is short.
const LEVEL: u8 = 10;

/// Packs a text.
pub fn pack(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(compress_to_vec(text.as_bytes(), LEVEL))
}

/// The text that was packed; `None` where it is none, or too large for a lesson.
pub fn unpack(packed: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(packed.trim()).ok()?;
    let text = decompress_to_vec_with_limit(&bytes, MOST_BYTES).ok()?;
    String::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let long = "The same sentence, again and again. ".repeat(2_000);
        for text in ["", "{}", "β and “quotes”\n", long.as_str()] {
            let packed = pack(text);
            assert_eq!(unpack(&packed).as_deref(), Some(text));
            let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            assert!(packed.chars().all(is_plain), "{packed}");
        }
        assert!(pack(&long).len() < long.len() / 50);
    }

    #[test]
    fn what_is_not_packed_is_refused() {
        let cut = pack("a lesson that somebody has copied in part");
        let bomb = pack(&"a".repeat(MOST_BYTES + 1));
        let not_text = URL_SAFE_NO_PAD.encode(compress_to_vec(&[0xff, 0xfe], LEVEL));
        for packed in ["%%%", "AAAA", &cut[..cut.len() / 2], &bomb, &not_text] {
            assert_eq!(unpack(packed), None, "{packed}");
        }
    }
}
