//! Which model a set of files holds, whatever they are called.
//!
//! XXH3 (128 bits, Collet 2021) over four parts in a fixed order: weights, config,
//! tokenizer and tokenizer config. Each part is preceded by its length in bytes, as a
//! little-endian u64 (one that is absent, by 2^64 - 1), so that no part can pass for the
//! end of another. Texts count byte for byte. Weights count as the numbers that were read,
//! f32 in the layout's order, so neither the order nor the names of the tensors in the
//! file, nor how it is split, make another model of it; each number does.
//!
//! It tells models apart that were not made to be confused; it is no proof against somebody
//! who makes two files with one hash.

use tilt_protocol::ModelIdentity;
use xxhash_rust::xxh3::Xxh3;

/// Numbers that become bytes at a time.
const CHUNK: usize = 4096;

/// The identity of a model whose weights were read as `numbers`, `[parameters]`; `texts` are
/// config, tokenizer and tokenizer config.
pub fn identity_of(numbers: &[f32], texts: [Option<&str>; 3]) -> ModelIdentity {
    let mut hash = Xxh3::new();
    hash.update(&(4 * numbers.len() as u64).to_le_bytes());
    let mut bytes = [0; 4 * CHUNK];
    for numbers in numbers.chunks(CHUNK) {
        for (into, number) in bytes.chunks_exact_mut(4).zip(numbers) {
            into.copy_from_slice(&number.to_le_bytes());
        }
        hash.update(&bytes[..4 * numbers.len()]);
    }
    for text in texts {
        match text {
            Some(text) => {
                hash.update(&(text.len() as u64).to_le_bytes());
                hash.update(text.as_bytes());
            }
            None => hash.update(&u64::MAX.to_le_bytes()),
        }
    }
    ModelIdentity::from(hash.digest128())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files<'a>(config: &'a str, tokenizer: Option<&'a str>) -> [Option<&'a str>; 3] {
        [Some(config), tokenizer, None]
    }

    #[test]
    fn it_is_written_down() {
        // A checkpoint of today has to be recognised by every later version.
        let numbers: Vec<f32> = (0..10_000).map(|i| i as f32 / 8.0).collect();
        let identity = identity_of(&numbers, files("{}", Some("tokens")));
        assert_eq!(identity.as_str(), "6afb06034c5668906daa388f8d333c49");
    }

    #[test]
    fn whatever_differs_makes_another_model() {
        let numbers = [1.0, 2.0, 3.0];
        let all = [
            identity_of(&numbers, files("{}", Some("ab"))),
            identity_of(&numbers, files("{}a", Some("b"))),
            identity_of(&numbers, files("{}", Some("ba"))),
            identity_of(&numbers, files("{}", Some(""))),
            identity_of(&numbers, files("{}", None)),
            identity_of(&[1.0, 3.0, 2.0], files("{}", Some("ab"))),
            identity_of(&[1.0, 2.0], files("{}", Some("ab"))),
            identity_of(&[1.0, 2.0, 3.000_000_2], files("{}", Some("ab"))),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{all:?}");
        assert_eq!(all[0], identity_of(&numbers, files("{}", Some("ab"))));
    }
}
