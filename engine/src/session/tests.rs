//! Of a step that shows that the run has diverged nothing is applied: the whole state of the
//! run, as a checkpoint holds it, is that of before. On the CPU and on a GPU, which applies
//! a step before anybody has read its norm.

use super::Session;
use crate::gpt_config::GptConfig;
use crate::layout::Layout;
use crate::model::Model;
use crate::random::Random;
use crate::sequence::Sequence;
use crate::testing::gpu;
use crate::text::TokenisedRow;
use burn::tensor::{Device, Tensor};
use pollster::block_on;
use tilt_protocol::{Error, ObjectiveKind, ReferenceSync, TrainSettings};

const BETA: f64 = 0.1;
/// IPO's target is 1 / (2 beta): its loss is finite in f64, its gradient not in f32.
const TINY: f64 = 1e-30;

fn rows(count: usize) -> Vec<TokenisedRow> {
    let mut random = Random::from_seed(9);
    let mut ids = |count: usize| (0..count).map(|_| 2 + random.below(30) as u32).collect();
    (0..count)
        .map(|_| {
            let prompt: Vec<u32> = ids(4);
            let mut side = |length| Sequence {
                prompt: prompt.clone(),
                completion: ids(length),
            };
            TokenisedRow::Pair {
                chosen: side(6),
                rejected: side(9),
                margin: None,
            }
        })
        .collect()
}

fn session(device: &Device, settings: TrainSettings) -> (Model, Session) {
    let config = GptConfig::new(32, 32, 16, 2, 2);
    let layout = Layout::of(&config);
    let numbers = Model::initial_weights(&layout, &config, 3);
    let arena = Tensor::from_data(numbers.as_slice(), device);
    let model = Model::new(config, None, device);
    let session = Session::start(&model, arena.clone(), &arena, rows(8), settings);
    (model, session.expect("a session"))
}

fn settings(kind: ObjectiveKind) -> TrainSettings {
    TrainSettings {
        learning_rate: 1e-3,
        weight_decay: 0.1,
        batch_size: 4,
        steps: 20,
        ..TrainSettings::trl_defaults(kind.with_beta(BETA))
    }
}

fn saved(session: &mut Session) -> Vec<u8> {
    block_on(session.save()).expect("a checkpoint")
}

fn is_diverged(error: &Error, at: usize) -> bool {
    matches!(error, Error::Diverged { step, quantity, .. }
        if *step == at && quantity.contains("gradient"))
}

fn check_of_a_gradient_that_is_not_finite_nothing_is_left(device: &Device) {
    for ends_by_saving in [false, true] {
        let (model, mut session) = session(device, settings(ObjectiveKind::Ipo));
        // One epoch: the reference has seen all rows, and the next step shuffles them.
        for _ in 0..2 {
            block_on(session.step(&model)).expect("a step");
        }
        let before = saved(&mut session);
        session.adjust(Some(TINY), None).expect("a beta");
        let error = match block_on(session.step(&model)) {
            Err(error) => error,
            // The device knows, and nobody has asked it.
            Ok(_) if ends_by_saving => block_on(session.save()).expect_err("diverged"),
            Ok(_) => block_on(session.step(&model)).expect_err("diverged"),
        };
        assert!(is_diverged(&error, 3), "{error}");
        assert_eq!(session.step, 2);
        session.adjust(Some(BETA), None).expect("a beta");
        assert!(saved(&mut session) == before, "{device:?}");
        // And it goes on from there as if nothing had been.
        let (_, reference) = self::session(device, settings(ObjectiveKind::Ipo));
        let mut other =
            Session::restore(&before, &model, reference.policy(), rows(8)).expect("a session");
        block_on(other.step(&model)).expect("a step");
        block_on(session.step(&model)).expect("a step");
        assert!(saved(&mut session) == saved(&mut other), "{device:?}");
    }
}

fn check_a_reference_does_not_follow_a_step_that_was_not_applied(device: &Device) {
    let syncs = TrainSettings {
        reference_sync: Some(ReferenceSync {
            mixup_alpha: 0.6,
            sync_steps: 3,
        }),
        ..settings(ObjectiveKind::Ipo)
    };
    let (model, mut session) = session(device, syncs);
    for _ in 0..2 {
        block_on(session.step(&model)).expect("a step");
    }
    let before = saved(&mut session);
    session.adjust(Some(TINY), None).expect("a beta");
    let error = block_on(session.step(&model)).expect_err("diverged");
    assert!(is_diverged(&error, 3), "{error}");
    session.adjust(Some(BETA), None).expect("a beta");
    assert!(saved(&mut session) == before);
}

fn check_losses_that_are_finite_and_absurd_end_a_run_by_name(device: &Device) {
    let reckless = TrainSettings {
        learning_rate: 1e9,
        // All rows, so that the reference has seen them.
        batch_size: 8,
        ..settings(ObjectiveKind::Dpo)
    };
    let (model, mut session) = session(device, reckless);
    block_on(session.step(&model)).expect("the first step is taken on sane weights");
    let before = saved(&mut session);
    let error = block_on(session.step(&model)).expect_err("diverged");
    let text = error.to_string();
    let expected = "the run diverged: the mean log-prob a token became -";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("at step 2") && text.contains("lower learning rate"));
    assert!(!text.contains('\n'));
    assert_eq!(session.step, 1);
    assert!(saved(&mut session) == before);
    let weights = block_on(crate::readback::read(session.policy().clone())).expect("weights");
    assert!(weights.iter().all(|weight| weight.is_finite()));
}

fn check_a_rate_that_no_weight_survives_is_refused_before_it_is_applied(device: &Device) {
    let reckless = TrainSettings {
        learning_rate: 1e38,
        ..settings(ObjectiveKind::Dpo)
    };
    let (model, mut session) = session(device, reckless);
    let before = saved(&mut session);
    let error = block_on(session.step(&model)).expect_err("diverged");
    assert!(matches!(error, Error::Diverged { step: 1, .. }), "{error}");
    // The reference has been asked of the batch's rows; nothing else has changed.
    assert_eq!(session.step, 0);
    let policy = |bytes: &[u8]| {
        let file = crate::checkpoint::CheckpointTensors::of(bytes).expect("a file");
        let arena = file.arena("policy", &model).expect("the policy");
        block_on(crate::readback::read(arena)).expect("weights")
    };
    assert_eq!(policy(&saved(&mut session)), policy(&before));
}

macro_rules! on_both_devices {
    ($($check:ident $on_cpu:ident $on_gpu:ident;)*) => {
        $(
            #[test]
            fn $on_cpu() {
                $check(&Device::flex());
            }

            #[test]
            #[ignore = "needs a GPU, in software at least"]
            fn $on_gpu() {
                $check(&gpu());
            }
        )*
    };
}

on_both_devices! {
    check_of_a_gradient_that_is_not_finite_nothing_is_left of_a_gradient_that_is_not_finite_nothing_is_left of_a_gradient_that_is_not_finite_nothing_is_left_on_gpu;
    check_a_reference_does_not_follow_a_step_that_was_not_applied a_reference_does_not_follow_a_step_that_was_not_applied a_reference_does_not_follow_a_step_that_was_not_applied_on_gpu;
    check_losses_that_are_finite_and_absurd_end_a_run_by_name losses_that_are_finite_and_absurd_end_a_run_by_name losses_that_are_finite_and_absurd_end_a_run_by_name_on_gpu;
    check_a_rate_that_no_weight_survives_is_refused_before_it_is_applied a_rate_that_no_weight_survives_is_refused_before_it_is_applied a_rate_that_no_weight_survives_is_refused_before_it_is_applied_on_gpu;
}
