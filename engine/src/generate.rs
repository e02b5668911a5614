//! Sampling answers, batched, with a key-value cache.
//!
//! All rows of a batch stand at the same position. A row whose prompt is longer is
//! fed its own prompt until it ends, so positions are true ones and nothing is
//! padded on the left. Tokens are drawn on the CPU from our own generator, one
//! stream a row, so that a row's answer does not depend on its neighbours.

use crate::breath::rest;
use crate::gpt::KvCache;
use crate::kernels::gpu::most_bytes;
use crate::model::Model;
use crate::random::Random;
use crate::readback::read;
use burn::tensor::{Int, Tensor, TensorData};
use std::collections::BTreeSet;
use tilt_protocol::{Error, Result, Sampling};

/// An answer as it was sampled.
#[derive(Clone, Debug, PartialEq)]
pub struct SampledAnswer {
    /// The end-of-text id included when it was reached.
    pub ids: Vec<u32>,
    /// Log-prob of each id under the model at temperature 1, in nats.
    pub logps: Vec<f64>,
    /// False when `max_new_tokens` or the context ended it.
    pub finished: bool,
}

/// How the next token is picked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pick {
    Greedy,
    Sample(Sampling),
}

struct GenerationRow {
    prompt: Vec<u32>,
    answer: SampledAnswer,
    random: Random,
    /// Where the answer goes in the result.
    index: usize,
}

/// Rows in one forward pass.
pub const GENERATION_BATCH: usize = 64;

/// One answer a prompt, in order. Row i draws from stream `first_stream + i` of the
/// seed, so a list can be sampled in parts.
///
/// # Errors
/// [`Error::SequenceTooLong`] for a prompt that leaves no room in the context,
/// [`Error::TokenOutOfRange`], [`Error::NothingToUse`] for an empty prompt,
/// [`Error::InvalidConfig`] for a model whose logits are no numbers or a prompt that a GPU has
/// no room for, [`Error::Device`] when the device was lost.
pub async fn generate(
    model: &Model,
    arena: &Tensor<1>,
    prompts: &[Vec<u32>],
    pick: Pick,
    max_new_tokens: usize,
    seed: u64,
    first_stream: usize,
) -> Result<Vec<SampledAnswer>> {
    for prompt in prompts {
        check_prompt(model, prompt)?;
    }
    let mut answers: Vec<Option<SampledAnswer>> = prompts.iter().map(|_| None).collect();
    let gpt = model.gpt(arena);
    let longest = prompts.iter().map(Vec::len).max().unwrap_or(0);
    let at_once = rows_at_once(model, arena, longest, max_new_tokens)?;
    for (chunk_index, chunk) in prompts.chunks(at_once).enumerate() {
        let first = chunk_index * at_once;
        let mut rows: Vec<GenerationRow> = chunk
            .iter()
            .enumerate()
            .map(|(offset, prompt)| GenerationRow {
                prompt: prompt.clone(),
                answer: SampledAnswer {
                    ids: Vec::new(),
                    logps: Vec::new(),
                    finished: false,
                },
                random: Random::from_seed_for(
                    seed,
                    &format!("row {}", first_stream + first + offset),
                ),
                index: first + offset,
            })
            .collect();
        generate_chunk(model, &gpt, &mut rows, pick, max_new_tokens, &mut answers).await?;
    }
    answers
        .into_iter()
        .map(|answer| answer.ok_or_else(|| Error::internal("an answer was lost")))
        .collect()
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

/// # Errors
/// As [`generate`].
pub fn check_prompt(model: &Model, prompt: &[u32]) -> Result<()> {
    let limit = model.config.n_positions;
    if prompt.is_empty() {
        return Err(Error::NothingToUse {
            what: "prompt".to_owned(),
            purpose: "answer".to_owned(),
            advice: "write at least one word".to_owned(),
        });
    }
    if prompt.len() >= limit {
        let what = "the prompt".to_owned();
        return Err(Error::SequenceTooLong {
            what,
            found: prompt.len(),
            limit,
        });
    }
    match prompt
        .iter()
        .find(|&&id| id as usize >= model.config.vocab_size)
    {
        Some(&id) => Err(Error::TokenOutOfRange {
            id,
            vocab: model.config.vocab_size,
        }),
        None => Ok(()),
    }
}

/// Tokens of all answers between two rests.
const TOKENS_A_REST: usize = 4;

async fn generate_chunk(
    model: &Model,
    gpt: &crate::gpt::Gpt,
    rows: &mut Vec<GenerationRow>,
    pick: Pick,
    max_new_tokens: usize,
    answers: &mut [Option<SampledAnswer>],
) -> Result<()> {
    let mut cache = KvCache::new(&model.config);
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
            let at = cache.len;
            let next = match row.prompt.get(at) {
                Some(&forced) => forced,
                None => {
                    let logits = &logits[position * vocab..(position + 1) * vocab];
                    let seen = row.prompt.iter().chain(&row.answer.ids);
                    let (id, logp) = draw(logits, pick, seen, &mut row.random);
                    row.answer.ids.push(id);
                    row.answer.logps.push(logp);
                    row.answer.finished = model.config.ends_text(id);
                    id
                }
            };
            let full = row.answer.ids.len() >= max_new_tokens || at + 1 >= model.config.n_positions;
            let begun = at >= row.prompt.len();
            if row.answer.finished || (begun && full) {
                answers[row.index] = Some(row.answer);
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

/// Logits of the token after a prompt, `[vocab]`.
///
/// # Errors
/// As [`generate`].
pub async fn next_token_logits(
    model: &Model,
    arena: &Tensor<1>,
    prompt: &[u32],
) -> Result<Vec<f32>> {
    check_prompt(model, prompt)?;
    let mut cache = KvCache::new(&model.config);
    next_logits(model, &model.gpt(arena), &[prompt.to_vec()], &mut cache).await
}

/// Logits at the last of the given positions, `[rows * vocab]`.
async fn next_logits(
    model: &Model,
    gpt: &crate::gpt::Gpt,
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
    match logits.iter().find(|logit| !logit.is_finite()) {
        None => Ok(logits),
        Some(logit) => Err(Error::invalid(
            "a logit of the model",
            logit,
            "a number: these weights have diverged, so train again at a lower learning rate",
        )),
    }
}

/// The picked id and its log-prob under the model at temperature 1.
fn draw<'a>(
    logits: &[f32],
    pick: Pick,
    seen: impl Iterator<Item = &'a u32>,
    random: &mut Random,
) -> (u32, f64) {
    let id = match pick {
        Pick::Greedy => argmax(logits),
        Pick::Sample(sampling) => sample(&probabilities(logits, seen, &sampling), random),
    };
    let largest = logits.iter().copied().fold(f32::MIN, f32::max);
    let total: f64 = logits
        .iter()
        .map(|&logit| f64::from(logit - largest).exp())
        .sum();
    (id as u32, f64::from(logits[id] - largest) - total.ln())
}

/// Probabilities after repetition penalty, temperature, top-k, top-p and min-p, in
/// that order (as `transformers` applies them); they sum to 1. `seen` are the ids of
/// prompt and answer so far.
pub fn probabilities<'a>(
    logits: &[f32],
    seen: impl IntoIterator<Item = &'a u32>,
    sampling: &Sampling,
) -> Vec<f64> {
    let mut logits: Vec<f64> = logits.iter().map(|&logit| f64::from(logit)).collect();
    if sampling.repetition_penalty != 1.0 {
        penalise(&mut logits, seen, sampling.repetition_penalty);
    }
    let temperature = sampling.temperature;
    let largest = logits.iter().copied().fold(f64::MIN, f64::max);
    let mut weights: Vec<f64> = logits
        .iter()
        .map(|&logit| ((logit - largest) / temperature).exp())
        .collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    if sampling.top_k.is_some() || sampling.top_p < 1.0 {
        order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]));
    }
    if let Some(k) = sampling.top_k {
        for &id in order.iter().skip(k.max(1)) {
            weights[id] = 0.0;
        }
    }
    if sampling.top_p < 1.0 {
        let total: f64 = weights.iter().sum();
        let mut before = 0.0;
        for (rank, &id) in order.iter().enumerate() {
            // A token goes when those before it already reach top_p; the first stays.
            let probability = weights[id] / total;
            if rank > 0 && before >= sampling.top_p {
                weights[id] = 0.0;
            }
            before += probability;
        }
    }
    if sampling.min_p > 0.0 {
        let least = sampling.min_p * weights.iter().copied().fold(0.0, f64::max);
        weights
            .iter_mut()
            .filter(|weight| **weight < least)
            .for_each(|weight| *weight = 0.0);
    }
    let total: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= total);
    weights
}

/// Keskar et al. 2019 (CTRL, arXiv 1909.05858), section 4.1; each id counts once.
fn penalise<'a>(logits: &mut [f64], seen: impl IntoIterator<Item = &'a u32>, penalty: f64) {
    let seen: BTreeSet<usize> = seen.into_iter().map(|&id| id as usize).collect();
    for id in seen {
        if let Some(logit) = logits.get_mut(id) {
            *logit = if *logit > 0.0 {
                *logit / penalty
            } else {
                *logit * penalty
            };
        }
    }
}

fn sample(probabilities: &[f64], random: &mut Random) -> usize {
    let mut left = random.unit();
    let mut last = 0;
    for (id, &probability) in probabilities.iter().enumerate() {
        if probability > 0.0 {
            last = id;
            left -= probability;
            if left < 0.0 {
                return id;
            }
        }
    }
    last
}

fn argmax(logits: &[f32]) -> usize {
    let mut best = 0;
    for (id, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = id;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampling(temperature: f64, top_k: Option<usize>, top_p: f64) -> Sampling {
        Sampling {
            temperature,
            top_k,
            top_p,
            ..Sampling::default()
        }
    }

    #[test]
    fn top_k_and_top_p_keep_the_most_likely() {
        let logits = [0.5_f32, 0.3, 0.2].map(f32::ln);
        let close = |a: &[f64], b: &[f64]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6)
        };
        let all = probabilities(&logits, &[], &sampling(1.0, None, 1.0));
        assert!(close(&all, &[0.5, 0.3, 0.2]), "{all:?}");
        let two = probabilities(&logits, &[], &sampling(1.0, Some(2), 1.0));
        assert!(close(&two, &[0.625, 0.375, 0.0]), "{two:?}");
        let nucleus = probabilities(&logits, &[], &sampling(1.0, None, 0.4));
        assert!(close(&nucleus, &[1.0, 0.0, 0.0]), "{nucleus:?}");
        let cool = probabilities(&logits, &[], &sampling(0.5, None, 1.0));
        assert!(
            close(&cool, &[0.25 / 0.38, 0.09 / 0.38, 0.04 / 0.38]),
            "{cool:?}"
        );
    }

    #[test]
    fn samples_follow_the_probabilities() {
        let mut random = Random::from_seed(5);
        let mut counts = [0; 3];
        for _ in 0..3000 {
            counts[sample(&[0.5, 0.3, 0.2], &mut random)] += 1;
        }
        assert!((1400..1600).contains(&counts[0]), "{counts:?}");
        assert!((500..700).contains(&counts[2]), "{counts:?}");
    }
}
