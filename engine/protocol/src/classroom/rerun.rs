//! A run that was trained again beside what a report says of it.

use super::report::{CurveReport, KEPT, RunReport, thinned};
use crate::metrics::REWARDS_ACCURACIES;
use std::collections::BTreeSet;

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
    /// As the report has it; `None` where it lacks what reports of such a run have.
    pub told: Option<f64>,
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

/// Whether a run, trained again, agrees with the report at every number that a report of it
/// keeps (but for accuracies, where no exactness is asked for): the largest difference, relative as [`Agreement::Within`] has it.
///
/// # Errors
/// The first number that differs by more, or that one of the two lacks.
pub fn compare_curves(
    run: &RunReport,
    again: &[CurveReport],
    agreement: Agreement,
) -> Result<f64, Differs> {
    let mut largest: f64 = 0.0;
    let again = thinned(again);
    let steps = run.curve.iter().chain(&again).map(|point| point.step);
    for step in steps.collect::<BTreeSet<usize>>() {
        let at = |curve: &[CurveReport]| curve.iter().find(|point| point.step == step).cloned();
        let (told, found) = (at(&run.curve), at(&again));
        for name in KEPT {
            // A count of pairs jumps where two rewards are near.
            if name == REWARDS_ACCURACIES && agreement != Agreement::Exact {
                continue;
            }
            let number = |point: &Option<CurveReport>| point.as_ref()?.metrics.get(name);
            match (number(&told), number(&found)) {
                (None, None) => {}
                (Some(told), Some(found)) if agreement.allows(told, found) => {
                    let scale = told.abs().max(found.abs()).max(1.0);
                    largest = largest.max((told - found).abs() / scale);
                }
                (told, found) => {
                    return Err(Differs {
                        step,
                        metric: name.to_owned(),
                        told,
                        found,
                    });
                }
            }
        }
    }
    Ok(largest)
}
