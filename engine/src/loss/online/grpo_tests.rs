use super::*;
use tilt_protocol::ClipRange;

fn objectives() -> Vec<GrpoObjective> {
    let mut all = Vec::new();
    for loss in GrpoLoss::ALL {
        for level in ImportanceSamplingLevel::ALL {
            for (beta, use_bias_correction_kl) in [(0.0, true), (0.3, true), (0.3, false)] {
                for delta in [None, Some(1.05)] {
                    all.push(GrpoObjective {
                        loss,
                        beta,
                        delta,
                        use_bias_correction_kl,
                        importance_sampling_level: level,
                        clip: ClipRange {
                            epsilon: 0.15,
                            epsilon_high: Some(if loss == GrpoLoss::Cispo { 1.2 } else { 0.25 }),
                        },
                        ..GrpoObjective::default()
                    });
                }
            }
        }
    }
    all
}

fn rows() -> Vec<RolloutLogps> {
    let row = |policy: &[f64], old: &[f64]| RolloutLogps {
        policy: policy.to_vec(),
        old: old.to_vec(),
        reference: old.iter().map(|old| 0.9 * old - 0.05).collect(),
    };
    vec![
        row(&[-1.0, -0.5, -2.0], &[-1.1, -0.2, -2.6]),
        row(&[-0.7, -3.0], &[-0.72, -2.2]),
        // Masked: no token counts.
        row(&[], &[]),
        row(&[-0.1], &[-0.6]),
    ]
}

const ADVANTAGES: [f64; 4] = [0.8, -1.2, 0.5, -0.1];

#[test]
fn derivatives_agree_with_differences() {
    for objective in objectives() {
        let rows = rows();
        let here = grpo(&objective, &rows, &ADVANTAGES);
        let mean = here.per_example.iter().sum::<f64>() / 4.0;
        assert!((here.loss - mean).abs() < 1e-12, "{objective:?}");
        // CISPO's ratio is a constant, so it is held: nudge old along.
        let holds_ratio = objective.loss == GrpoLoss::Cispo;
        if holds_ratio && objective.beta != 0.0 && objective.use_bias_correction_kl {
            continue;
        }
        for (row, logps) in rows.iter().enumerate() {
            for t in 0..logps.policy.len() {
                let at = |nudge: f64| {
                    let mut rows = rows.clone();
                    rows[row].policy[t] += nudge;
                    if holds_ratio {
                        rows[row].old[t] += nudge;
                    }
                    grpo(&objective, &rows, &ADVANTAGES).loss
                };
                let slope = (at(1e-6) - at(-1e-6)) / 2e-6;
                let found = here.d_tokens[row][t];
                assert!((slope - found).abs() < 1e-8, "{objective:?} {row} {t}");
            }
        }
    }
}

/// Where CISPO meets a KL term with its ratio, the term's slope is that of the difference
/// of two losses that have it and not.
#[test]
fn cispos_kl_term_has_the_same_slope_as_dapos() {
    for level in ImportanceSamplingLevel::ALL {
        let with = |loss, beta| {
            let objective = GrpoObjective {
                loss,
                beta,
                importance_sampling_level: level,
                ..GrpoObjective::default()
            };
            grpo(&objective, &rows(), &ADVANTAGES).d_tokens.concat()
        };
        let term = |loss| -> Vec<f64> {
            let both = with(loss, 0.3).into_iter().zip(with(loss, 0.0));
            both.map(|(with, without)| with - without).collect()
        };
        let pairs = term(GrpoLoss::Cispo).into_iter().zip(term(GrpoLoss::Dapo));
        for (cispo, dapo) in pairs {
            assert!((cispo - dapo).abs() < 1e-12);
        }
    }
}

/// Right after sampling the ratio is exactly 1: nothing is clipped, and the slope is
/// REINFORCE's.
#[test]
fn on_policy_the_ratio_is_1() {
    for objective in objectives() {
        let rows: Vec<RolloutLogps> = rows()
            .into_iter()
            .map(|row| RolloutLogps {
                old: row.policy.clone(),
                ..row
            })
            .collect();
        let found = grpo(&objective, &rows, &ADVANTAGES);
        let ratios = rows.iter().map(|row| {
            log_ratios(objective.importance_sampling_level, row)
                .iter()
                .all(|ratio| ratio.exp() == 1.0)
        });
        assert!(ratios.into_iter().all(|is_1| is_1));
        let clips = found.clipped.iter().map(|clip| clip.low + clip.high);
        assert_eq!(clips.sum::<usize>(), 0, "{objective:?}");
        if objective.beta == 0.0 && objective.loss == GrpoLoss::Dapo {
            let expected: Vec<f64> = [0.8, 0.8, 0.8, -1.2, -1.2, -0.1]
                .map(|advantage| -advantage / 6.0)
                .to_vec();
            for (found, expected) in found.d_tokens.concat().iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12);
            }
        }
    }
}

/// A policy that has left the one that sampled far behind, either way: what is clipped, or
/// has no advantage, stays a number.
#[test]
fn ratios_beyond_every_number_stay_numbers_where_they_are_clipped() {
    let far = [1350.0, -1350.0].map(|log_ratio: f64| RolloutLogps {
        policy: vec![-1.0, -2.0],
        old: vec![-1.0 - log_ratio, -2.0 - log_ratio],
        reference: Vec::new(),
    });
    for loss in GrpoLoss::ALL {
        for level in ImportanceSamplingLevel::ALL {
            for advantages in [[1.0, 1.0], [0.0, -1.0]] {
                let objective = GrpoObjective {
                    loss,
                    importance_sampling_level: level,
                    ..GrpoObjective::default()
                };
                let found = grpo(&objective, &far, &advantages);
                let slopes = found.d_tokens.concat();
                let are_numbers = slopes.iter().all(|slope| slope.is_finite());
                assert!(found.loss.is_finite() && are_numbers, "{objective:?}");
            }
        }
    }
}
