//! The model and its sessions on the CPU device, without golden numbers.

mod support;

use burn::tensor::{Int, Tensor, TensorData};
use pollster::block_on;
use support::{VOCAB, model, pairs, settings, start, thumbs, weights};
use tilt_engine::generate::{Pick, generate};
use tilt_engine::gpt::KvCache;
use tilt_engine::logps::sequence_logps;
use tilt_engine::readback::read;
use tilt_engine::sequence::Sequence;
use tilt_engine::session::Session;
use tilt_protocol::{Error, ObjectiveKind, Sampling, TrainSettings};

#[test]
fn a_cached_forward_equals_a_whole_one() {
    let (model, arena) = model();
    let gpt = model.gpt(&arena);
    let ids: Vec<i32> = (0..12).map(|t| (t * 7 % VOCAB) as i32).collect();
    let tokens = |from: usize, to: usize| {
        let data = TensorData::new(ids[from..to].to_vec(), [1, to - from]);
        Tensor::<2, Int>::from_data(data, &model.device)
    };
    let numbers = |hidden: Tensor<3>| block_on(read(hidden)).expect("readback");
    let whole = numbers(gpt.hidden(tokens(0, 12), None));
    let mut cache = KvCache::new(&model.config);
    let mut parts = Vec::new();
    for (from, to) in [(0, 5), (5, 9), (9, 10), (10, 11), (11, 12)] {
        parts.extend(numbers(gpt.hidden(tokens(from, to), Some(&mut cache))));
    }
    let worst = whole
        .iter()
        .zip(&parts)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert_eq!(whole.len(), parts.len());
    assert!(worst < 1e-5, "{worst}");
}

#[test]
fn an_answer_does_not_depend_on_its_neighbours() {
    let (model, arena) = model();
    let prompts: Vec<Vec<u32>> = (1..6).map(|length| vec![5; length]).collect();
    let pick = Pick::Sample(Sampling::default());
    let draw = |prompts: &[Vec<u32>], first| {
        block_on(generate(&model, &arena, prompts, pick, 12, 7, first)).expect("answers")
    };
    let together = draw(&prompts, 0);
    for (row, prompt) in prompts.iter().enumerate() {
        assert_eq!(
            draw(std::slice::from_ref(prompt), row)[0].ids,
            together[row].ids,
            "row {row}"
        );
    }
    assert_eq!(draw(&prompts, 0), together, "the same seed repeats");
}

#[test]
fn an_answers_log_probs_are_those_of_scoring() {
    let (model, arena) = model();
    let prompts = vec![vec![5, 6, 7], vec![9; 8]];
    let pick = Pick::Sample(Sampling {
        temperature: 0.7,
        ..Sampling::default()
    });
    let answers = block_on(generate(&model, &arena, &prompts, pick, 10, 1, 0)).expect("answers");
    assert_eq!(answers.len(), prompts.len());
    for (prompt, answer) in prompts.iter().zip(&answers) {
        let sequence = Sequence {
            prompt: prompt.clone(),
            completion: answer.ids.clone(),
        };
        let scored = block_on(sequence_logps(&model, &arena, &[&sequence], 1)).expect("a score");
        let sum: f64 = answer.logps.iter().sum();
        assert!(
            (scored[0].sum.0 - sum).abs() < 1e-3,
            "{} {sum}",
            scored[0].sum.0
        );
    }
}

#[test]
fn a_prompt_that_fills_the_context_is_an_error() {
    let (model, arena) = model();
    let answer = block_on(generate(
        &model,
        &arena,
        &[vec![5; 32]],
        Pick::Greedy,
        4,
        0,
        0,
    ));
    let expected = Error::SequenceTooLong {
        what: "the prompt".to_owned(),
        found: 32,
        limit: 32,
    };
    assert_eq!(answer.unwrap_err(), expected);
}

#[test]
fn a_damaged_checkpoint_is_an_error() {
    let (model, mut session) = start(pairs(6), settings(ObjectiveKind::Dpo, 2));
    let saved = block_on(session.save()).expect("a checkpoint");
    let (_, reference) = support::model();
    for end in [0, 8, 100, saved.len() - 1] {
        let restored = Session::restore(&saved[..end], &model, &reference, pairs(6));
        assert!(restored.is_err(), "{end}");
    }
    let other_rows = Session::restore(&saved, &model, &reference, pairs(5));
    assert!(matches!(other_rows, Err(Error::InvalidConfig { .. })));
}

#[test]
fn no_rows_and_wrong_rows_are_errors() {
    let (model, arena) = model();
    let run =
        |rows, kind| Session::start(&model, arena.clone(), &arena, rows, settings(kind, 1)).err();
    let nothing = run(Vec::new(), ObjectiveKind::Dpo)
        .expect("an error")
        .to_string();
    assert!(
        nothing.starts_with("no decisive pairs to train on"),
        "{nothing}"
    );
    assert!(matches!(
        run(thumbs(4), ObjectiveKind::Dpo),
        Some(Error::InvalidConfig { .. })
    ));
    assert!(matches!(
        run(pairs(4), ObjectiveKind::Kto),
        Some(Error::InvalidConfig { .. })
    ));
}

#[test]
fn a_run_that_diverges_keeps_the_weights_it_had() {
    let reckless = TrainSettings {
        learning_rate: 1e30,
        ..settings(ObjectiveKind::Dpo, 9)
    };
    let (model, mut session) = start(pairs(8), reckless);
    let before = weights(&session);
    let failure = (0..9).find_map(|_| block_on(session.step(&model)).err());
    assert!(
        matches!(failure, Some(Error::Diverged { .. })),
        "{failure:?}"
    );
    let after = weights(&session);
    assert!(after.iter().all(|weight| weight.is_finite()));
    assert_eq!(after, before, "the first step already broke it");
}

#[test]
fn a_pad_id_beyond_the_vocabulary_does_no_harm() {
    let (mut model, arena) = model();
    model.config.pad_token_id = Some(VOCAB as u32);
    let rows = [
        Sequence {
            prompt: vec![5],
            completion: vec![6, 7, 8],
        },
        Sequence {
            prompt: vec![5],
            completion: vec![9],
        },
    ];
    let rows: Vec<&Sequence> = rows.iter().collect();
    let together = block_on(sequence_logps(&model, &arena, &rows, 2)).expect("scores");
    let alone = block_on(sequence_logps(&model, &arena, &rows[1..], 1)).expect("a score");
    assert!((together[1].sum.0 - alone[0].sum.0).abs() < 1e-5);
}

/// A sequence without a token has no hidden state: a reward read of it was its neighbour's.
#[test]
fn a_reward_of_nothing_is_an_error_wherever_the_row_stands() {
    use tilt_engine::session::score_rows;
    use tilt_engine::text::TokenisedRow;
    let (model, arena) = model();
    let (model, policy) = model.with_score_head(arena, 1);
    let kind = ObjectiveKind::Reward;
    for place in 0..3 {
        for is_chosen in [true, false] {
            let mut rows = pairs(3);
            if let TokenisedRow::Pair {
                chosen, rejected, ..
            } = &mut rows[place]
            {
                *(if is_chosen { chosen } else { rejected }) = Sequence {
                    prompt: Vec::new(),
                    completion: Vec::new(),
                };
            } else {
                panic!("not a pair");
            }
            let settings = TrainSettings {
                batch_size: 3,
                ..settings(kind, 1)
            };
            let error = block_on(score_rows(&model, &policy, &policy, rows, &settings));
            let message = error.expect_err("an error").to_string();
            let sequence = if is_chosen { place } else { 3 + place };
            let expected = format!("sequence {}", sequence + 1);
            assert!(message.contains(&expected), "{message}");
        }
    }
}

/// An id or a position that the model has no row for is refused, not read from what lies
/// behind the table.
#[test]
fn ids_and_positions_beyond_the_tables_are_errors() {
    use tilt_engine::batch::Batch;
    use tilt_engine::pass::token_logps;
    let (model, arena) = model();
    let vocab = VOCAB as u32;
    let long = vec![3; model.config.n_positions + 1];
    for (prompt, completion, expected) in [
        (vec![vocab], vec![3, 4], "outside the model's vocabulary"),
        (vec![3], vec![vocab], "outside the model's vocabulary"),
        (vec![3], long, "context"),
    ] {
        let rows = [Sequence { prompt, completion }];
        let batch = Batch::new(&rows, 0).expect("a batch");
        let error = token_logps(&model, &arena, &batch).expect_err("an error");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

/// Sampling from a model that says nothing is no sampling: it named the first token.
#[test]
fn a_model_that_overflows_gives_no_answer() {
    let (model, arena) = model();
    let broken = arena.mul_scalar(f32::NAN);
    for pick in [Pick::Greedy, Pick::Sample(Sampling::default())] {
        let answers = block_on(generate(&model, &broken, &[vec![5, 6]], pick, 4, 1, 0));
        let message = answers.expect_err("an error").to_string();
        assert!(
            message.starts_with("a logit of the model: got NaN"),
            "{message}"
        );
    }
}
