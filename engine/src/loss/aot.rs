//! Alignment via optimal transport, Melnyk et al. 2024 (arXiv 2406.05882).
//!
//! Paired: the policy's s_c - s_r and the reference's are sorted over the batch, each
//! by itself; unpaired: the log-ratios u_c and u_r are. With d the difference of the
//! two sorted lists,
//!
//! (1 - epsilon) (-log sigma(beta d)) + epsilon (-log sigma(-beta d))
//!
//! TRL: `loss_type = "aot"` and `"aot_unpaired"`; epsilon is `label_smoothing`. No
//! deviation. The loss of a pair depends on the batch; `per_example` is in sorted order.

use super::{PairLogps, PairLoss, smoothed};

/// The paired loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn aot(policy: &PairLogps, reference: &PairLogps, beta: f64, epsilon: f64) -> PairLoss {
    let margins = |side: &PairLogps| -> Vec<f64> {
        side.chosen
            .iter()
            .zip(&side.rejected)
            .map(|(c, r)| c.sum.0 - r.sum.0)
            .collect()
    };
    let (ours, theirs) = (margins(policy), margins(reference));
    let (order, other) = (ascending(&ours), ascending(&theirs));
    let gaps = order.iter().zip(&other).map(|(&i, &j)| ours[i] - theirs[j]);
    let (mut out, slopes) = of_gaps(gaps, beta, epsilon);
    for (&pair, slope) in order.iter().zip(slopes) {
        out.d_chosen[pair] = slope;
        out.d_rejected[pair] = -slope;
    }
    out
}

/// The unpaired loss and its derivatives.
///
/// # Shapes
/// `policy` and `reference` hold `[batch]` pairs in the same order.
pub fn aot_unpaired(
    policy: &PairLogps,
    reference: &PairLogps,
    beta: f64,
    epsilon: f64,
) -> PairLoss {
    let ratios = |policy: &[super::CompletionLogp], reference: &[super::CompletionLogp]| {
        policy
            .iter()
            .zip(reference)
            .map(|(p, r)| p.sum.0 - r.sum.0)
            .collect::<Vec<f64>>()
    };
    let chosen = ratios(&policy.chosen, &reference.chosen);
    let rejected = ratios(&policy.rejected, &reference.rejected);
    let (of_chosen, of_rejected) = (ascending(&chosen), ascending(&rejected));
    let gaps = of_chosen
        .iter()
        .zip(&of_rejected)
        .map(|(&i, &j)| chosen[i] - rejected[j]);
    let (mut out, slopes) = of_gaps(gaps, beta, epsilon);
    for ((&c, &r), slope) in of_chosen.iter().zip(&of_rejected).zip(slopes) {
        out.d_chosen[c] = slope;
        out.d_rejected[r] = -slope;
    }
    out
}

/// The loss of sorted gaps with room for derivatives, and the slope of each gap.
fn of_gaps(gaps: impl Iterator<Item = f64>, beta: f64, epsilon: f64) -> (PairLoss, Vec<f64>) {
    let terms: Vec<(f64, f64)> = gaps
        .map(|d| {
            let (value, slope) = smoothed(beta * d, epsilon);
            (value, beta * slope)
        })
        .collect();
    let batch = terms.len().max(1) as f64;
    let slopes = terms.iter().map(|(_, slope)| slope / batch).collect();
    (
        PairLoss::mean_of(terms.into_iter().map(|(value, _)| (value, 0.0, 0.0))),
        slopes,
    )
}

/// Indices in ascending order of value; equal values keep their order.
fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    order
}

#[cfg(test)]
mod tests {
    use super::super::CompletionLogp;
    use super::super::tests::check_derivatives;
    use super::*;

    /// A batch of three with distinct values, so that a small nudge keeps the order.
    fn batch(nudge: [f64; 6]) -> PairLogps {
        let at = |index: usize, sum: f64| CompletionLogp::new(sum + nudge[index], 4);
        PairLogps {
            chosen: vec![at(0, -10.0), at(1, -14.0), at(2, -9.0)],
            rejected: vec![at(3, -12.5), at(4, -11.0), at(5, -20.0)],
        }
    }

    #[test]
    fn derivatives_follow_the_sorting() {
        let reference = batch([0.4, -1.3, 0.2, 2.0, 0.1, -0.6]);
        for loss in [aot, aot_unpaired] {
            check_derivatives(|policy, reference| loss(policy, reference, 0.3, 0.1));
            let here = loss(&batch([0.0; 6]), &reference, 0.3, 0.1);
            assert_eq!((here.d_chosen.len(), here.d_rejected.len()), (3, 3));
            let exact = here.d_chosen.iter().chain(&here.d_rejected);
            for (index, exact) in exact.enumerate() {
                let at = |step: f64| {
                    let mut nudge = [0.0; 6];
                    nudge[index] = step;
                    loss(&batch(nudge), &reference, 0.3, 0.1).loss
                };
                let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
                assert!((slope - exact).abs() < 1e-8, "{index}: {slope} {exact}");
            }
        }
    }
}
