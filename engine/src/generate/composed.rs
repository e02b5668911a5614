//! Sampling through burn's operations: what the kernels are tested and timed against.
//!
//! All rows of a batch stand at the same position. A row whose prompt is longer is
//! fed its own prompt until it ends, so positions are true ones and nothing is
//! padded on the left.

use super::draw::Drawer;
use super::request::{AnswerRules, GENERATION_BATCH, SamplingRequest};
use super::row::{GenerationRow, SampledAnswer, all_there, check_logits};
use crate::breath::rest;
use crate::gpt::{Gpt, KvCache};
use crate::kernels::gpu::most_bytes;
use crate::model::Model;
use crate::readback::read;
use burn::tensor::{Int, Tensor, TensorData};
use tilt_protocol::{Error, Result};

/// One answer a prompt on any device, by burn's operations: as [`generate`](crate::generate::generate) says.
///
/// # Errors
/// As there.
pub async fn generate_composed(
    model: &Model,
    arena: &Tensor<1>,
    request: &SamplingRequest<'_>,
) -> Result<Vec<SampledAnswer>> {
    request.check(model)?;
    let (prompts, rules) = (request.prompts, AnswerRules::new(model, request));
    let mut answers = Answers {
        first_stream: request.first_stream,
        by_row: vec![None; prompts.len()],
    };
    let gpt = model.gpt(arena);
    let longest = request.longest_prompt();
    let at_once = rows_at_once(model, arena, longest, request.max_new_tokens)?;
    for (chunk_index, chunk) in prompts.chunks(at_once).enumerate() {
        let first = request.first_stream + chunk_index * at_once;
        let mut rows: Vec<GenerationRow> = (first..)
            .zip(chunk)
            .map(|(stream, prompt)| GenerationRow::new(&rules, prompt.as_slice().into(), stream, 0))
            .collect();
        generate_chunk(model, &gpt, &mut rows, &rules, &mut answers).await?;
    }
    all_there(answers.by_row)
}

/// Rows in one forward pass: [`GENERATION_BATCH`], or what a GPU has buffers for. Each row draws
/// from a stream of its own, so it is no matter how many there are.
///
/// # Errors
/// [`Error::InvalidConfig`] where not even one has room.
fn rows_at_once(
    model: &Model,
    arena: &Tensor<1>,
    longest: usize,
    max_new_tokens: usize,
) -> Result<usize> {
    let Some(most) = most_bytes(arena) else {
        return Ok(GENERATION_BATCH);
    };
    let config = &model.config;
    let tokens = longest
        .saturating_add(max_new_tokens)
        .min(config.n_positions);
    let wide = longest.saturating_mul(config.n_inner.max(3 * config.n_embd));
    // Logits, keys or values, the prompt's activations, its attention scores.
    let a_row = [
        config.vocab_size,
        tokens.saturating_mul(config.n_embd),
        wide,
        config
            .n_head
            .saturating_mul(longest)
            .saturating_mul(longest),
    ];
    let bytes = 4 * a_row.into_iter().max().unwrap_or(1) as u64;
    match usize::try_from(most / bytes.max(1)).unwrap_or(usize::MAX) {
        0 => Err(Error::invalid(
            "the prompt",
            format!("{longest} tokens, {bytes} bytes in one buffer"),
            format!("at most {most} bytes on this GPU; the CPU (?device=cpu) takes more"),
        )),
        rows => Ok(rows.min(GENERATION_BATCH)),
    }
}

/// Tokens of all answers between two rests.
const TOKENS_A_REST: usize = 4;

/// What there is so far of a request.
struct Answers {
    first_stream: usize,
    by_row: Vec<Option<SampledAnswer>>,
}

async fn generate_chunk(
    model: &Model,
    gpt: &Gpt,
    rows: &mut Vec<GenerationRow>,
    rules: &AnswerRules,
    answers: &mut Answers,
) -> Result<()> {
    let mut cache = KvCache::new(&model.config);
    let mut drawer = Drawer::default();
    // All rows share the positions up to the shortest prompt's end: one pass.
    let shared = rows.iter().map(|row| row.prompt.len()).min().unwrap_or(0);
    let mut input: Vec<Vec<u32>> = rows
        .iter()
        .map(|row| row.prompt[..shared].to_vec())
        .collect();
    for token in 0.. {
        if token % TOKENS_A_REST == 0 && token > 0 {
            rest().await;
        }
        let logits = next_logits(model, gpt, &input, &mut cache).await?;
        let vocab = model.config.vocab_size;
        let mut kept = Vec::new();
        input.clear();
        let mut still = Vec::new();
        for (position, mut row) in rows.drain(..).enumerate() {
            let (next, has_ended) = match row.prompt.get(cache.len) {
                Some(&forced) => (forced, false),
                None => {
                    let logits = &logits[position * vocab..(position + 1) * vocab];
                    row.draw(logits, rules, &mut drawer)
                }
            };
            if has_ended {
                answers.by_row[row.stream - answers.first_stream] = Some(row.answer);
            } else {
                kept.push(position);
                input.push(vec![next]);
                still.push(row);
            }
        }
        *rows = still;
        if rows.is_empty() {
            return Ok(());
        }
        if kept.len() < logits.len() / vocab {
            cache.keep_rows(&kept);
        }
    }
    Ok(())
}

/// Logits at the last of the given positions, `[rows * vocab]`.
async fn next_logits(
    model: &Model,
    gpt: &Gpt,
    input: &[Vec<u32>],
    cache: &mut KvCache,
) -> Result<Vec<f32>> {
    let (b, t) = (input.len(), input[0].len());
    let ids: Vec<i32> = input.iter().flatten().map(|&id| id as i32).collect();
    let tokens = Tensor::<2, Int>::from_data(TensorData::new(ids, [b, t]), &model.device);
    let hidden = gpt.hidden(tokens, Some(cache));
    let d = model.config.n_embd;
    let last = hidden.slice([0..b, t - 1..t, 0..d]).reshape([b, d]);
    let logits = read(gpt.logits(last)).await?;
    check_logits(&logits)?;
    Ok(logits)
}
