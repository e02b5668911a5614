//! The page's own seeded generator: which answer stands on which side.

pub use tilt_protocol::hash::mix;

/// The seed of the `number`th draw from `seed`, small enough for JSON's numbers.
pub fn derived(seed: u64, number: u64) -> u64 {
    mix(seed ^ mix(number)) >> 12
}

/// A coin that depends on `seed` and `text` alone.
pub fn coin(seed: u64, text: &str) -> bool {
    tilt_protocol::hash::of_text(seed, text) & 1 == 1
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
