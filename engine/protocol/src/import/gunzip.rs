//! Gzip archives (RFC 1952), unpacked as they come.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

const CUT_SHORT: &str = "a gzip archive that is cut short";
const DAMAGED: &str = "a damaged gzip archive";

/// Bytes that are unpacked at once.
const PIECE_BYTES: usize = 1 << 15;
/// Marks of the header: what else stands in it.
const HEADER_CHECKSUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;
const TRAILER_BYTES: usize = 8;

/// Unpacks an archive of one member or several behind each other.
pub struct Gunzip {
    place: GzipSection,
    /// Bytes of the header or the trailer that is being read.
    held: Vec<u8>,
    state: Box<InflateState>,
    checksum: u32,
    length: u32,
    error: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum GzipSection {
    Header,
    Body,
    Trailer,
}

impl Gunzip {
    pub fn of_mark(mark: [u8; 2]) -> Option<Gunzip> {
        (mark == [0x1f, 0x8b]).then(|| Gunzip {
            place: GzipSection::Header,
            held: Vec::new(),
            state: InflateState::new_boxed(DataFormat::Raw),
            checksum: !0,
            length: 0,
            error: None,
        })
    }

    /// Takes in bytes; `out` gets what they unpack to.
    pub fn push(&mut self, mut bytes: &[u8], out: &mut impl FnMut(&[u8])) {
        while !bytes.is_empty() && self.error.is_none() {
            match self.place {
                GzipSection::Body => bytes = self.unpack(bytes, out),
                GzipSection::Header | GzipSection::Trailer => {
                    self.held.push(bytes[0]);
                    bytes = &bytes[1..];
                    self.error = self.hold().err();
                }
            }
        }
    }

    /// # Errors
    /// What is wrong with the archive, in words.
    pub fn finish(&self) -> Result<(), &'static str> {
        match self.error {
            Some(error) => Err(error),
            // Zeros behind an archive are padding.
            None if self.place == GzipSection::Header
                && self.held.iter().all(|&byte| byte == 0) =>
            {
                Ok(())
            }
            None => Err(CUT_SHORT),
        }
    }

    fn hold(&mut self) -> Result<(), &'static str> {
        if self.place == GzipSection::Header {
            let is_padding = self.held.iter().all(|&byte| byte == 0);
            if !is_padding && header_is_whole(&self.held)? {
                self.held.clear();
                self.place = GzipSection::Body;
            }
        } else if self.held.len() == TRAILER_BYTES {
            let expected = [self.checksum ^ !0, self.length].map(u32::to_le_bytes);
            if self.held != expected.concat() {
                return Err(DAMAGED);
            }
            // Another member may follow.
            self.held.clear();
            self.place = GzipSection::Header;
            self.state.reset(DataFormat::Raw);
            (self.checksum, self.length) = (!0, 0);
        }
        Ok(())
    }

    /// Unpacks bytes; returns those behind the member's end.
    fn unpack<'a>(&mut self, mut bytes: &'a [u8], out: &mut impl FnMut(&[u8])) -> &'a [u8] {
        let mut piece = [0; PIECE_BYTES];
        loop {
            let result = inflate(&mut self.state, bytes, &mut piece, MZFlush::None);
            bytes = &bytes[result.bytes_consumed..];
            let unpacked = &piece[..result.bytes_written];
            for &byte in unpacked {
                self.checksum = next_checksum(self.checksum, byte);
            }
            self.length = self.length.wrapping_add(unpacked.len() as u32);
            if !unpacked.is_empty() {
                out(unpacked);
            }
            match result.status {
                Ok(MZStatus::StreamEnd) => self.place = GzipSection::Trailer,
                // Where the piece was filled there may be more.
                Ok(_) if !bytes.is_empty() || unpacked.len() == PIECE_BYTES => continue,
                // It waits for more.
                Ok(_) | Err(MZError::Buf) => {}
                Err(_) => self.error = Some(DAMAGED),
            }
            return bytes;
        }
    }
}

/// Whether these bytes are a member's header up to its end.
///
/// # Errors
/// What is wrong with it, in words.
fn header_is_whole(held: &[u8]) -> Result<bool, &'static str> {
    if !b"\x1f\x8b\x08".starts_with(&held[..held.len().min(3)]) {
        return Err(DAMAGED);
    }
    let (Some(&marks), true) = (held.get(3), held.len() >= 10) else {
        return Ok(false);
    };
    let mut end = 10;
    if marks & EXTRA != 0 {
        let (Some(&low), Some(&high)) = (held.get(end), held.get(end + 1)) else {
            return Ok(false);
        };
        end += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    for mark in [NAME, COMMENT] {
        if marks & mark != 0 {
            let text = held.get(end..).unwrap_or_default();
            match text.iter().position(|&byte| byte == 0) {
                Some(length) => end += length + 1,
                None => return Ok(false),
            }
        }
    }
    if marks & HEADER_CHECKSUM != 0 {
        end += 2;
    }
    Ok(held.len() >= end)
}

/// CRC-32 by half bytes.
fn next_checksum(checksum: u32, byte: u8) -> u32 {
    const TABLE: [u32; 16] = table();
    let mut checksum = checksum ^ u32::from(byte);
    for _ in 0..2 {
        checksum = (checksum >> 4) ^ TABLE[(checksum & 15) as usize];
    }
    checksum
}

const fn table() -> [u32; 16] {
    let mut table = [0; 16];
    let mut index = 0;
    while index < 16 {
        let mut value = index as u32;
        let mut bit = 0;
        while bit < 4 {
            value = (value >> 1) ^ (0xedb8_8320 * (value & 1));
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use miniz_oxide::deflate::compress_to_vec;

    /// An archive of one member, with these marks and what they announce.
    fn packed(text: &[u8], marks: u8, more: &[u8]) -> Vec<u8> {
        let checksum = text.iter().fold(!0, |sum, &byte| next_checksum(sum, byte)) ^ !0;
        let mut bytes = vec![0x1f, 0x8b, 8, marks, 0, 0, 0, 0, 0, 3];
        bytes.extend_from_slice(more);
        bytes.extend(compress_to_vec(text, 6));
        bytes.extend(checksum.to_le_bytes());
        bytes.extend((text.len() as u32).to_le_bytes());
        bytes
    }

    fn unpacked(bytes: &[u8], chunk: usize) -> (Vec<u8>, Result<(), &'static str>) {
        let mut text = Vec::new();
        let mut gunzip = Gunzip::of_mark([0x1f, 0x8b]).expect("its mark");
        for part in bytes.chunks(chunk) {
            gunzip.push(part, &mut |bytes| text.extend_from_slice(bytes));
        }
        (text, gunzip.finish())
    }

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        let sum = b"123456789"
            .iter()
            .fold(!0, |sum, &b| next_checksum(sum, b))
            ^ !0;
        assert_eq!(sum, 0xcbf4_3926);
    }

    #[test]
    fn archives_are_unpacked_however_they_are_cut() {
        let text: Vec<u8> = (0..100_000_u32)
            .map(|n| (n.wrapping_mul(n) >> 7) as u8)
            .collect();
        let all = NAME | COMMENT | EXTRA | HEADER_CHECKSUM;
        let mut bytes = packed(&text, 0, b"");
        bytes.extend(packed(b"more", all, b"\x02\0xyname\0comment\0\x01\x02"));
        bytes.extend([0; 20]);
        let whole = [&text[..], b"more"].concat();
        for chunk in [1, 7, 1000, 1 << 20] {
            assert_eq!(unpacked(&bytes, chunk), (whole.clone(), Ok(())), "{chunk}");
        }
    }

    #[test]
    fn what_is_cut_or_damaged_is_told() {
        let bytes = packed(b"some text", 0, b"");
        for end in 1..bytes.len() {
            assert_eq!(unpacked(&bytes[..end], 3).1, Err(CUT_SHORT), "{end}");
        }
        for at in [2, 10, bytes.len() - 8, bytes.len() - 1] {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0xff;
            assert_eq!(unpacked(&bytes, 1000).1, Err(DAMAGED), "{at}");
        }
    }
}
