//! Agreement of many raters, some of whom have not rated everything.

use std::collections::BTreeMap;

/// Krippendorff's alpha for nominal values: 1 where all agree, 0 where they agree as chance
/// would have it. Each unit has the values that its raters gave; one with fewer than two
/// says nothing. `None` where nothing can be compared, or all values are the same one.
///
/// From the coincidences o_ck of values within units (each unit's ordered pairs of values,
/// divided by its raters less one), their sums n_c and n:
/// alpha = 1 - (n - 1) sum_{c<k} o_ck / sum_{c<k} n_c n_k.
///
/// K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", University of
/// Pennsylvania, 2011, section C.
pub fn krippendorff_alpha<T: Ord + Copy>(units: &[Vec<T>]) -> Option<f64> {
    let mut totals: BTreeMap<T, f64> = BTreeMap::new();
    // Ordered pairs of unlike values, weighed as coincidences are.
    let mut unlike = 0.0;
    for values in units.iter().filter(|values| values.len() > 1) {
        let mut counts: BTreeMap<T, usize> = BTreeMap::new();
        for value in values {
            *counts.entry(*value).or_default() += 1;
        }
        let raters = values.len();
        for (value, count) in counts {
            *totals.entry(value).or_default() += count as f64;
            unlike += (count * (raters - count)) as f64 / (raters - 1) as f64;
        }
    }
    let n: f64 = totals.values().sum();
    let like: f64 = totals.values().map(|total| total * total).sum();
    // Both sums over c < k are half of those over all unlike pairs, so the halves cancel.
    let expected = n * n - like;
    (expected > 0.0).then(|| 1.0 - (n - 1.0) * unlike / expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reliability data of section C: four observers, twelve units, "." is missing.
    const PUBLISHED: [&str; 4] = [
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    ];

    fn units(observers: &[&str]) -> Vec<Vec<u8>> {
        let rows: Vec<Vec<&str>> = observers
            .iter()
            .map(|observer| observer.split_whitespace().collect())
            .collect();
        let values = |unit: usize| rows.iter().filter_map(move |row| row[unit].parse().ok());
        (0..rows[0].len())
            .map(|unit| values(unit).collect())
            .collect()
    }

    #[test]
    fn alpha_is_that_of_the_published_example() {
        let alpha = krippendorff_alpha(&units(&PUBLISHED)).expect("data");
        assert!((alpha - 0.743).abs() < 5e-4, "{alpha}");
    }

    #[test]
    fn two_observers_of_two_values_are_those_of_the_first_example() {
        // Section A: ten units of 0 and 1, alpha = 0.095.
        let observers = ["0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"];
        let alpha = krippendorff_alpha(&units(&observers)).expect("data");
        assert!((alpha - 0.095).abs() < 5e-4, "{alpha}");
    }

    #[test]
    fn what_cannot_be_compared_has_no_alpha() {
        assert_eq!(krippendorff_alpha::<u8>(&[]), None);
        assert_eq!(krippendorff_alpha(&[vec![1], vec![2], vec![]]), None);
        // All say the same one thing: chance explains it all.
        assert_eq!(krippendorff_alpha(&[vec![1, 1], vec![1, 1, 1]]), None);
        assert_eq!(krippendorff_alpha(&[vec![1, 1], vec![2, 2]]), Some(1.0));
    }
}
