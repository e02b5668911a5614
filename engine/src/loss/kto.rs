//! Kahneman-Tversky optimisation, Ethayarajh et al. 2024 (arXiv 2402.01306), eq. 7 and 8:
//!
//! desirable:   lambda_D (1 - sigma(beta (u - z)))
//! undesirable: lambda_U (1 - sigma(beta (z - u))),  u = log pi(y|x) - log pi_ref(y|x)
//!
//! z is a batch estimate of the KL from mismatched completions, without gradient.
//! As in TRL (`KTOTrainer`) the mismatch is the batch's completions rotated by one.

use super::{CompletionLogp, UnpairedLoss, sigmoid};

/// z = max(0, mean of u over the mismatched rows), in nats; 0 for no rows.
///
/// # Shapes
/// Both `[batch]`: log-probs of row i's prompt with row i-1's completion.
pub fn kto_kl(policy: &[CompletionLogp], reference: &[CompletionLogp]) -> f64 {
    let sum: f64 = policy
        .iter()
        .zip(reference)
        .map(|(p, r)| p.sum.0 - r.sum.0)
        .sum();
    (sum / policy.len().max(1) as f64).max(0.0)
}

/// The loss and its derivatives.
///
/// # Shapes
/// `policy`, `reference`, `desirable`: `[batch]`; `kl` in nats, from [`kto_kl`]; the
/// weights are lambda_D and lambda_U.
pub fn kto(
    policy: &[CompletionLogp],
    reference: &[CompletionLogp],
    desirable: &[bool],
    kl: f64,
    beta: f64,
    [desirable_weight, undesirable_weight]: [f64; 2],
) -> UnpairedLoss {
    let batch = policy.len().max(1) as f64;
    let mut out = UnpairedLoss {
        loss: 0.0,
        per_example: Vec::new(),
        d_completion: Vec::new(),
    };
    for ((policy, reference), &desirable) in policy.iter().zip(reference).zip(desirable) {
        let u = policy.sum.0 - reference.sum.0;
        let (sign, weight) = if desirable {
            (1.0, desirable_weight)
        } else {
            (-1.0, undesirable_weight)
        };
        let v = sign * beta * (u - kl);
        // 1 - sigma(v) = sigma(-v), and its derivative is -sigma(v) sigma(-v).
        let loss = weight * sigmoid(-v);
        out.per_example.push(loss);
        out.d_completion
            .push(-sign * beta * weight * sigmoid(v) * sigmoid(-v) / batch);
        out.loss += loss / batch;
    }
    out
}

/// APO-zero on single completions (D'Oosterlinck et al. 2024, arXiv 2408.06266):
/// lambda_D (1 - sigma(beta u)) and lambda_U sigma(beta u), without the KL. TRL:
/// `loss_type = "apo_zero_unpaired"` of the KTO trainer.
///
/// # Shapes
/// `policy`, `reference`, `desirable`: `[batch]`; the weights as in [`kto`].
pub fn apo_zero_unpaired(
    policy: &[CompletionLogp],
    reference: &[CompletionLogp],
    desirable: &[bool],
    beta: f64,
    weights: [f64; 2],
) -> UnpairedLoss {
    // sigma(beta u) = 1 - sigma(-beta u): KTO's terms with the KL at 0.
    kto(policy, reference, desirable, 0.0, beta, weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_agree_with_differences() {
        let reference = [CompletionLogp::new(-11.0, 4), CompletionLogp::new(-9.0, 3)];
        let at = |nudges: [f64; 2]| {
            let policy = [
                CompletionLogp::new(-10.0 + nudges[0], 4),
                CompletionLogp::new(-9.5 + nudges[1], 3),
            ];
            kto(&policy, &reference, &[true, false], 0.4, 0.3, [1.0, 1.33])
        };
        let (here, step) = (at([0.0, 0.0]), 1e-5);
        for row in 0..2 {
            let mut nudges = [0.0; 2];
            nudges[row] = step;
            let above = at(nudges).loss;
            nudges[row] = -step;
            let slope = (above - at(nudges).loss) / (2.0 * step);
            assert!(
                (slope - here.d_completion[row]).abs() < 1e-9,
                "{slope} {here:?}"
            );
        }
    }

    #[test]
    fn the_loss_starts_at_a_half() {
        let rows = [CompletionLogp::new(-10.0, 4)];
        let loss = kto(&rows, &rows, &[true], kto_kl(&rows, &rows), 0.1, [1.0; 2]);
        assert_eq!(loss.loss, 0.5);
    }

    #[test]
    fn a_negative_kl_estimate_counts_as_zero() {
        let low = [CompletionLogp::new(-12.0, 4)];
        let high = [CompletionLogp::new(-10.0, 4)];
        assert_eq!(kto_kl(&low, &high), 0.0);
        assert_eq!(kto_kl(&high, &low), 2.0);
    }
}
