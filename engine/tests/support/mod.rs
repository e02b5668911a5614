//! A model small enough for a test to run it many times, on the CPU device.

// Each test binary uses its own share.
#![allow(dead_code)]

use burn::tensor::{Device, Tensor};
use pollster::block_on;
use tilt_engine::gpt_config::GptConfig;
use tilt_engine::layout::Layout;
use tilt_engine::model::Model;
use tilt_engine::random::Random;
use tilt_engine::readback::read;
use tilt_engine::sequence::Sequence;
use tilt_engine::session::Session;
use tilt_engine::text::TokenisedRow;
use tilt_protocol::{ObjectiveKind, RowKind, TrainSettings};

pub const VOCAB: usize = 40;

/// A model with random weights, large enough to have opinions.
pub fn model() -> (Model, Tensor<1>) {
    let mut config = GptConfig::new(VOCAB, 32, 16, 2, 2);
    config.eos_token_id = Some(1);
    config.pad_token_id = Some(0);
    let layout = Layout::of(&config);
    let mut random = Random::from_seed(3);
    let mut numbers = Model::initial_weights(&layout, &config, 3);
    numbers
        .iter_mut()
        .for_each(|number| *number += (0.1 * random.normal()) as f32);
    let device = Device::flex();
    let arena = Tensor::from_data(numbers.as_slice(), &device);
    (Model::new(config, None, &device), arena)
}

pub fn sequence(random: &mut Random, prompt: usize, completion: usize) -> Sequence {
    let mut ids = |count: usize| {
        (0..count)
            .map(|_| 2 + random.below(VOCAB - 2) as u32)
            .collect()
    };
    Sequence {
        prompt: ids(prompt),
        completion: ids(completion),
    }
}

pub fn pairs(count: usize) -> Vec<TokenisedRow> {
    let mut random = Random::from_seed(9);
    (0..count)
        .map(|_| {
            let chosen = sequence(&mut random, 4, 6);
            let rejected = Sequence {
                prompt: chosen.prompt.clone(),
                ..sequence(&mut random, 0, 9)
            };
            TokenisedRow::Pair {
                chosen,
                rejected,
                margin: None,
            }
        })
        .collect()
}

pub fn thumbs(count: usize) -> Vec<TokenisedRow> {
    let mut random = Random::from_seed(10);
    (0..count)
        .map(|row| TokenisedRow::Unpaired {
            sequence: sequence(&mut random, 4, 5),
            desirable: row % 2 == 0,
        })
        .collect()
}

/// Rows as the objective takes them.
pub fn rows_for(kind: ObjectiveKind, count: usize) -> Vec<TokenisedRow> {
    match kind.row_kind() {
        RowKind::Pairs => pairs(count),
        RowKind::Unpaired => thumbs(count),
        RowKind::Prompts => unreachable!("it samples its rows"),
        RowKind::Texts => pairs(count)
            .into_iter()
            .filter_map(|row| match row {
                TokenisedRow::Pair { chosen, .. } => Some(TokenisedRow::Text { sequence: chosen }),
                _ => None,
            })
            .collect(),
    }
}

pub fn settings(kind: ObjectiveKind, steps: usize) -> TrainSettings {
    TrainSettings {
        learning_rate: 1e-3,
        steps,
        batch_size: 4,
        keep_order: false,
        ..TrainSettings::trl_defaults(kind.with_beta(0.1))
    }
}

pub fn start(rows: Vec<TokenisedRow>, settings: TrainSettings) -> (Model, Session) {
    let (model, arena) = model();
    let session = Session::start(&model, arena.clone(), &arena, rows, settings);
    (model, session.expect("a session"))
}

pub fn weights(session: &Session) -> Vec<f32> {
    block_on(read(session.policy().clone())).expect("readback")
}
