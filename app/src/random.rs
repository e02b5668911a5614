//! The page's own seeded generator: which answer stands on which side.

/// SplitMix64 (Steele, Lea and Flood 2014): one mixing round of `state`.
pub fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The seed of the `number`th draw from `seed`, small enough for JSON's numbers.
pub fn derived(seed: u64, number: u64) -> u64 {
    mix(seed ^ mix(number)) >> 12
}

/// A coin that depends on `seed` and `text` alone.
pub fn coin(seed: u64, text: &str) -> bool {
    let hash = text
        .bytes()
        .fold(mix(seed), |hash, byte| mix(hash ^ u64::from(byte)));
    hash & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coin_repeats_and_lands_on_both_sides() {
        let heads = (0..1000).filter(|i| coin(42, &format!("pair-{i}"))).count();
        assert!((400..600).contains(&heads), "{heads}");
        assert_eq!(coin(42, "pair-1"), coin(42, "pair-1"));
    }
}
