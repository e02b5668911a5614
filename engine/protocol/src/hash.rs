//! Numbers that stand for texts and places, the same on every machine.

/// SplitMix64 (Steele, Lea and Flood 2014): one mixing round of `state`.
pub fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
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
}
