//! Numbers that stand for texts and places, the same on every machine.

/// What SplitMix64's state goes up by.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// SplitMix64's number after `state`.
///
/// Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
pub fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(STEP);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The generator: 64 bits of state, which is the seed and then counts up by a constant.
pub struct SplitMix64(u64);

impl SplitMix64 {
    pub fn new(seed: u64) -> SplitMix64 {
        SplitMix64(seed)
    }

    pub fn next_u64(&mut self) -> u64 {
        let number = mix(self.0);
        self.0 = self.0.wrapping_add(STEP);
        number
    }

    /// From 0 to below `bound`, which is above 0: the upper half of a product, uneven by
    /// less than `bound` in 2^64.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }
}

/// A number that depends on `seed` and `text` alone.
pub fn of_text(seed: u64, text: &str) -> u64 {
    text.bytes()
        .fold(mix(seed), |hash, byte| mix(hash ^ u64::from(byte)))
}

/// The hash as a fraction in [0, 1), from its 53 highest bits.
pub fn fraction(hash: u64) -> f64 {
    (hash >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_is_splitmix64() {
        // The first output of the reference implementation, seeded with 0.
        assert_eq!(mix(0), 0xE220_A839_7B1D_CDAF);
        assert_ne!(of_text(1, "a"), of_text(2, "a"));
        assert!((0.0..1.0).contains(&fraction(u64::MAX)));
    }

    #[test]
    fn the_generator_gives_the_published_numbers() {
        // From the reference implementation, https://prng.di.unimi.it/splitmix64.c.
        let mut random = SplitMix64::new(1_234_567);
        let numbers = [random.next_u64(), random.next_u64(), random.next_u64()];
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }
}
