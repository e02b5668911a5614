//! Exponential smoothing of a curve.

use super::path::Point;

/// The exponential moving average of the values, `weight` of it kept from point to point,
/// corrected for having started from nothing: a constant stays what it is.
pub fn smoothed(points: &[Point], weight: f64) -> Vec<Point> {
    let mut average = 0.0;
    let mut left = 1.0;
    points
        .iter()
        .map(|(x, y)| {
            average = weight * average + (1.0 - weight) * y;
            left *= weight;
            (*x, average / (1.0 - left))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_stays_and_no_weight_changes_nothing() {
        let constant: Vec<Point> = (0..5).map(|x| (x as f64, 3.0)).collect();
        let kept = smoothed(&constant, 0.9);
        assert_eq!(kept.len(), constant.len());
        for (_, y) in kept {
            assert!((y - 3.0).abs() < 1e-12);
        }
        let points = [(1.0, 4.0), (2.0, -1.0)];
        assert_eq!(smoothed(&points, 0.0), points);
    }

    #[test]
    fn half_weight_by_hand() {
        // 0.5·1 / 0.5, then (0.25·1 + 0.5·4) / 0.75.
        let values = smoothed(&[(1.0, 1.0), (2.0, 4.0)], 0.5);
        assert_eq!(values, vec![(1.0, 1.0), (2.0, 3.0)]);
    }
}
