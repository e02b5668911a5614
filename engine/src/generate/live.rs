//! Sampling on the CPU, by kernels that write one token after another: rows come in while
//! others are under way, and each leaves when its answer ends.

use super::draw::Drawer;
use super::request::{AnswerRules, PREFILL_TOKENS, PromptRows, SamplingRoom};
use super::row::{GenerationRow, SampledAnswer, check_logits};
use crate::kernels::cpu::decode::{Decoder, NextInput, SharedPrompt};
use std::collections::VecDeque;
use std::rc::Rc;
use tilt_protocol::Result;

/// Parameters times rows between two rests: about a hundredth of a second.
const WORK_A_REST: usize = 50_000_000;
/// Rows come in when this part of the slots is free: prompts are read together, and yet the
/// batch stays full.
const REFILL_PART: usize = 4;

/// Rows of one sampling that are written together.
pub struct LiveBatch {
    decoder: Decoder,
    rules: AnswerRules,
    drawer: Drawer,
    /// Under way, by the slot that holds their keys and values.
    rows: Vec<Option<GenerationRow>>,
    free: Vec<usize>,
    /// What the rows under way read next.
    inputs: Vec<NextInput>,
    waiting: VecDeque<PromptRows>,
    finished: Vec<(usize, SampledAnswer)>,
}

impl LiveBatch {
    pub fn new(mut decoder: Decoder, rules: AnswerRules, room: SamplingRoom) -> LiveBatch {
        decoder.begin(room.slots, room.capacity);
        LiveBatch {
            decoder,
            rules,
            drawer: Drawer::default(),
            rows: (0..room.slots).map(|_| None).collect(),
            // The first slot is taken first.
            free: (0..room.slots).rev().collect(),
            inputs: Vec::with_capacity(room.slots),
            waiting: VecDeque::new(),
            finished: Vec::new(),
        }
    }

    /// The decoder, for another sampling of the same weights.
    pub fn into_decoder(self) -> Decoder {
        self.decoder
    }

    /// Rows to answer, after those that wait already.
    pub fn add(&mut self, rows: PromptRows) {
        self.waiting.extend(rows.split(self.rows.len()));
    }

    /// Nothing is under way, and nothing waits.
    pub fn is_idle(&self) -> bool {
        self.inputs.is_empty() && self.waiting.is_empty()
    }

    /// Rows that have no answer yet.
    pub fn unfinished(&self) -> usize {
        let waiting = self.waiting.iter().map(|group| group.streams.len());
        self.inputs.len() + waiting.sum::<usize>()
    }

    /// Answers since the last call, each with its row's stream.
    pub fn take_finished(&mut self) -> Vec<(usize, SampledAnswer)> {
        std::mem::take(&mut self.finished)
    }

    /// Goes on for about a hundredth of a second, or until it is idle.
    ///
    /// # Errors
    /// [`tilt_protocol::Error::InvalidConfig`] for logits that are no numbers.
    pub fn advance(&mut self) -> Result<()> {
        let mut work = 0_usize;
        while work < WORK_A_REST && !self.is_idle() {
            let rows = match self.next_in() {
                groups if groups.is_empty() => self.step()?,
                groups => self.prefill(&groups)?,
            };
            work = work.saturating_add(self.decoder.parameters().saturating_mul(rows));
        }
        Ok(())
    }

    /// The groups that come in now, none where there is not enough room yet.
    fn next_in(&mut self) -> Vec<PromptRows> {
        let waiting: usize = self.waiting.iter().map(|group| group.streams.len()).sum();
        let wanted = (self.rows.len() / REFILL_PART).clamp(1, waiting.max(1));
        if self.free.len() < wanted && !self.inputs.is_empty() {
            return Vec::new();
        }
        let (mut groups, mut room, mut tokens) = (Vec::new(), self.free.len(), 0);
        while let Some(group) = self.waiting.front() {
            let read = group.prompt.len();
            let is_too_much = !groups.is_empty() && tokens + read > PREFILL_TOKENS;
            if group.streams.len() > room || is_too_much {
                break;
            }
            (room, tokens) = (room - group.streams.len(), tokens + read);
            groups.extend(self.waiting.pop_front());
        }
        groups
    }

    /// Reads prompts, each once, and draws the first token of all their rows; gives how many
    /// tokens were read.
    fn prefill(&mut self, groups: &[PromptRows]) -> Result<usize> {
        let slots: Vec<Vec<usize>> = groups
            .iter()
            .map(|group| {
                let left = self.free.len().saturating_sub(group.streams.len());
                let mut slots = self.free.split_off(left);
                slots.reverse();
                slots
            })
            .collect();
        let prompts: Vec<SharedPrompt<'_>> = groups
            .iter()
            .zip(&slots)
            .map(|(group, slots)| SharedPrompt {
                ids: &group.prompt,
                slots,
            })
            .collect();
        let vocab = self.decoder.vocab();
        let logits = self.decoder.prefill(&prompts);
        check_logits(logits)?;
        for ((group, slots), logits) in groups.iter().zip(&slots).zip(logits.chunks_exact(vocab)) {
            let prompt: Rc<[u32]> = Rc::from(group.prompt.as_slice());
            let most = self.rules.most_tokens(prompt.len());
            for (&stream, &slot) in group.streams.iter().zip(slots) {
                let mut row = GenerationRow::new(&self.rules, prompt.clone(), stream, most);
                let (id, has_ended) = row.draw(logits, &self.rules, &mut self.drawer);
                if has_ended {
                    self.finished.push((stream, row.answer));
                    self.free.push(slot);
                } else {
                    let position = prompt.len();
                    self.inputs.push(NextInput { slot, position, id });
                    self.rows[slot] = Some(row);
                }
            }
        }
        Ok(prompts.iter().map(|prompt| prompt.ids.len()).sum())
    }

    /// One token of every row under way; gives how many there were.
    fn step(&mut self) -> Result<usize> {
        let count = self.inputs.len();
        let vocab = self.decoder.vocab();
        let logits = self.decoder.step(&self.inputs);
        check_logits(logits)?;
        let mut each = logits.chunks_exact(vocab);
        let (rows, rules) = (&mut self.rows, &self.rules);
        self.inputs.retain_mut(|input| {
            let slot = &mut rows[input.slot];
            let Some((logits, row)) = each.next().zip(slot.as_mut()) else {
                return false;
            };
            let (id, has_ended) = row.draw(logits, rules, &mut self.drawer);
            (input.id, input.position) = (id, input.position + 1);
            if has_ended && let Some(row) = slot.take() {
                self.finished.push((row.stream, row.answer));
                self.free.push(input.slot);
            }
            !has_ended
        });
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Pick;
    use crate::gpt_config::GptConfig;
    use crate::kernels::cpu::CpuValues;
    use crate::kernels::shape::Shape;
    use crate::layout::Layout;
    use crate::model::Model;
    use tilt_protocol::Sampling;

    const PROMPTS: usize = 9;

    fn rules() -> AnswerRules {
        AnswerRules {
            pick: Pick::Sample(Sampling::default()),
            max_new_tokens: 12,
            seed: 3,
            context: 24,
            // Answers of all lengths.
            end_ids: vec![1, 2, 3],
        }
    }

    fn decoder() -> Decoder {
        let config = GptConfig::new(29, 24, 16, 2, 2);
        let numbers = Model::initial_weights(&Layout::of(&config), &config, 3);
        Decoder::new(Shape::new(&config), CpuValues::of_numbers(numbers))
    }

    fn groups() -> impl Iterator<Item = PromptRows> {
        (0..PROMPTS).map(|group| PromptRows {
            prompt: vec![4; 1 + group % 3],
            streams: (group * 10..group * 10 + 1 + group % 4).collect(),
        })
    }

    /// All answers by stream, and the largest number of rows that were ever under way.
    fn answers(slots: usize, together: usize) -> (Vec<(usize, SampledAnswer)>, usize) {
        let room = SamplingRoom {
            slots,
            capacity: 15,
        };
        let mut batch = LiveBatch::new(decoder(), rules(), room);
        let (mut finished, mut most) = (Vec::new(), 0);
        let mut coming = groups().peekable();
        while coming.peek().is_some() || !batch.is_idle() {
            coming
                .by_ref()
                .take(together)
                .for_each(|group| batch.add(group));
            match batch.next_in() {
                groups if groups.is_empty() => batch.step(),
                groups => batch.prefill(&groups),
            }
            .unwrap();
            most = most.max(batch.inputs.len());
            assert_eq!(batch.inputs.len() + batch.free.len(), slots);
            finished.extend(batch.take_finished());
        }
        finished.sort_by_key(|(stream, _)| *stream);
        (finished, most)
    }

    #[test]
    fn an_answer_is_the_same_whenever_its_row_comes_in() {
        let (all_at_once, most) = answers(64, PROMPTS);
        let expected: Vec<usize> = groups().flat_map(|group| group.streams).collect();
        let streams: Vec<usize> = all_at_once.iter().map(|(stream, _)| *stream).collect();
        assert_eq!(streams, expected);
        assert!(most > 8, "{most}");
        let lengths = all_at_once.iter().map(|(_, answer)| answer.ids.len());
        assert!(lengths.clone().min() < lengths.max());
        for (slots, together) in [(1, PROMPTS), (2, 1), (3, 2), (8, 1)] {
            let (found, most) = answers(slots, together);
            assert!(most <= slots);
            assert_eq!(found, all_at_once, "{slots} slots");
        }
    }
}
