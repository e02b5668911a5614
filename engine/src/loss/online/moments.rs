//! Means and deviations of what there is.

/// Below this a deviation is none, as `torch.isclose` has it.
pub const IS_CONSTANT: f64 = 1e-8;

/// What keeps a division by a deviation finite: TRL's epsilon of advantages.
pub(super) const ADVANTAGE_EPSILON: f64 = 1e-4;

/// What keeps a division by a variance finite in [`whiten`].
const VARIANCE_EPSILON: f64 = 1e-8;

/// `None` without a value.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The unbiased deviation (over n - 1); `None` for fewer than two values.
pub fn deviation(values: &[f64]) -> Option<f64> {
    variance(values).map(f64::sqrt)
}

fn variance(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| squares / (values.len() - 1) as f64)
}

/// The values that are there.
pub(super) fn scorable(values: &[Option<f64>]) -> Vec<f64> {
    values.iter().copied().flatten().collect()
}

/// Whitens numbers among which some count: (x - mean) / sqrt(variance + 1e-8), the variance
/// unbiased; without `shifts_mean` their mean is put back. What does not count has 0.
/// Fewer than two numbers keep their size (TRL gives NaN).
///
/// # Shapes
/// `values`, `counts`: `[n]`.
pub fn whiten(values: &[f64], counts: &[bool], shifts_mean: bool) -> Vec<f64> {
    let there = values.iter().zip(counts).filter(|(_, counts)| **counts);
    let there: Vec<f64> = there.map(|(value, _)| *value).collect();
    let mean = mean(&there).unwrap_or(0.0);
    let scale = variance(&there).map_or(1.0, |variance| 1.0 / (variance + VARIANCE_EPSILON).sqrt());
    let back = if shifts_mean { 0.0 } else { mean };
    let whitened = |value: &f64| (value - mean) * scale + back;
    let values = values.iter().zip(counts);
    values
        .map(|(value, counts)| if *counts { whitened(value) } else { 0.0 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_are_unbiased() {
        assert_eq!(deviation(&[1.0, 3.0]), Some(2.0_f64.sqrt()));
        assert_eq!((deviation(&[1.0]), mean(&[])), (None, None));
    }

    #[test]
    fn what_is_whitened_has_mean_0_and_deviation_1() {
        let (values, counts) = ([1.0, 9.0, -2.0, 4.0, 0.5], [true, false, true, true, true]);
        let white = whiten(&values, &counts, true);
        let kept: Vec<f64> = [0, 2, 3, 4].map(|at| white[at]).to_vec();
        assert_eq!(white[1], 0.0);
        assert!(mean(&kept).unwrap().abs() < 1e-12);
        assert!((deviation(&kept).unwrap() - 1.0).abs() < 1e-7);
        let kept = whiten(&values, &counts, false);
        assert!((kept[0] - white[0] - 0.875).abs() < 1e-12);
        assert_eq!(whiten(&[3.0], &[true], true), [0.0]);
    }
}
