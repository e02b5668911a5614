//! What must hold for every objective whatever the rows: properties over random cases,
//! on the CPU device.

mod support;

use burn::tensor::Tensor;
use pollster::block_on;
use proptest::prelude::*;
use support::{VOCAB, model, rows_for, settings, start, weights};
use tilt_engine::model::Model;
use tilt_engine::sequence::Sequence;
use tilt_engine::session::{Session, score_rows};
use tilt_engine::text::TokenisedRow;
use tilt_protocol::{
    DpoTerm, Objective, ObjectiveKind, ReferenceSync, RowKind, ScoreReport, TrainSettings,
    WeightedTerm, metrics,
};

/// f32 sums in another order.
const TOLERANCE: f64 = 2e-5;

fn kinds() -> impl Strategy<Value = ObjectiveKind> {
    proptest::sample::select(ObjectiveKind::of_given_rows().collect::<Vec<_>>())
}

fn sequence(prompt: Vec<u32>) -> impl Strategy<Value = Sequence> {
    proptest::collection::vec(2..VOCAB as u32, 1..9).prop_map(move |completion| Sequence {
        prompt: prompt.clone(),
        completion,
    })
}

fn row(kind: RowKind) -> impl Strategy<Value = TokenisedRow> {
    let prompt = proptest::collection::vec(2..VOCAB as u32, 1..8);
    let sides = prompt.prop_flat_map(|prompt| (sequence(prompt.clone()), sequence(prompt)));
    (sides, any::<bool>()).prop_map(move |((chosen, rejected), desirable)| match kind {
        RowKind::Pairs => TokenisedRow::Pair {
            chosen,
            rejected,
            margin: None,
        },
        RowKind::Unpaired => TokenisedRow::Unpaired {
            sequence: chosen,
            desirable,
        },
        RowKind::Texts => TokenisedRow::Text { sequence: chosen },
        RowKind::Prompts => unreachable!("it samples its rows"),
    })
}

/// An objective with `counts` rows that it can take.
fn case(
    counts: std::ops::Range<usize>,
) -> impl Strategy<Value = (ObjectiveKind, Vec<TokenisedRow>)> {
    kinds().prop_flat_map(move |kind| {
        let rows = proptest::collection::vec(row(kind.row_kind()), counts.clone());
        (Just(kind), rows)
    })
}

/// Policy and reference: two models, the second a little off the first.
fn models(kind: ObjectiveKind) -> (Model, Tensor<1>, Tensor<1>) {
    let (model, arena) = model();
    let (model, policy) = match kind {
        ObjectiveKind::Reward => model.with_score_head(arena, 1),
        _ => (model, arena),
    };
    let reference = policy.clone().mul_scalar(0.97);
    (model, policy, reference)
}

fn score_of(kind: ObjectiveKind, rows: &[TokenisedRow], batch_size: usize) -> ScoreReport {
    let (model, policy, reference) = models(kind);
    let objective = kind.with_beta(kind.default_beta());
    let settings = TrainSettings {
        batch_size,
        ..TrainSettings::trl_defaults(objective)
    };
    let found = score_rows(&model, &policy, &reference, rows.to_vec(), &settings);
    block_on(found).expect("a score").report
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1.0)
}

/// The losses of the examples hang on their own row alone, but for KTO's KL, AOT's
/// sorting and the `sft` term's mean over the batch.
fn examples_stand_alone(kind: ObjectiveKind) -> bool {
    !matches!(
        kind,
        ObjectiveKind::Kto
            | ObjectiveKind::Aot
            | ObjectiveKind::AotUnpaired
            | ObjectiveKind::Rpo
            | ObjectiveKind::Mpo
    )
}

/// The mean over batches of the loss is that of all rows: not where a batch is rotated
/// (KTO) or sorted (AOT), nor where a mean over the batch's tokens is a part of it.
fn may_be_split(kind: ObjectiveKind) -> bool {
    let has_token_mean = match kind.with_beta(1.0) {
        Objective::Cpo(cpo) => cpo.cpo_alpha != 0.0,
        Objective::Orpo { .. } => true,
        _ => false,
    };
    examples_stand_alone(kind) && !has_token_mean
}

/// The loss where policy and reference are one model; `None` where it hangs on the model.
fn closed_form(objective: &Objective) -> Option<f64> {
    match objective {
        Objective::Dpo(dpo) if dpo.use_weighting => None,
        Objective::Dpo(dpo) => {
            let terms = dpo.terms.iter();
            terms
                .map(|WeightedTerm { term, weight }| {
                    Some(weight * dpo_closed_form(term, dpo.beta)?)
                })
                .sum()
        }
        // Both of its losses: a sigmoid of nothing.
        Objective::Kto(_) => Some(0.5),
        // What these compare is not the policy with its reference.
        Objective::Cpo(_) | Objective::Orpo { .. } => None,
        Objective::Sft(_) | Objective::Reward { .. } | Objective::Online(_) => None,
    }
}

fn dpo_closed_form(term: &DpoTerm, beta: f64) -> Option<f64> {
    let ln2 = std::f64::consts::LN_2;
    Some(match *term {
        DpoTerm::Sigmoid
        | DpoTerm::Cdpo { .. }
        | DpoTerm::Robust { .. }
        | DpoTerm::Aot { .. }
        | DpoTerm::AotUnpaired { .. }
        | DpoTerm::SigmoidNorm => ln2,
        DpoTerm::Hinge | DpoTerm::ApoZero | DpoTerm::ApoDown => 1.0,
        DpoTerm::Ipo => 0.25 / beta.powi(2),
        DpoTerm::SppoHard => 0.5 / beta.powi(2),
        DpoTerm::NcaPair | DpoTerm::BcoPair => 2.0 * ln2,
        DpoTerm::Discopop { .. } => 0.5 * ln2 + 0.5,
        DpoTerm::ExoPair { epsilon } => -ln2 - 0.5 * ((1.0 - epsilon) * epsilon).ln(),
        DpoTerm::Sft => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn padding_changes_no_loss((kind, rows) in case(2..5), long in 12_usize..20) {
        prop_assume!(examples_stand_alone(kind));
        let mut padded = rows.clone();
        let stretch = |mut sequence: Sequence| {
            sequence.completion = vec![3; long];
            sequence
        };
        padded.push(match rows[0].clone() {
            TokenisedRow::Pair { chosen, rejected, margin } => {
                TokenisedRow::Pair { chosen: stretch(chosen), rejected, margin }
            }
            TokenisedRow::Unpaired { sequence, desirable } => {
                TokenisedRow::Unpaired { sequence: stretch(sequence), desirable }
            }
            TokenisedRow::Text { sequence } => TokenisedRow::Text { sequence: stretch(sequence) },
        });
        let alone = score_of(kind, &rows, rows.len());
        let together = score_of(kind, &padded, padded.len());
        prop_assert_eq!(alone.per_example.len(), rows.len());
        // The last row is the one that stretches the batch.
        prop_assert_eq!(together.per_example.len(), padded.len());
        for (row, (a, b)) in alone.per_example.iter().zip(&together.per_example).enumerate() {
            prop_assert!(close(*a, *b), "{kind:?} row {row}: {a} {b}");
        }
    }

    #[test]
    fn order_changes_no_loss((kind, rows) in case(2..6), turns in 1_usize..5) {
        // KTO's mismatched completions are those of a row's neighbours.
        prop_assume!(kind != ObjectiveKind::Kto);
        let mut turned = rows.clone();
        turned.rotate_left(turns % rows.len());
        turned.swap(0, 1);
        // Two rows that turn and change places stand as they stood.
        prop_assume!(turned != rows);
        let (a, b) = (score_of(kind, &rows, rows.len()), score_of(kind, &turned, rows.len()));
        prop_assert!(close(a.loss, b.loss), "{kind:?}: {} {}", a.loss, b.loss);
        prop_assert!(close(a.grad_norm, b.grad_norm), "{kind:?}: {} {}", a.grad_norm, b.grad_norm);
    }

    #[test]
    fn a_batch_may_be_split((kind, mut rows) in case(4..7)) {
        prop_assume!(may_be_split(kind));
        rows.truncate(4);
        let (whole, split) = (score_of(kind, &rows, 4), score_of(kind, &rows, 2));
        prop_assert!(close(whole.loss, split.loss), "{kind:?}: {} {}", whole.loss, split.loss);
        prop_assert!(close(whole.grad_norm, split.grad_norm), "{kind:?}");
    }

    #[test]
    fn equal_models_give_the_closed_values((kind, rows) in case(2..6)) {
        let (model, policy, _) = models(kind);
        let objective = kind.with_beta(kind.default_beta());
        let expected = closed_form(&objective);
        prop_assume!(expected.is_some());
        let settings = TrainSettings {
            batch_size: rows.len(),
            ..TrainSettings::trl_defaults(objective)
        };
        let found = score_rows(&model, &policy, &policy, rows, &settings);
        let found = block_on(found).expect("a score");
        let found = found.report;
        let expected = expected.unwrap_or_default();
        // To rounding of f64: both models see the same batch.
        prop_assert!((found.loss - expected).abs() <= 1e-12 * expected, "{kind:?}: {}", found.loss);
        let accuracy = found.metrics.get(metrics::REWARDS_ACCURACIES);
        let logged = (kind.row_kind() == RowKind::Pairs).then_some(0.0);
        prop_assert_eq!(accuracy, logged, "{:?}", kind);
    }

    #[test]
    fn a_restored_session_goes_on_bit_for_bit(
        kind in kinds(),
        (before, after) in (1_usize..4, 1_usize..4),
        accumulation in 1_usize..3,
        syncs in any::<bool>(),
    ) {
        prop_assume!(kind != ObjectiveKind::Reward);
        let mut settings = settings(kind, before + after);
        settings.gradient_accumulation_steps = accumulation;
        if syncs && settings.objective.needs_reference() {
            settings.reference_sync = Some(ReferenceSync { mixup_alpha: 0.6, sync_steps: 2 });
        }
        let rows = rows_for(kind, 10);
        let (model, mut whole) = start(rows.clone(), settings.clone());
        let (_, mut first) = start(rows.clone(), settings);
        let take = |session: &mut Session, steps: usize| {
            for _ in 0..steps {
                block_on(session.step(&model)).expect("a step");
            }
        };
        take(&mut whole, before + after);
        take(&mut first, before);
        let saved = block_on(first.save()).expect("a checkpoint");
        let (_, reference) = support::model();
        let mut second = Session::restore(&saved, &model, &reference, rows).expect("a session");
        take(&mut second, after);
        prop_assert_eq!(second.steps_taken(), whole.steps_taken());
        prop_assert_eq!(weights(&second), weights(&whole), "{:?}", kind);
    }

    #[test]
    fn accumulated_micro_batches_equal_one_batch(kind in kinds(), micro in 1_usize..4) {
        prop_assume!(may_be_split(kind) && kind != ObjectiveKind::Reward);
        let one = TrainSettings { batch_size: 2 * micro, ..settings(kind, 3) };
        let many = TrainSettings {
            batch_size: micro,
            gradient_accumulation_steps: 2,
            ..one.clone()
        };
        let rows = rows_for(kind, 4 * micro);
        let (model, mut whole) = start(rows.clone(), one);
        let (_, mut split) = start(rows, many);
        for step in 0..3 {
            let loss = |session: &mut Session| {
                let outcome = block_on(session.step(&model)).expect("a step");
                outcome.metrics.get(metrics::LOSS).expect("a loss")
            };
            let (a, b) = (loss(&mut whole), loss(&mut split));
            prop_assert!((a - b).abs() < 1e-4 * a.abs().max(1.0), "{kind:?} {step}: {a} {b}");
        }
    }
}

#[test]
fn a_reference_that_follows_the_policy_is_their_mixture() {
    let mut settings = settings(ObjectiveKind::Dpo, 2);
    settings.reference_sync = Some(ReferenceSync {
        mixup_alpha: 1.0,
        sync_steps: 1,
    });
    let (model, mut session) = start(rows_for(ObjectiveKind::Dpo, 8), settings);
    for _ in 0..3 {
        // The reference is the policy again after each step.
        let outcome = block_on(session.step(&model)).expect("a step");
        let loss = outcome.metrics.get(metrics::LOSS).expect("a loss");
        assert!((loss - std::f64::consts::LN_2).abs() < 1e-12, "{loss}");
    }
}
