//! Sampling on the CPU, by kernels that write one token after another.

use super::draw::Drawer;
use super::row::{
    GENERATION_BATCH, GenerationRow, Request, SampledAnswer, all_there, check_logits,
};
use crate::breath::rest;
use crate::kernels::cpu::decode::{Decoder, NextInput, SharedPrompt};
use crate::model::Model;
use std::collections::HashMap;
use tilt_protocol::Result;

/// Bytes of keys and values of a batch, at most, where one row takes no more.
const CACHE_BYTES: usize = 1 << 28;
/// Tokens of prompts that are read in one pass, where one prompt has no more.
const PREFILL_TOKENS: usize = 1024;
/// Parameters times rows between two rests: about a hundredth of a second.
const WORK_A_REST: usize = 50_000_000;

/// One answer a prompt, in order, as [`super::generate`] gives them.
///
/// # Errors
/// As there.
pub async fn generate_decoded(
    model: &Model,
    decoder: &mut Decoder,
    request: &Request<'_>,
) -> Result<Vec<SampledAnswer>> {
    let mut answers: Vec<Option<SampledAnswer>> = request.prompts.iter().map(|_| None).collect();
    let longest = request.prompts.iter().map(Vec::len).max().unwrap_or(0);
    // The last token of an answer is never read.
    let capacity = longest
        .saturating_add(request.max_new_tokens.max(1))
        .min(model.config.n_positions);
    let at_once = CACHE_BYTES / decoder.bytes_a_row(capacity).max(1);
    let at_once = at_once.clamp(1, GENERATION_BATCH);
    let mut batch = DecodedBatch {
        model,
        decoder,
        request,
        drawer: Drawer::default(),
        work: 0,
        inputs: Vec::new(),
    };
    for groups in batches(by_prompt(request.prompts), at_once) {
        let rows = groups.iter().map(|group| group.rows.len()).sum();
        batch.decoder.begin(rows, capacity);
        batch.run(&groups, &mut answers).await?;
    }
    all_there(answers)
}

/// The rows that one prompt has.
pub struct PromptGroup<'a> {
    pub prompt: &'a [u32],
    /// Places in the request.
    pub rows: Vec<usize>,
}

/// Each distinct prompt once, in the order in which they first come.
pub fn by_prompt(prompts: &[Vec<u32>]) -> Vec<PromptGroup<'_>> {
    let mut places: HashMap<&[u32], usize> = HashMap::new();
    let mut groups: Vec<PromptGroup<'_>> = Vec::new();
    for (row, prompt) in prompts.iter().enumerate() {
        let place = *places.entry(prompt).or_insert_with(|| {
            let rows = Vec::new();
            groups.push(PromptGroup { prompt, rows });
            groups.len() - 1
        });
        groups[place].rows.push(row);
    }
    groups
}

/// Batches of at most `at_once` rows. A group stays together, but for one that alone is larger.
pub fn batches(groups: Vec<PromptGroup<'_>>, at_once: usize) -> Vec<Vec<PromptGroup<'_>>> {
    let mut batches: Vec<Vec<PromptGroup<'_>>> = Vec::new();
    let mut room = 0;
    for group in groups {
        let prompt = group.prompt;
        for rows in group.rows.chunks(at_once) {
            let rows = rows.to_vec();
            if rows.len() > room {
                batches.push(Vec::new());
                room = at_once;
            }
            room -= rows.len();
            if let Some(batch) = batches.last_mut() {
                batch.push(PromptGroup { prompt, rows });
            }
        }
    }
    batches
}

/// Rows that are written together.
struct DecodedBatch<'a> {
    model: &'a Model,
    decoder: &'a mut Decoder,
    request: &'a Request<'a>,
    drawer: Drawer,
    /// Since the last rest, in parameters times rows.
    work: usize,
    /// What the rows under way read next.
    inputs: Vec<NextInput>,
}

impl<'a> DecodedBatch<'a> {
    async fn run(
        &mut self,
        groups: &[PromptGroup<'a>],
        answers: &mut [Option<SampledAnswer>],
    ) -> Result<()> {
        let model = self.model;
        // A row's slot in the cache is its place here.
        let mut rows: Vec<GenerationRow<'a>> = groups
            .iter()
            .flat_map(|group| group.rows.iter().map(|&index| (group.prompt, index)))
            .map(|(prompt, index)| {
                let room = model.config.n_positions - prompt.len();
                let most = self.request.max_new_tokens.clamp(1, room);
                GenerationRow::new(self.request, prompt, index, most)
            })
            .collect();
        self.inputs.clear();
        self.prefill(groups, &mut rows).await?;
        while !self.inputs.is_empty() {
            self.rest_after(self.inputs.len()).await;
            let logits = self.decoder.step(&self.inputs);
            check_logits(logits)?;
            let mut each = logits.chunks_exact(model.config.vocab_size);
            let (request, drawer) = (self.request, &mut self.drawer);
            self.inputs.retain_mut(|input| {
                let Some((logits, row)) = each.next().zip(rows.get_mut(input.slot)) else {
                    return false;
                };
                let (id, has_ended) = row.draw(model, logits, request, drawer);
                (input.id, input.position) = (id, input.position + 1);
                !has_ended
            });
        }
        for row in rows {
            answers[row.index] = Some(row.answer);
        }
        Ok(())
    }

    /// Reads every prompt once, and draws the first token of all its rows.
    async fn prefill(
        &mut self,
        groups: &[PromptGroup<'a>],
        rows: &mut [GenerationRow<'a>],
    ) -> Result<()> {
        let mut slot = 0;
        let mut shared: Vec<SharedPrompt<'a>> = Vec::new();
        for (place, group) in groups.iter().enumerate() {
            let slots = slot..slot + group.rows.len();
            slot = slots.end;
            shared.push(SharedPrompt {
                ids: group.prompt,
                slots,
            });
            let tokens: usize = shared.iter().map(|prompt| prompt.ids.len()).sum();
            let next = groups.get(place + 1).map(|next| next.prompt.len());
            if next.is_some_and(|next| tokens + next <= PREFILL_TOKENS) {
                continue;
            }
            let logits = self.decoder.prefill(&shared);
            check_logits(logits)?;
            let each = logits.chunks_exact(self.model.config.vocab_size);
            for (prompt, logits) in shared.drain(..).zip(each) {
                for slot in prompt.slots {
                    let (model, request) = (self.model, self.request);
                    let (id, has_ended) = rows[slot].draw(model, logits, request, &mut self.drawer);
                    if !has_ended {
                        let position = prompt.ids.len();
                        self.inputs.push(NextInput { slot, position, id });
                    }
                }
            }
            self.rest_after(tokens).await;
        }
        Ok(())
    }

    /// Rests where enough was done since the last time.
    async fn rest_after(&mut self, rows: usize) {
        self.work = self
            .work
            .saturating_add(self.model.layout.len.saturating_mul(rows));
        if self.work >= WORK_A_REST {
            self.work = 0;
            rest().await;
        }
    }
}
