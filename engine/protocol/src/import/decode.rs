//! A file's bytes to text in UTF-8: gzip is unpacked, UTF-16 is turned into UTF-8.

use super::gunzip::Gunzip;

/// Bytes after which it is known how a file is encoded.
const MARK_BYTES: usize = 2;

/// Passes on a file's bytes, decoded. Chunks may be cut anywhere.
#[derive(Default)]
pub struct Decoder {
    /// Unpacks, where the file is packed.
    packed: Layer<Gunzip>,
    /// Of the file as it is, or of what was unpacked.
    text: Layer<Utf16>,
}

/// A step of decoding, once the first bytes have said whether it is needed.
#[derive(Default)]
enum Layer<T> {
    /// The first bytes, as far as they came.
    #[default]
    Unknown,
    UnknownAfter(u8),
    Needed(T),
    NotNeeded,
}

impl<T> Layer<T> {
    /// The bytes that were waiting for the next one, with it, once it is clear whether the
    /// layer is needed. `None` means that they wait on.
    fn begin(&mut self, byte: u8, layer: fn([u8; MARK_BYTES]) -> Option<T>) -> Option<[u8; 2]> {
        match self {
            Layer::UnknownAfter(first) => {
                let mark = [*first, byte];
                *self = layer(mark).map_or(Layer::NotNeeded, Layer::Needed);
                Some(mark)
            }
            _ => {
                *self = Layer::UnknownAfter(byte);
                None
            }
        }
    }
}

impl Decoder {
    /// Takes in bytes; `out` gets what they decode to.
    pub fn push(&mut self, mut bytes: &[u8], out: &mut impl FnMut(&[u8])) {
        while matches!(self.packed, Layer::Unknown | Layer::UnknownAfter(_)) {
            let Some((&byte, rest)) = bytes.split_first() else {
                return;
            };
            bytes = rest;
            if let Some(mark) = self.packed.begin(byte, Gunzip::of_mark) {
                self.unpack(&mark, out);
            }
        }
        self.unpack(bytes, out);
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What is wrong with an archive, in words.
    pub fn finish(&mut self, out: &mut impl FnMut(&[u8])) -> Result<(), &'static str> {
        if let Layer::UnknownAfter(byte) = self.packed {
            self.packed = Layer::NotNeeded;
            self.decode(&[byte], out);
        }
        match &mut self.text {
            Layer::UnknownAfter(byte) => out(&[*byte]),
            Layer::Needed(utf16) => utf16.finish(out),
            Layer::Unknown | Layer::NotNeeded => {}
        }
        match &self.packed {
            Layer::Needed(gunzip) => gunzip.finish(),
            _ => Ok(()),
        }
    }

    fn unpack(&mut self, bytes: &[u8], out: &mut impl FnMut(&[u8])) {
        let Decoder { packed, text } = self;
        match packed {
            Layer::Needed(gunzip) => gunzip.push(bytes, &mut |bytes| decode(text, bytes, out)),
            _ => decode(text, bytes, out),
        }
    }

    fn decode(&mut self, bytes: &[u8], out: &mut impl FnMut(&[u8])) {
        decode(&mut self.text, bytes, out);
    }
}

fn decode(text: &mut Layer<Utf16>, mut bytes: &[u8], out: &mut impl FnMut(&[u8])) {
    while matches!(text, Layer::Unknown | Layer::UnknownAfter(_)) {
        let Some((&byte, rest)) = bytes.split_first() else {
            return;
        };
        bytes = rest;
        if let Some(mark) = text.begin(byte, Utf16::of_mark) {
            match text {
                Layer::Needed(utf16) => utf16.push(&mark, out),
                _ => out(&mark),
            }
        }
    }
    match text {
        Layer::Needed(utf16) => utf16.push(bytes, out),
        _ if bytes.is_empty() => {}
        _ => out(bytes),
    }
}

/// UTF-16 as PowerShell and Windows write it.
struct Utf16 {
    is_big_endian: bool,
    /// The first byte of a unit.
    half: Option<u8>,
    /// The first unit of a character of two.
    high: Option<u16>,
    has_begun: bool,
}

/// No byte of UTF-8: what cannot be decoded makes its row no UTF-8, and so it is refused.
const NOT_UTF8: &[u8] = b"\xff";
const BYTE_ORDER_MARK: u16 = 0xfeff;

impl Utf16 {
    /// By its byte order mark, or by the zero byte that the first letter of JSON has.
    fn of_mark(mark: [u8; MARK_BYTES]) -> Option<Utf16> {
        let is_big_endian = match mark {
            [0xff, 0xfe] | [b'{' | b'[', 0] => false,
            [0xfe, 0xff] | [0, b'{' | b'['] => true,
            _ => return None,
        };
        Some(Utf16 {
            is_big_endian,
            half: None,
            high: None,
            has_begun: false,
        })
    }

    fn push(&mut self, bytes: &[u8], out: &mut impl FnMut(&[u8])) {
        let mut text = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            let Some(first) = self.half.take() else {
                self.half = Some(byte);
                continue;
            };
            let unit = match self.is_big_endian {
                true => u16::from_be_bytes([first, byte]),
                false => u16::from_le_bytes([first, byte]),
            };
            self.unit(unit, &mut text);
        }
        if !text.is_empty() {
            out(&text);
        }
    }

    fn unit(&mut self, unit: u16, text: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.has_begun, true) && unit == BYTE_ORDER_MARK {
            return;
        }
        let units = self.high.take().into_iter().chain([unit]);
        if let (0xd800..=0xdbff, None) = (unit, self.high) {
            // Its second unit follows; a first one before it stood alone.
            if units.count() > 1 {
                text.extend_from_slice(NOT_UTF8);
            }
            self.high = Some(unit);
            return;
        }
        for character in char::decode_utf16(units) {
            match character {
                Ok(character) => {
                    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Err(_) => text.extend_from_slice(NOT_UTF8),
            }
        }
    }

    fn finish(&mut self, out: &mut impl FnMut(&[u8])) {
        if self.half.is_some() || self.high.is_some() {
            out(NOT_UTF8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], chunk: usize) -> (Vec<u8>, Result<(), &'static str>) {
        let (mut decoder, mut text) = (Decoder::default(), Vec::new());
        for part in bytes.chunks(chunk) {
            decoder.push(part, &mut |bytes| text.extend_from_slice(bytes));
        }
        let end = decoder.finish(&mut |bytes| text.extend_from_slice(bytes));
        (text, end)
    }

    /// However it is cut.
    fn check(bytes: &[u8], text: &[u8]) {
        for chunk in [1, 2, 3, 5, 1000] {
            assert_eq!(decoded(bytes, chunk), (text.to_vec(), Ok(())), "{chunk}");
        }
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf16_is_read_in_either_order_with_or_without_its_mark() {
        let text = "{\"a\": \"\u{e9}\u{1f642}\"}\n";
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            check(&utf16(text, order), text.as_bytes());
            let marked = utf16(&format!("\u{feff}{text}"), order);
            check(&marked, text.as_bytes());
            let (cut, _) = decoded(&marked[..marked.len() - 1], 7);
            assert!(std::str::from_utf8(&cut).is_err());
        }
        let alone = [0xff, 0xfe, 0x3d, 0xd8, b'a', 0, 0x00, 0xdc];
        check(&alone, b"\xffa\xff");
    }

    #[test]
    fn other_bytes_pass_through() {
        for bytes in [&b""[..], b"a", b"{\"a\": 1}", b"\x1f", b"\xff"] {
            check(bytes, bytes);
        }
    }
}
