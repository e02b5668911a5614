//! Sampling on a GPU, by kernels that write one token after another and draw it there: numbers
//! come back once for many tokens.
//!
//! The random numbers are those that the CPU draws with, each row's from its own stream, so that
//! a seed means the same answers on both, but for what rounding decides.

use super::draw::Pick;
use super::request::{
    AnswerRules, CACHE_BYTES, GENERATION_BATCH, PREFILL_TOKENS, PromptRows, SamplingRequest,
    SamplingRoom,
};
use super::row::{GenerationRow, SampledAnswer, all_there, check_logits};
use crate::breath::rest;
use crate::kernels::gpu::decode::{CachedToken, Decoder, Drawn, Rows, WritingRow};
use crate::kernels::gpu::{Draw, NO_ID};
use crate::model::Model;
use std::ops::Range;
use std::rc::Rc;
use tilt_protocol::{Error, Result};

/// One answer a prompt, in order, as [`super::generate`] gives them.
///
/// # Errors
/// As there.
pub async fn generate_on_gpu(
    model: &Model,
    decoder: &mut Decoder,
    request: &SamplingRequest<'_>,
) -> Result<Vec<SampledAnswer>> {
    let mut answers: Vec<Option<SampledAnswer>> = vec![None; request.prompts.len()];
    let rules = AnswerRules::new(model, request);
    let capacity = SamplingRoom::positions(&rules, request.longest_prompt());
    let most = decoder.most_cells(CACHE_BYTES) / capacity.max(1);
    let at_once = most.min(decoder.most_writing()).clamp(1, GENERATION_BATCH);
    let sampling = Sampling {
        draw: Draw {
            vocab: model.config.vocab_size,
            sampling: match rules.pick {
                Pick::Greedy => None,
                Pick::Sample(sampling) => Some(sampling),
            },
        },
        rules,
    };
    for groups in batches(request.groups(), at_once) {
        for (stream, answer) in sampling.write_batch(decoder, groups).await? {
            answers[stream - request.first_stream] = Some(answer);
        }
    }
    all_there(answers)
}

/// Batches of at most `at_once` rows. A group stays together, but for one that alone is larger.
fn batches(groups: Vec<PromptRows>, at_once: usize) -> Vec<Vec<PromptRows>> {
    let mut batches: Vec<Vec<PromptRows>> = Vec::new();
    let mut room = 0;
    for group in groups.into_iter().flat_map(|group| group.split(at_once)) {
        let rows = group.streams.len();
        match batches.last_mut() {
            Some(batch) if rows <= room => {
                batch.push(group);
                room -= rows;
            }
            _ => {
                batches.push(vec![group]);
                room = at_once - rows;
            }
        }
    }
    batches
}

/// A row under way, and its cells of the cache.
struct CachedRow {
    row: GenerationRow,
    prefix: u32,
    own: u32,
    /// Which of the prompts of its pass it goes on from.
    prompt: u32,
    has_ended: bool,
}

/// Prompts that are read in one pass, each with its first cell.
struct PromptPass {
    prompts: Vec<(u32, Rc<[u32]>)>,
    rows: Range<usize>,
}

/// The rows of a batch with their cells, the passes that read their prompts, and how many cells
/// there are.
#[derive(Default)]
struct Placed {
    rows: Vec<CachedRow>,
    passes: Vec<PromptPass>,
    cells: usize,
}

/// How all rows of a request are written.
struct Sampling {
    rules: AnswerRules,
    draw: Draw,
}

impl Sampling {
    /// The answers of a batch, each with its row's stream.
    async fn write_batch(
        &self,
        decoder: &mut Decoder,
        groups: Vec<PromptRows>,
    ) -> Result<Vec<(usize, SampledAnswer)>> {
        let longest = groups.iter().map(|group| group.prompt.len()).max();
        let Placed {
            mut rows,
            mut passes,
            cells,
        } = self.placed(groups, PREFILL_TOKENS.min(decoder.most_tokens()));
        decoder.begin(cells, longest.unwrap_or(0))?;
        let mut answers = Vec::with_capacity(rows.len());
        while !rows.is_empty() {
            let most = rows.iter().map(|row| row.row.left(&self.rules)).max();
            let steps = decoder.steps_a_readback().min(most.unwrap_or(1));
            let uploaded = self.upload(decoder, &mut rows, steps);
            // Reading the prompts is the first step.
            let is_begun = !passes.is_empty();
            for pass in passes.drain(..) {
                self.prefill(decoder, &pass, &uploaded);
            }
            for _ in usize::from(is_begun)..steps {
                decoder.step(&self.draw, &uploaded);
            }
            let drawn = decoder.drawn(&uploaded).await?;
            for drawn in drawn.chunks_exact(rows.len()) {
                for (row, drawn) in rows.iter_mut().zip(drawn) {
                    self.take(row, *drawn)?;
                }
            }
            let (ended, still) = rows.into_iter().partition(|row| row.has_ended);
            rows = still;
            let ended: Vec<CachedRow> = ended;
            answers.extend(
                ended
                    .into_iter()
                    .map(|row| (row.row.stream, row.row.answer)),
            );
            rest().await;
        }
        Ok(answers)
    }

    fn placed(&self, groups: Vec<PromptRows>, most_tokens: usize) -> Placed {
        let mut placed = Placed::default();
        let mut tokens = 0;
        for group in groups {
            let Placed {
                rows,
                passes,
                cells,
            } = &mut placed;
            let prompt: Rc<[u32]> = Rc::from(group.prompt);
            if passes.is_empty() || tokens + prompt.len() > most_tokens {
                passes.push(PromptPass {
                    prompts: Vec::new(),
                    rows: rows.len()..rows.len(),
                });
                tokens = 0;
            }
            let Some(pass) = passes.last_mut() else {
                continue;
            };
            tokens += prompt.len();
            let prefix = *cells as u32;
            *cells += prompt.len();
            let most = self.rules.most_tokens(prompt.len());
            for stream in group.streams {
                rows.push(CachedRow {
                    row: GenerationRow::new(&self.rules, prompt.clone(), stream, most),
                    prefix,
                    own: *cells as u32,
                    prompt: pass.prompts.len() as u32,
                    has_ended: false,
                });
                // The last token of an answer is never read.
                *cells += most - 1;
            }
            pass.prompts.push((prefix, prompt));
            pass.rows.end = rows.len();
        }
        placed
    }

    /// Uploads the rows with the random numbers of their next steps.
    fn upload(&self, decoder: &Decoder, rows: &mut [CachedRow], steps: usize) -> Rows {
        let writing: Vec<WritingRow> = rows
            .iter_mut()
            .map(|row| self.writing(row, steps))
            .collect();
        let known: Vec<Vec<u32>> = match self.draw.has_penalty() {
            true => rows.iter().map(|row| row.row.ids()).collect(),
            false => vec![Vec::new(); rows.len()],
        };
        let known = known.iter().map(Vec::as_slice);
        decoder.upload(&self.draw, &writing, known, steps)
    }

    /// A row as the device goes on with it.
    fn writing(&self, cached: &mut CachedRow, steps: usize) -> WritingRow {
        let row = &mut cached.row;
        let left = row.left(&self.rules);
        let (prompt, ids) = (&row.prompt, &row.answer.ids);
        let last = ids.last().or(prompt.last());
        let next = CachedToken {
            id: last.copied().unwrap_or(0),
            position: (prompt.len() + ids.len() - 1) as u32,
            prefix: cached.prefix,
            prefix_len: prompt.len() as u32,
            own: cached.own,
        };
        let units = match self.draw.sampling {
            Some(_) => row.next_units(steps.min(left)),
            None => Vec::new(),
        };
        WritingRow {
            next,
            prompt: cached.prompt,
            left: left as u32,
            units,
        }
    }

    /// Reads prompts and draws the first token of their rows.
    fn prefill(&self, decoder: &Decoder, pass: &PromptPass, rows: &Rows) {
        let mut tokens: Vec<CachedToken> = Vec::new();
        let mut last = Vec::new();
        for (own, prompt) in &pass.prompts {
            tokens.extend(prompt.iter().zip(0..).map(|(&id, position)| CachedToken {
                id,
                position,
                prefix: 0,
                prefix_len: 0,
                own: *own,
            }));
            last.push(tokens.len() as u32 - 1);
        }
        decoder.prefill(&self.draw, &tokens, last, rows, pass.rows.clone());
    }

    /// A row takes what was drawn for it, unless it has ended.
    fn take(&self, row: &mut CachedRow, drawn: Drawn) -> Result<()> {
        if row.has_ended {
            return Ok(());
        }
        let Drawn { id, logp } = drawn;
        if id == NO_ID {
            check_logits(&[logp])?;
        }
        if id as usize >= self.draw.vocab {
            return Err(Error::internal(format!("the GPU drew a token {id}")));
        }
        row.has_ended = row.row.take(id, f64::from(logp), &self.rules);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
