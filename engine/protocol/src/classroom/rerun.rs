//! A run that was trained again beside what a report says of it.

use super::report::{CurveReport, RunReport};
use crate::metrics::REWARDS_ACCURACIES;

/// How far a curve may lie from that of the same run, trained elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Agreement {
    /// To the last digit: the same build on the same kind of device.
    Exact,
    /// Relative to the larger of the two numbers, or to 1 where both are below it.
    Within(f64),
}

/// The first number that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Differs {
    pub step: usize,
    pub metric: String,
    /// As the report has it.
    pub told: f64,
    /// As it came this time; `None` where the step was not taken, or has no such metric.
    pub found: Option<f64>,
}

impl Agreement {
    fn allows(self, told: f64, found: f64) -> bool {
        match self {
            Agreement::Exact => told.to_bits() == found.to_bits(),
            Agreement::Within(share) => {
                (told - found).abs() <= share * told.abs().max(found.abs()).max(1.0)
            }
        }
    }
}

/// Whether a curve agrees with the report's at every number that the report keeps (but for
/// accuracies, where no exactness is asked for): the
/// largest difference, relative as [`Agreement::Within`] has it.
///
/// # Errors
/// The first number that differs by more.
pub fn compare_curves(
    run: &RunReport,
    again: &[CurveReport],
    agreement: Agreement,
) -> Result<f64, Differs> {
    let mut largest: f64 = 0.0;
    for point in &run.curve {
        let found = again.iter().find(|found| found.step == point.step);
        for (metric, told) in point.metrics.iter() {
            // A count of pairs jumps where two rewards are near.
            if metric == REWARDS_ACCURACIES && agreement != Agreement::Exact {
                continue;
            }
            let found = found.and_then(|found| found.metrics.get(metric));
            match found {
                Some(found) if agreement.allows(told, found) => {
                    let scale = told.abs().max(found.abs()).max(1.0);
                    largest = largest.max((told - found).abs() / scale);
                }
                _ => {
                    return Err(Differs {
                        step: point.step,
                        metric: metric.to_owned(),
                        told,
                        found,
                    });
                }
            }
        }
    }
    Ok(largest)
}
