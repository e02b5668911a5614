//! Every loss at the ends of what it can be given: whatever log-probs float32 can hold, its
//! value, those of its examples and its derivatives are finite.

use super::tests::DIVERGENCES;
use super::*;
use proptest::prelude::*;
use std::mem::discriminant;
use tilt_protocol::{
    CpoLoss, CpoObjective, DpoObjective, DpoTerm, KtoLoss, KtoObjective, Objective,
};

/// Sums of log-probs: usual ones, those where an exponential leaves float32 or float64, and
/// the largest that a context full of float32's largest gives.
fn sums() -> impl Strategy<Value = f64> {
    let most = 1e3 * f64::from(f32::MAX);
    prop_oneof![
        -1e4..0.0,
        proptest::sample::select(vec![
            0.0,
            -1e-30,
            -1e-12,
            -80.0,
            -88.0,
            -89.0,
            -709.0,
            -710.0,
            -746.0,
            -1e5,
            -1e9,
            -1e20,
            -f64::from(f32::MAX),
            -most,
        ]),
        (0.0..1.0_f64).prop_map(move |share| -most.powf(share)),
    ]
}

fn completion() -> impl Strategy<Value = CompletionLogp> {
    let length = prop_oneof![0_usize..3, Just(1024)];
    (sums(), length, any::<bool>()).prop_map(|(sum, length, scores_first)| CompletionLogp {
        scored: length.saturating_sub(usize::from(!scores_first)),
        ..CompletionLogp::new(sum, length)
    })
}

fn side() -> impl Strategy<Value = PairLogps> {
    proptest::collection::vec((completion(), completion()), 3).prop_map(|rows| {
        let (chosen, rejected) = rows.into_iter().unzip();
        PairLogps { chosen, rejected }
    })
}

fn betas() -> impl Strategy<Value = f64> {
    proptest::sample::select(vec![1e-3, 0.1, 1.0, 10.0, 1e3])
}

/// All terms of DPO, with the ends of their parameters.
fn dpo_terms() -> Vec<DpoTerm> {
    let epsilons = [1e-9, 0.1, 0.49];
    let smoothed = epsilons.into_iter().flat_map(|epsilon| {
        [
            DpoTerm::Cdpo { epsilon },
            DpoTerm::Robust { epsilon },
            DpoTerm::ExoPair { epsilon },
            DpoTerm::Aot { epsilon },
            DpoTerm::AotUnpaired { epsilon },
        ]
    });
    let taus = [1e-3, 0.05, 1.0, 20.0].map(|tau| DpoTerm::Discopop { tau });
    smoothed
        .chain(taus)
        .chain([
            DpoTerm::Sigmoid,
            DpoTerm::Hinge,
            DpoTerm::Ipo,
            DpoTerm::NcaPair,
            DpoTerm::BcoPair,
            DpoTerm::SppoHard,
            DpoTerm::ApoZero,
            DpoTerm::ApoDown,
            DpoTerm::SigmoidNorm,
            DpoTerm::Sft,
        ])
        .collect()
}

#[test]
fn the_sweep_has_every_term() {
    for wanted in DpoTerm::ALL {
        let is_there = dpo_terms()
            .iter()
            .any(|term| discriminant(term) == discriminant(&wanted));
        assert!(is_there, "{wanted:?}");
    }
}

fn all_finite(values: &[&[f64]]) -> bool {
    values
        .iter()
        .all(|values| values.iter().all(|value| value.is_finite()))
}

fn is_finite(out: &PairLoss) -> bool {
    out.loss.is_finite() && all_finite(&[&out.per_example, &out.d_chosen, &out.d_rejected])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dpos_losses_stay_finite(policy in side(), reference in side(), beta in betas()) {
        let mut divergences = DIVERGENCES.to_vec();
        divergences.extend([-3.0, 0.0, 1.0, 1.0 + 1e-5, 2.0, 50.0].map(|alpha| {
            FDivergence::AlphaDivergence { alpha }
        }));
        for term in dpo_terms() {
            for &f_divergence in &divergences {
                let objective = DpoObjective { f_divergence, ..DpoObjective::of(term, beta) };
                if Objective::Dpo(objective.clone()).check().is_err() {
                    // Not a loss of this divergence; every one has the reverse KL.
                    prop_assert!(f_divergence != FDivergence::ReverseKl, "{term:?}");
                    continue;
                }
                let out = dpo_loss(&objective, &policy, &policy, &reference, None);
                prop_assert!(
                    is_finite(&out.total) && all_finite(&[&out.d_chosen_sft]),
                    "{term:?} {f_divergence:?}: {out:?}"
                );
            }
        }
    }

    #[test]
    fn losses_without_a_reference_stay_finite(policy in side(), beta in betas()) {
        for alpha in [-4.0, -0.25, 0.0, 1e-12, 0.25, 1.0, 4.0] {
            for loss in [
                CpoLoss::Sigmoid { epsilon: 0.1 },
                CpoLoss::Hinge,
                CpoLoss::Ipo,
                CpoLoss::Simpo { gamma: 0.5, epsilon: 0.1 },
            ] {
                let objective = CpoObjective { beta, alpha, cpo_alpha: 1.0, loss };
                let out = cpo_loss(&objective, &policy);
                prop_assert!(is_finite(&out), "{objective:?}: {out:?}");
            }
        }
        let out = orpo(&policy);
        prop_assert!(is_finite(&out), "ORPO: {out:?}");
    }

    #[test]
    fn losses_of_single_completions_stay_finite(policy in side(), reference in side(), beta in betas()) {
        let kl = kto_kl(&policy.rejected, &reference.rejected);
        prop_assert!(kl.is_finite());
        for loss in [KtoLoss::Kto, KtoLoss::ApoZeroUnpaired] {
            let objective = KtoObjective {
                beta,
                loss,
                desirable_weight: 1.33,
                undesirable_weight: 1.0,
            };
            let desirable = [true, false, true];
            let out = kto_loss(&objective, &policy.chosen, &reference.chosen, &desirable, kl);
            let values = [&out.per_example[..], &out.d_completion];
            prop_assert!(out.loss.is_finite() && all_finite(&values), "{loss:?}: {out:?}");
        }
        let sums: Vec<f64> = policy.chosen.iter().map(|row| row.sum.0).collect();
        for out in [nll(&sums), dft(&sums)] {
            let values = [&out.per_token[..], &out.d_tokens];
            prop_assert!(out.loss.is_finite() && all_finite(&values), "{out:?}");
        }
    }

    #[test]
    fn a_reward_models_loss_stays_finite(rows in proptest::collection::vec((sums(), sums(), sums()), 3), centring in 0.0..10.0) {
        // Rewards have either sign.
        let chosen: Vec<f64> = rows.iter().map(|row| -row.0).collect();
        let rejected: Vec<f64> = rows.iter().map(|row| row.1).collect();
        let margins: Vec<f64> = rows.iter().map(|row| row.2).collect();
        let out = reward(&chosen, &rejected, &margins, centring);
        prop_assert!(is_finite(&out), "{out:?}");
    }
}
