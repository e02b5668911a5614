//! `check.json`: token sequences with the numbers that Tilt computes for them, so that
//! whoever loads the weights elsewhere can compare (`tests/export/check_model.py`).

use crate::evaluate::prompt_ids;
use crate::logps::read;
use crate::model::Model;
use crate::random::Random;
use crate::world;
use burn::tensor::{Int, Tensor, TensorData};
use serde::Serialize;
use tilt_protocol::Result;

/// Prompts whose ids and logits are written.
const PROMPTS: usize = 4;
/// Numbers written of a sequence at most: of a large vocabulary only the last positions.
const MOST_NUMBERS: usize = 1 << 15;
/// Tokens of the sequence that no text stands behind.
const DRAWN_TOKENS: usize = 24;

/// What is compared after a reload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    pub format: u32,
    pub sequences: Vec<CheckedSequence>,
}

/// One sequence, alone in its batch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckedSequence {
    /// The person's prompt that the chat template (or else the tokenizer alone) makes the
    /// ids of; `None` for ids that were drawn.
    pub prompt: Option<String>,
    pub ids: Vec<u32>,
    /// The position that the first row of `logits` belongs to.
    pub first_position: usize,
    /// A row a position, `[positions, vocab]`; none for a reward model.
    pub logits: Vec<Vec<f32>>,
    /// At the last token; for reward models alone.
    pub reward: Option<f32>,
}

/// Computes the check of a model's weights on its device.
///
/// # Errors
/// [`tilt_protocol::Error::Device`] when the device was lost.
pub async fn check(model: &Model, arena: &Tensor<1>) -> Result<Check> {
    let mut sequences = Vec::new();
    for (prompt, ids) in sequences_of(model) {
        sequences.push(checked(model, arena, prompt, ids).await?);
    }
    Ok(Check {
        format: 1,
        sequences,
    })
}

/// Prompts that fit the model, then ids drawn from all of its vocabulary.
fn sequences_of(model: &Model) -> Vec<(Option<String>, Vec<u32>)> {
    let vocab = model.config.vocab_size;
    let fits = |ids: &Vec<u32>| {
        (1..=model.config.n_positions).contains(&ids.len())
            && ids.iter().all(|&id| (id as usize) < vocab)
    };
    let prompts = world::held_out_prompts();
    let spread = (prompts.len() / PROMPTS).max(1);
    let mut sequences: Vec<(Option<String>, Vec<u32>)> = prompts
        .into_iter()
        .step_by(spread)
        .take(PROMPTS)
        .filter_map(|prompt| {
            let ids = prompt_ids(model, &prompt.text).ok().filter(fits)?;
            Some((Some(prompt.text), ids))
        })
        .collect();
    let mut random = Random::from_seed_for(0, "export check");
    let length = DRAWN_TOKENS.min(model.config.n_positions);
    let drawn = (0..length).map(|_| random.below(vocab) as u32).collect();
    sequences.push((None, drawn));
    sequences
}

async fn checked(
    model: &Model,
    arena: &Tensor<1>,
    prompt: Option<String>,
    ids: Vec<u32>,
) -> Result<CheckedSequence> {
    let gpt = model.gpt(arena);
    let numbers: Vec<i32> = ids.iter().map(|&id| id as i32).collect();
    let length = numbers.len();
    let tokens = Tensor::<2, Int>::from_data(TensorData::new(numbers, [1, length]), &model.device);
    let hidden = gpt.hidden(tokens, None);
    let [_, _, width] = hidden.dims();
    let hidden = hidden.reshape([length, width]);
    let vocab = model.config.vocab_size;
    let shown = (MOST_NUMBERS / vocab).clamp(1, length);
    let first_position = length - shown;
    if model.config.has_score_head {
        let last = hidden.slice([length - 1..length, 0..width]);
        let reward = match gpt.rewards(last) {
            Some(rewards) => read(rewards).await?.first().copied(),
            None => None,
        };
        return Ok(CheckedSequence {
            prompt,
            ids,
            first_position: length - 1,
            logits: Vec::new(),
            reward,
        });
    }
    let logits = read(gpt.logits(hidden.slice([first_position..length, 0..width]))).await?;
    Ok(CheckedSequence {
        prompt,
        ids,
        first_position,
        logits: logits.chunks(vocab.max(1)).map(<[f32]>::to_vec).collect(),
        reward: None,
    })
}
