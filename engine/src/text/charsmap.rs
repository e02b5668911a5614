//! The table of characters of a sentencepiece normalizer: a tree in a double array (Aoe 1989,
//! as Darts-clone lays it out) and the texts that characters become.

use base64::prelude::{BASE64_STANDARD, Engine};

/// Whether every text can be looked up in it; `None` where a walk through the tree leaves
/// the array, or a leaf points behind the texts or into a character.
///
/// Each unit holds the character it is reached by (bits 0-7), whether a leaf follows (8), and
/// how far its children are (10-31, times 256 where bit 9 is set). A leaf's unit is where its
/// text begins. Bit 31 marks such a unit, which no character reaches.
pub fn check(base64: &str) -> Option<()> {
    let bytes = BASE64_STANDARD.decode(base64).ok()?;
    let (size, rest) = bytes.split_first_chunk::<4>()?;
    let size = usize::try_from(u32::from_le_bytes(*size)).ok()? / 4 * 4;
    let (array, texts) = rest.split_at_checked(size)?;
    let texts = std::str::from_utf8(texts).ok()?;
    let (array, _) = array.as_chunks::<4>();
    let array: Vec<u32> = array.iter().map(|unit| u32::from_le_bytes(*unit)).collect();

    let children = |unit: u32| (unit >> 10) << ((unit & (1 << 9)) >> 6);
    let mut seen = vec![false; array.len()];
    let mut left = vec![children(*array.first()?)];
    while let Some(from) = left.pop() {
        // Whatever character comes next, its place is looked at.
        for character in 1..=255_u32 {
            let at = from ^ character;
            let unit = *array.get(at as usize)?;
            if unit & (1 << 31 | 0xFF) != character {
                continue;
            }
            let next = at ^ children(unit);
            if unit >> 8 & 1 == 1 {
                let text = array.get(next as usize)? & !(1 << 31);
                if !texts.is_char_boundary(text as usize) {
                    return None;
                }
            }
            let is_seen = seen.get_mut(next as usize)?;
            if !std::mem::replace(is_seen, true) {
                left.push(next);
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of one character, `a`, that becomes `text`, with one number of it changed.
    fn table(change: Option<(usize, u32)>, text: &str) -> String {
        let mut array = [0_u32; 512];
        let root = 256;
        array[0] = root << 10;
        let a = u32::from(b'a');
        let at = root ^ a;
        // The leaf lies at the beginning of the block of its own children.
        let block = 512 - 256;
        let next = block;
        array[at as usize] = a | 1 << 8 | (at ^ next) << 10;
        array[next as usize] = 1 << 31;
        if let Some((index, unit)) = change {
            array[index] = unit;
        }
        let mut bytes = (4 * array.len() as u32).to_le_bytes().to_vec();
        bytes.extend(array.iter().flat_map(|unit| unit.to_le_bytes()));
        bytes.extend(text.as_bytes());
        BASE64_STANDARD.encode(bytes)
    }

    #[test]
    fn a_table_that_leads_out_of_itself_is_damaged() {
        assert_eq!(check(&table(None, "ä\0")), Some(()));
        for (change, text) in [
            ((0, 512 << 10), "ä\0"),
            ((256, 1 << 31 | 1), "ä\0"),
            ((256, 1 << 31 | 9), "ä\0"),
            ((256 ^ 0x61, 0x61 | 1 << 8 | 600 << 10), "ä\0"),
        ] {
            assert_eq!(check(&table(Some(change), text)), None, "{change:?}");
        }
        let whole = table(None, "ä\0");
        for end in 0..whole.len() {
            let cut = check(&whole[..end]);
            assert!(cut.is_none() || end >= whole.len() - 4, "{end}");
        }
    }
}
