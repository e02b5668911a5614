//! Inputs made of good ones by small changes, each known by its number alone.

use tilt_engine::random::Random;

/// What readers trip over.
const WORDS: [&[u8]; 40] = [
    b"null",
    b"true",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"-1",
    b"0",
    b"1e-320",
    b"0.1",
    b"18446744073709551616",
    b"9007199254740993",
    b"4294967296",
    b"\"\"",
    b"[]",
    b"{}",
    b"[[[[",
    b"}}}}",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\n",
    b"\r\n",
    b"\n\n",
    b"\0",
    b",",
    b";",
    b"\t",
    b":",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xE9",
    b"\xF0\x9F\x99\x82",
    b"\n\nHuman: ",
    b"\n\nAssistant: ",
    b"{%",
    b"%}",
    b"{{",
    b"}}",
    b"sep=;\n",
];
const MOST_CHANGES: usize = 6;
const MOST_BYTES: usize = 64 << 10;

pub struct Generator {
    seed: u64,
    name: &'static str,
    seeds: Vec<Vec<u8>>,
}

impl Generator {
    /// `seeds` are good inputs, at least one of them.
    pub fn new(seed: u64, name: &'static str, seeds: Vec<Vec<u8>>) -> Generator {
        assert!(!seeds.is_empty(), "{name}: no input to begin with");
        Generator { seed, name, seeds }
    }

    pub fn seeds(&self) -> &[Vec<u8>] {
        &self.seeds
    }

    /// The same number gives the same input, so that a failure can be had again.
    pub fn input(&self, number: u64) -> Vec<u8> {
        let mut random = Random::from_seed_for(self.seed, &format!("{} {number}", self.name));
        let mut bytes = self.any_seed(&mut random).to_vec();
        for _ in 0..=random.below(MOST_CHANGES) {
            self.change(&mut bytes, &mut random);
        }
        bytes.truncate(MOST_BYTES);
        bytes
    }

    fn any_seed(&self, random: &mut Random) -> &[u8] {
        &self.seeds[random.below(self.seeds.len())]
    }

    fn change(&self, bytes: &mut Vec<u8>, random: &mut Random) {
        let from = random.below(bytes.len() + 1);
        // Mostly short pieces, now and then a long one.
        let longest = if random.chance(0.8) { 12 } else { bytes.len() };
        let to = (from + random.below(longest + 1)).min(bytes.len());
        match random.below(8) {
            0 => drop(bytes.drain(from..to)),
            1 => {
                let piece = bytes[from..to].to_vec();
                let at = random.below(bytes.len() + 1);
                bytes.splice(at..at, piece);
            }
            2 => bytes.truncate(from),
            3 => {
                if let Some(byte) = bytes.get_mut(from) {
                    *byte ^= 1 << random.below(8);
                }
            }
            4 => {
                let other = self.any_seed(random);
                let start = random.below(other.len() + 1);
                let end = (start + random.below(64)).min(other.len());
                bytes.splice(from..to, other[start..end].iter().copied());
            }
            5 => {
                // A whole number or word of the text in place of another.
                let word = WORDS[random.below(WORDS.len())];
                let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || b".-+".contains(byte);
                let before = bytes[..from]
                    .iter()
                    .rev()
                    .take_while(|b| is_inner(b))
                    .count();
                let after = bytes[from..].iter().take_while(|b| is_inner(b)).count();
                bytes.splice(from - before..from + after, word.iter().copied());
            }
            6 => {
                let word = WORDS[random.below(WORDS.len())];
                let times = if random.chance(0.02) { 300 } else { 1 };
                bytes.splice(from..from, word.repeat(times));
            }
            _ => {
                let word = WORDS[random.below(WORDS.len())];
                bytes.splice(from..to, word.iter().copied());
            }
        }
    }
}
