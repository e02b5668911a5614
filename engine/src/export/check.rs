//! `check.json`: token sequences with the numbers that Tilt computes for them, so that
//! whoever loads the weights elsewhere can compare (`tests/export/check_model.py`).

use super::exact::Exact;
use crate::evaluate::prompt_ids;
use crate::model::Model;
use crate::pass::outputs_at;
use crate::random::Random;
use crate::readback::read;
use crate::world;
use burn::tensor::Tensor;
use serde::Serialize;
use tilt_protocol::Result;

/// Prompts whose ids and logits are written.
const PROMPTS: usize = 4;
/// Numbers written of a sequence at most: its last positions, and at least one.
const MOST_NUMBERS: usize = 1 << 13;
/// Larger models are not computed in f64: that would take a tab too long.
const MOST_EXACT: usize = 20_000_000;
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
    /// The position that the first row below belongs to.
    pub first_position: usize,
    /// A row a position: logits, `[positions, vocab]`, or a reward model's rewards,
    /// `[positions, 1]`; as the device computes them in f32.
    pub outputs: Vec<Vec<f32>>,
    /// The same in f64, of the same f32 weights: free of f32's rounding. Left out for large
    /// models.
    pub exact_outputs: Option<Vec<Vec<f64>>>,
}

/// Computes the check of a model's weights on its device.
///
/// # Errors
/// [`tilt_protocol::Error::Device`] when the device was lost.
pub async fn check(model: &Model, arena: &Tensor<1>) -> Result<Check> {
    let exact = match model.layout.len {
        ..=MOST_EXACT => Some(Exact::new(model, &read(arena.clone()).await?)),
        _ => None,
    };
    let mut sequences = Vec::new();
    for (prompt, ids) in sequences_of(model) {
        let (first_position, outputs) = outputs(model, arena, &ids).await?;
        let exact_outputs = exact
            .as_ref()
            .map(|exact| exact.outputs(&ids, first_position));
        sequences.push(CheckedSequence {
            prompt,
            ids,
            first_position,
            outputs,
            exact_outputs,
        });
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
    let stride = (prompts.len() / PROMPTS).max(1);
    let mut sequences: Vec<(Option<String>, Vec<u32>)> = prompts
        .into_iter()
        .step_by(stride)
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

/// The last positions' logits, and the first of these positions.
async fn outputs(model: &Model, arena: &Tensor<1>, ids: &[u32]) -> Result<(usize, Vec<Vec<f32>>)> {
    let (length, vocab) = (ids.len(), model.config.vocab_size);
    let first = length - (MOST_NUMBERS / vocab).clamp(1, length);
    let positions: Vec<usize> = (first..length).collect();
    Ok((first, outputs_at(model, arena, ids, &positions).await?))
}
