//! What is asked for when answers are sampled, whole or in parts that travel to other workers.

use super::draw::Pick;
use crate::kernels::cpu::decode::bytes_a_row;
use crate::kernels::shape::Shape;
use crate::model::Model;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use tilt_protocol::{Error, Result};

/// One answer a prompt, in order.
#[derive(Clone, Copy, Debug)]
pub struct SamplingRequest<'a> {
    pub prompts: &'a [Vec<u32>],
    pub pick: Pick,
    /// In tokens.
    pub max_new_tokens: usize,
    pub seed: u64,
    /// Row i draws from stream `first_stream + i` of the seed, so a list can be sampled in
    /// parts.
    pub first_stream: usize,
}

impl SamplingRequest<'_> {
    /// # Errors
    /// Those of [`check_prompt`], for the first prompt that has one.
    pub fn check(&self, model: &Model) -> Result<()> {
        let mut prompts = self.prompts.iter();
        prompts.try_for_each(|prompt| check_prompt(model, prompt))
    }

    /// Tokens of the longest prompt.
    pub fn longest_prompt(&self) -> usize {
        self.prompts.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// Each distinct prompt once, in the order in which they first come.
    pub fn groups(&self) -> Vec<PromptRows> {
        let mut places: HashMap<&[u32], usize> = HashMap::new();
        let mut groups: Vec<PromptRows> = Vec::new();
        for (row, prompt) in self.prompts.iter().enumerate() {
            let place = *places.entry(prompt).or_insert_with(|| {
                groups.push(PromptRows {
                    prompt: prompt.clone(),
                    streams: Vec::new(),
                });
                groups.len() - 1
            });
            groups[place].streams.push(self.first_stream + row);
        }
        groups
    }
}

/// The rows that go on from one prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptRows {
    /// Token ids.
    pub prompt: Vec<u32>,
    /// The stream of the seed that each row draws from.
    pub streams: Vec<usize>,
}

impl PromptRows {
    /// The same rows in groups of at most `most`.
    pub fn split(self, most: usize) -> impl Iterator<Item = PromptRows> {
        let PromptRows { prompt, streams } = self;
        let parts: Vec<Vec<usize>> = streams.chunks(most.max(1)).map(<[usize]>::to_vec).collect();
        parts.into_iter().map(move |streams| PromptRows {
            prompt: prompt.clone(),
            streams,
        })
    }
}

/// How every answer of a sampling is drawn, and where it ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerRules {
    pub pick: Pick,
    /// In tokens.
    pub max_new_tokens: usize,
    pub seed: u64,
    /// The model's context, in tokens.
    pub context: usize,
    /// The ids that end an answer.
    pub end_ids: Vec<u32>,
}

impl AnswerRules {
    pub fn new(model: &Model, request: &SamplingRequest<'_>) -> AnswerRules {
        AnswerRules {
            pick: request.pick,
            max_new_tokens: request.max_new_tokens,
            seed: request.seed,
            context: model.config.n_positions,
            end_ids: model.config.end_of_text_ids(),
        }
    }

    /// Tokens that an answer to a prompt of so many tokens has at most, at least one.
    pub fn most_tokens(&self, prompt_len: usize) -> usize {
        let room = self.context.saturating_sub(prompt_len);
        self.max_new_tokens.min(room).max(1)
    }
}

/// Rows in one forward pass.
pub const GENERATION_BATCH: usize = 64;

/// Tokens of prompts that are read in one pass, where one prompt has no more.
pub const PREFILL_TOKENS: usize = 1024;

/// Bytes of keys and values of all rows under way, at most, where one row takes no more.
pub const CACHE_BYTES: usize = 1 << 28;

/// Room for the rows under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplingRoom {
    /// Rows at a time, at least one.
    pub slots: usize,
    /// Positions of a row.
    pub capacity: usize,
}

impl SamplingRoom {
    /// Positions of a row, prompt and answer.
    pub fn positions(rules: &AnswerRules, longest_prompt: usize) -> usize {
        // The last token of an answer is never read.
        longest_prompt
            .saturating_add(rules.max_new_tokens.max(1))
            .min(rules.context)
    }

    /// What so many `rows` want, as far as there is memory for it.
    pub fn new(
        shape: &Shape,
        rules: &AnswerRules,
        longest_prompt: usize,
        rows: usize,
    ) -> SamplingRoom {
        let capacity = SamplingRoom::positions(rules, longest_prompt);
        let at_once = CACHE_BYTES / bytes_a_row(shape, capacity).max(1);
        SamplingRoom {
            slots: at_once.min(GENERATION_BATCH).min(rows).max(1),
            capacity,
        }
    }
}

/// # Errors
/// [`Error::SequenceTooLong`] for a prompt that leaves no room in the context,
/// [`Error::TokenOutOfRange`], [`Error::NothingToUse`] for an empty one.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_prompt_are_one_group_wherever_they_stand() {
        let prompts = [vec![1], vec![2, 3], vec![1], vec![1], vec![2, 3]];
        let request = SamplingRequest {
            prompts: &prompts,
            pick: Pick::Greedy,
            max_new_tokens: 4,
            seed: 0,
            first_stream: 10,
        };
        let group = |prompt: &[u32], streams: &[usize]| PromptRows {
            prompt: prompt.to_vec(),
            streams: streams.to_vec(),
        };
        let groups = request.groups();
        assert_eq!(
            groups,
            [group(&[1], &[10, 12, 13]), group(&[2, 3], &[11, 14])]
        );
        let parts: Vec<PromptRows> = groups[0].clone().split(2).collect();
        assert_eq!(parts, [group(&[1], &[10, 12]), group(&[1], &[13])]);
    }
}
