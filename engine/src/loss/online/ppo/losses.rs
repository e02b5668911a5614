//! The clipped losses of policy and value: Schulman et al. 2017 (arXiv 1707.06347), eq. 7 and
//! the value's part of eq. 9, clipped as OpenAI's code does (detail 13 of Huang et al. 2022's
//! blog on PPO's implementation).

use super::{Responses, Targets, flat, rows};
use crate::loss::online::clipped;
use tilt_protocol::PpoObjective;

/// The policy's loss, a mean over the tokens that count.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyLoss {
    pub loss: f64,
    /// d loss / d log-prob, `[rows][tokens]`.
    pub d_logps: Vec<Vec<f64>>,
    /// Share of tokens of which the clipped term counts.
    pub clip_fraction: f64,
    /// Half the mean square of the log-ratio, nats squared: TRL's `policy/approxkl_avg`, which
    /// counts padding as 0.
    pub approximate_kl: f64,
}

/// The value's loss: half a mean over the places that count.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueLoss {
    pub loss: f64,
    /// d loss / d value, `[rows][tokens]`.
    pub d_values: Vec<Vec<f64>>,
    /// Share of places of which the clipped term counts.
    pub clip_fraction: f64,
}

/// Both together.
#[derive(Clone, Debug, PartialEq)]
pub struct PpoLoss {
    /// The policy's loss plus `vf_coef` times the value's.
    pub loss: f64,
    pub policy: PolicyLoss,
    /// Its derivatives without `vf_coef`.
    pub value: ValueLoss,
}

/// What the losses are taken of, `[rows][tokens]` each: now, and when the answers were
/// sampled.
#[derive(Clone, Copy, Debug)]
pub struct NowAndOld<'a> {
    pub now: &'a [Vec<f64>],
    pub old: &'a [Vec<f64>],
}

/// The loss of policy and value on answers.
///
/// # Shapes
/// `logps` in nats, `values`: `[rows][tokens]`.
pub fn ppo(
    objective: &PpoObjective,
    responses: &Responses,
    targets: &Targets,
    logps: NowAndOld<'_>,
    values: NowAndOld<'_>,
) -> PpoLoss {
    let policy = policy_loss(
        logps,
        &targets.advantages,
        &responses.counts(),
        objective.cliprange,
    );
    let value = value_loss(
        values,
        &targets.returns,
        &responses.value_counts(),
        objective.cliprange_value,
    );
    PpoLoss {
        loss: policy.loss + objective.vf_coef * value.loss,
        policy,
        value,
    }
}

/// max(-A w, -A clip(w, 1 - c, 1 + c)), w = pi / pi_old.
///
/// # Shapes
/// All `[rows][tokens]`; `counts`: up to the last real token.
fn policy_loss(
    NowAndOld { now: logps, old }: NowAndOld<'_>,
    advantages: &[Vec<f64>],
    counts: &[Vec<bool>],
    cliprange: f64,
) -> PolicyLoss {
    let width = logps.first().map_or(0, Vec::len);
    let (logps, old, advantages) = (flat(logps), flat(old), flat(advantages));
    let counts = counts.concat();
    let share = 1.0 / counts.iter().filter(|counts| **counts).count().max(1) as f64;
    let bounds = [1.0 - cliprange, 1.0 + cliprange];
    let mut out = PolicyLoss {
        loss: 0.0,
        d_logps: Vec::new(),
        clip_fraction: 0.0,
        approximate_kl: 0.0,
    };
    let mut slopes = vec![0.0; logps.len()];
    for at in (0..logps.len()).filter(|&at| counts[at]) {
        let log_ratio = logps[at] - old[at];
        let (ratio, advantage) = (log_ratio.exp(), advantages[at]);
        let (loss, slope) = clipped(log_ratio, advantage, bounds, f64::INFINITY);
        out.loss += share * loss;
        slopes[at] = share * slope;
        out.approximate_kl += share * 0.5 * log_ratio * log_ratio;
        let kept = ratio.clamp(bounds[0], bounds[1]);
        if -advantage * kept > -advantage * ratio {
            out.clip_fraction += share;
        }
    }
    out.d_logps = rows(&slopes, width);
    out
}

/// 1/2 max((V - R)^2, (clip(V, V_old - c, V_old + c) - R)^2).
///
/// # Shapes
/// All `[rows][tokens]`; `counts`: one place beyond the last real token.
fn value_loss(
    NowAndOld { now: values, old }: NowAndOld<'_>,
    returns: &[Vec<f64>],
    counts: &[Vec<bool>],
    cliprange: f64,
) -> ValueLoss {
    let width = values.first().map_or(0, Vec::len);
    let (values, old, returns) = (flat(values), flat(old), flat(returns));
    let counts = counts.concat();
    let share = 1.0 / counts.iter().filter(|counts| **counts).count().max(1) as f64;
    let mut out = ValueLoss {
        loss: 0.0,
        d_values: Vec::new(),
        clip_fraction: 0.0,
    };
    let mut slopes = vec![0.0; values.len()];
    for at in (0..values.len()).filter(|&at| counts[at]) {
        let gap = values[at] - returns[at];
        let moved = values[at] - old[at];
        let kept_gap = old[at] + moved.clamp(-cliprange, cliprange) - returns[at];
        let is_within = moved.abs() <= cliprange;
        let kept_slope = if is_within { kept_gap } else { 0.0 };
        let (plain, kept) = (gap * gap, kept_gap * kept_gap);
        out.loss += share * 0.5 * if kept > plain { kept } else { plain };
        slopes[at] = share
            * if plain > kept {
                gap
            } else if kept > plain {
                kept_slope
            } else {
                // The same number twice: each has half, as torch has it.
                0.5 * (gap + kept_slope)
            };
        if kept > plain {
            out.clip_fraction += share;
        }
    }
    out.d_values = rows(&slopes, width);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTS: [[bool; 3]; 2] = [[true, true, false], [true, true, true]];

    fn counts() -> Vec<Vec<bool>> {
        COUNTS.iter().map(|row| row.to_vec()).collect()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-8
    }

    #[test]
    fn the_policys_derivatives_agree_with_differences() {
        let logps = vec![vec![-1.0, -0.4, -3.0], vec![-0.5, -2.0, -0.9]];
        let old = vec![vec![-1.5, -0.5, 0.0], vec![-0.1, -1.9, -1.2]];
        let advantages = vec![vec![1.0, -0.5, 9.0], vec![-2.0, 0.3, -0.7]];
        let loss = |logps: &[Vec<f64>]| {
            policy_loss(
                NowAndOld {
                    now: logps,
                    old: &old,
                },
                &advantages,
                &counts(),
                0.2,
            )
        };
        let here = loss(&logps);
        for (row, t) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
            let at = |nudge: f64| {
                let mut logps = logps.clone();
                logps[row][t] += nudge;
                loss(&logps).loss
            };
            let slope = (at(1e-6) - at(-1e-6)) / 2e-6;
            assert!(close(slope, here.d_logps[row][t]), "{row} {t}");
        }
        assert!(close(here.clip_fraction, 2.0 / 5.0), "{here:?}");
    }

    #[test]
    fn the_values_derivatives_agree_with_differences() {
        let values = vec![vec![0.5, 0.1, 3.0], vec![-0.5, 1.0, -0.9]];
        let old = vec![vec![0.4, 0.6, 0.0], vec![-0.1, 0.95, -1.3]];
        let returns = vec![vec![0.7, 0.2, 0.0], vec![-1.0, 0.3, 0.0]];
        let loss = |values: &[Vec<f64>]| {
            value_loss(
                NowAndOld {
                    now: values,
                    old: &old,
                },
                &returns,
                &counts(),
                0.2,
            )
        };
        let here = loss(&values);
        for (row, t) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
            let at = |nudge: f64| {
                let mut values = values.clone();
                values[row][t] += nudge;
                loss(&values).loss
            };
            let slope = (at(1e-6) - at(-1e-6)) / 2e-6;
            assert!(close(slope, here.d_values[row][t]), "{row} {t}");
        }
    }

    #[test]
    fn on_policy_nothing_is_clipped() {
        let logps = vec![vec![-1.0, -2.0, -3.0]];
        let advantages = vec![vec![1.0, -1.0, 0.5]];
        let counts = vec![vec![true; 3]];
        let here = policy_loss(
            NowAndOld {
                now: &logps,
                old: &logps,
            },
            &advantages,
            &counts,
            0.2,
        );
        assert_eq!((here.clip_fraction, here.approximate_kl), (0.0, 0.0));
        assert!(close(here.loss, -0.5 / 3.0) && close(here.d_logps[0][1], 1.0 / 3.0));
    }
}
