//! The curve of the live run. While it grows it lies here, and in its run's record at any
//! other time: never in both.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tilt_protocol::Metrics;

/// One step of the curves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    pub step: usize,
    pub metrics: Metrics,
    /// Implicit-reward margins of the step's pairs.
    pub margins: Vec<f64>,
}

/// The curve is copied at every redraw, its points are not.
pub type Curve = Arc<Vec<Arc<CurvePoint>>>;

/// The points of a curve after one step, up to another.
pub fn between(points: &[Arc<CurvePoint>], after: usize, to: usize) -> &[Arc<CurvePoint>] {
    let from = points.partition_point(|point| point.step <= after);
    let end = points.partition_point(|point| point.step <= to);
    points.get(from..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_of_a_curve_is_what_lies_between_two_steps() {
        let point = |step| {
            Arc::new(CurvePoint {
                step,
                metrics: Metrics::default(),
                margins: Vec::new(),
            })
        };
        let points: Vec<_> = (1..=6).map(point).collect();
        let steps = |after, to| -> Vec<usize> {
            let new = between(&points, after, to);
            new.iter().map(|point| point.step).collect()
        };
        assert_eq!(steps(0, 2), [1, 2]);
        assert_eq!(steps(2, 4), [3, 4]);
        assert!(steps(4, 4).is_empty() && steps(5, 3).is_empty());
        assert_eq!(steps(4, 100), [5, 6]);
    }
}
