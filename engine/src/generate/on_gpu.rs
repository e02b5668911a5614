//! Sampling on a GPU, by kernels that write one token after another and draw it there: numbers
//! come back once for many tokens.
//!
//! The random numbers are those that the CPU draws with, each row's from its own stream, so that
//! a seed means the same answers on both, but for what rounding decides.

use super::decoded::{PromptGroup, batches, by_prompt};
use super::draw::Pick;
use super::row::{
    GENERATION_BATCH, GenerationRow, Request, SampledAnswer, all_there, check_logits,
};
use crate::breath::rest;
use crate::kernels::gpu::decode::{CachedToken, Decoder, Drawn, Rows, WritingRow};
use crate::kernels::gpu::{Draw, NO_ID};
use crate::model::Model;
use std::ops::Range;
use tilt_protocol::{Error, Result};

/// Bytes of keys and values of a batch, at most, where one row takes no more.
const CACHE_BYTES: usize = 1 << 28;
/// Tokens of prompts that are read in one pass, where one prompt has no more.
const PREFILL_TOKENS: usize = 1024;

/// One answer a prompt, in order, as [`super::generate`] gives them.
///
/// # Errors
/// As there.
pub async fn generate_on_gpu(
    model: &Model,
    decoder: &mut Decoder,
    request: &Request<'_>,
) -> Result<Vec<SampledAnswer>> {
    let mut answers: Vec<Option<SampledAnswer>> = request.prompts.iter().map(|_| None).collect();
    let longest = request.prompts.iter().map(Vec::len).max().unwrap_or(0);
    let capacity = longest
        .saturating_add(request.max_new_tokens.max(1))
        .min(model.config.n_positions);
    let most = decoder.most_cells(CACHE_BYTES) / capacity.max(1);
    let at_once = most.min(decoder.most_writing()).clamp(1, GENERATION_BATCH);
    for groups in batches(by_prompt(request.prompts), at_once) {
        write_batch(model, decoder, request, &groups, &mut answers).await?;
    }
    all_there(answers)
}

/// A row under way, and its cells of the cache.
struct CachedRow<'a> {
    row: GenerationRow<'a>,
    prefix: u32,
    own: u32,
    /// Which of the prompts of its pass it goes on from.
    prompt: u32,
    has_ended: bool,
}

/// Prompts that are read in one pass.
struct PromptPass<'a> {
    prompts: Vec<(u32, &'a [u32])>,
    rows: Range<usize>,
}

async fn write_batch<'a>(
    model: &Model,
    decoder: &mut Decoder,
    request: &Request<'_>,
    groups: &[PromptGroup<'a>],
    answers: &mut [Option<SampledAnswer>],
) -> Result<()> {
    let draw = Draw {
        vocab: model.config.vocab_size,
        sampling: match request.pick {
            Pick::Greedy => None,
            Pick::Sample(sampling) => Some(sampling),
        },
    };
    let ends = model.config.end_of_text_ids();
    let longest = groups.iter().map(|group| group.prompt.len()).max();
    let longest = longest.unwrap_or(0);
    let (mut rows, passes, cells) = placed(model, decoder, request, groups);
    decoder.begin(cells, longest)?;
    let mut passes = Some(passes);
    while !rows.is_empty() {
        let most = rows.iter().map(|row| row.left(model, request)).max();
        let steps = decoder.steps_a_readback().min(most.unwrap_or(1));
        let uploaded = upload(model, decoder, request, (&draw, &ends), (&mut rows, steps));
        let begun = passes.take().map_or(0, |passes| {
            for pass in passes {
                prefill(decoder, &draw, &pass, &uploaded);
            }
            1
        });
        for _ in begun..steps {
            decoder.step(&draw, &uploaded);
        }
        let drawn = decoder.drawn(&uploaded).await?;
        let count = rows.len();
        for drawn in drawn.chunks_exact(count) {
            for (row, drawn) in rows.iter_mut().zip(drawn) {
                row.take(model, request, *drawn)?;
            }
        }
        rows.retain_mut(|row| {
            if row.has_ended {
                let answer = std::mem::take(&mut row.row.answer);
                answers[row.row.index] = Some(answer);
            }
            !row.has_ended
        });
        rest().await;
    }
    Ok(())
}

/// The rows of a batch with their cells, the passes that read their prompts, and how many cells
/// there are.
fn placed<'a>(
    model: &Model,
    decoder: &Decoder,
    request: &Request<'_>,
    groups: &[PromptGroup<'a>],
) -> (Vec<CachedRow<'a>>, Vec<PromptPass<'a>>, usize) {
    let most_tokens = PREFILL_TOKENS.min(decoder.most_tokens());
    let mut rows: Vec<CachedRow<'a>> = Vec::new();
    let mut passes: Vec<PromptPass<'a>> = Vec::new();
    let mut tokens = 0;
    let mut cells = 0;
    for group in groups {
        let len = group.prompt.len();
        if passes.is_empty() || tokens + len > most_tokens {
            passes.push(PromptPass {
                prompts: Vec::new(),
                rows: rows.len()..rows.len(),
            });
            tokens = 0;
        }
        tokens += len;
        let prefix = cells as u32;
        cells += len;
        let Some(pass) = passes.last_mut() else {
            continue;
        };
        for &index in &group.rows {
            let room = model.config.n_positions - len;
            let most = request.max_new_tokens.clamp(1, room);
            rows.push(CachedRow {
                row: GenerationRow::new(request, group.prompt, index, most),
                prefix,
                own: cells as u32,
                prompt: pass.prompts.len() as u32,
                has_ended: false,
            });
            // The last token of an answer is never read.
            cells += most - 1;
        }
        pass.prompts.push((prefix, group.prompt));
        pass.rows.end = rows.len();
    }
    (rows, passes, cells)
}

/// Uploads the rows with the random numbers of their next steps.
fn upload(
    model: &Model,
    decoder: &Decoder,
    request: &Request<'_>,
    (draw, ends): (&Draw, &[u32]),
    (rows, steps): (&mut [CachedRow<'_>], usize),
) -> Rows {
    let writing: Vec<WritingRow> = rows
        .iter_mut()
        .map(|row| {
            let left = row.left(model, request);
            let prompt_len = row.row.prompt.len();
            let last = row.row.answer.ids.last().or(row.row.prompt.last());
            let id = last.copied().unwrap_or(0);
            let units = match draw.sampling {
                Some(_) => row.row.next_units(steps.min(left)),
                None => Vec::new(),
            };
            WritingRow {
                next: CachedToken {
                    id,
                    position: (prompt_len + row.row.answer.ids.len() - 1) as u32,
                    prefix: row.prefix,
                    prefix_len: prompt_len as u32,
                    own: row.own,
                },
                prompt: row.prompt,
                left: left as u32,
                units,
            }
        })
        .collect();
    let known: Vec<Vec<u32>> = match draw.has_penalty() {
        true => rows.iter().map(|row| row.row.ids()).collect(),
        false => vec![Vec::new(); rows.len()],
    };
    let known = known.iter().map(Vec::as_slice);
    decoder.upload(draw, &writing, known, ends, steps)
}

/// Reads prompts and draws the first token of their rows.
fn prefill(decoder: &Decoder, draw: &Draw, pass: &PromptPass<'_>, rows: &Rows) {
    let mut tokens: Vec<CachedToken> = Vec::new();
    let mut last = Vec::new();
    for &(own, prompt) in &pass.prompts {
        tokens.extend(prompt.iter().zip(0..).map(|(&id, position)| CachedToken {
            id,
            position,
            prefix: 0,
            prefix_len: 0,
            own,
        }));
        last.push(tokens.len() as u32 - 1);
    }
    decoder.prefill(draw, &tokens, last, rows, pass.rows.clone());
}

impl CachedRow<'_> {
    /// Tokens that it may still write.
    fn left(&self, model: &Model, request: &Request<'_>) -> usize {
        let room = model.config.n_positions - self.row.prompt.len();
        let most = request.max_new_tokens.clamp(1, room);
        most.saturating_sub(self.row.answer.ids.len())
    }

    /// Takes what was drawn for it, unless it has ended.
    fn take(&mut self, model: &Model, request: &Request<'_>, drawn: Drawn) -> Result<()> {
        if self.has_ended {
            return Ok(());
        }
        let Drawn { id, logp } = drawn;
        if id == NO_ID {
            check_logits(&[logp])?;
        }
        if id as usize >= model.config.vocab_size {
            return Err(Error::internal(format!("the GPU drew a token {id}")));
        }
        self.has_ended = self.row.take(model, id, f64::from(logp), request);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
