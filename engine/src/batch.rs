//! Right-padded batches: token ids, and which positions predict completion tokens.
//!
//! Masks come from lengths, never from comparing ids with the pad id.

use crate::gpt_config::GptConfig;
use crate::kernels::Packed;
use crate::sequence::{Scope, Sequence};
use burn::tensor::{Device, Int, Tensor, TensorData};
use std::ops::Range;
use tilt_protocol::{Error, Result};

/// Sequences ready for one forward pass.
pub struct Batch {
    rows: usize,
    width: usize,
    /// `[rows * width]`
    tokens: Vec<i32>,
    /// Flat positions (row * width + t) whose next token is scored, `[n]`.
    positions: Vec<i32>,
    /// Those next tokens, `[n]`.
    targets: Vec<i32>,
    /// Where each sequence's completion lies in `positions`.
    pub spans: Vec<Range<usize>>,
    /// Where all of its scored tokens lie; the completion's are the last of them.
    pub scored_spans: Vec<Range<usize>>,
    /// Real tokens of each row.
    pub lengths: Vec<usize>,
    /// Real tokens, prompt and completion.
    pub real_tokens: usize,
    /// The same rows without padding, and without the last token of each, which predicts
    /// nothing.
    pub packed: Packed,
}

impl Batch {
    /// Scores completions. Pads on the right to the longest sequence. The first token of
    /// a row has no prediction: with an empty prompt, the first completion token is not
    /// scored.
    ///
    /// # Errors
    /// Those of [`Packed::new`].
    pub fn new<'a>(
        sequences: impl IntoIterator<Item = &'a Sequence>,
        pad_id: u32,
    ) -> Result<Batch> {
        let scoped = sequences
            .into_iter()
            .map(|sequence| (sequence, Scope::Completion));
        Batch::scoped(scoped, pad_id)
    }

    /// With every token packed, for a reward model, which reads the last one.
    ///
    /// # Errors
    /// Those of [`Packed::whole`].
    pub fn whole<'a>(
        sequences: impl IntoIterator<Item = &'a Sequence>,
        pad_id: u32,
    ) -> Result<Batch> {
        let scoped: Vec<(&Sequence, Scope)> = sequences
            .into_iter()
            .map(|sequence| (sequence, Scope::Completion))
            .collect();
        Ok(Batch::build(&scoped, Packed::whole(&scoped)?, pad_id))
    }

    /// As [`Batch::new`], with a scope a sequence.
    ///
    /// # Errors
    /// Those of [`Packed::new`].
    pub fn scoped<'a>(
        sequences: impl IntoIterator<Item = (&'a Sequence, Scope)>,
        pad_id: u32,
    ) -> Result<Batch> {
        let sequences: Vec<(&Sequence, Scope)> = sequences.into_iter().collect();
        let packed = Packed::new(&sequences)?;
        Ok(Batch::build(&sequences, packed, pad_id))
    }

    /// As [`Batch::new`], but with a distribution over the next token for each scored
    /// token, in place of the token itself: tokens with probabilities that sum to 1. A
    /// scored value is then the distribution's mean log-prob, nats.
    ///
    /// # Errors
    /// [`Error::Internal`] unless there is one distribution a scored token, and those of
    /// [`Packed::new`].
    pub fn towards(
        sequences: &[Sequence],
        soft_targets: Vec<Vec<(u32, f32)>>,
        pad_id: u32,
    ) -> Result<Batch> {
        let mut batch = Batch::new(sequences, pad_id)?;
        if soft_targets.len() != batch.scored() {
            let (found, expected) = (soft_targets.len(), batch.scored());
            let message = format!("{found} distributions for {expected} scored tokens");
            return Err(Error::internal(message));
        }
        batch.packed.soft_targets = soft_targets;
        Ok(batch)
    }

    fn build(sequences: &[(&Sequence, Scope)], packed: Packed, pad_id: u32) -> Batch {
        let longest = sequences.iter().map(|(sequence, _)| sequence.len()).max();
        let width = longest.unwrap_or(0).max(1);
        let mut batch = Batch {
            rows: sequences.len(),
            width,
            tokens: vec![pad_id as i32; sequences.len() * width],
            positions: Vec::new(),
            targets: Vec::new(),
            spans: Vec::new(),
            scored_spans: Vec::new(),
            lengths: sequences
                .iter()
                .map(|(sequence, _)| sequence.len())
                .collect(),
            real_tokens: 0,
            packed,
        };
        for (row, (sequence, scope)) in sequences.iter().enumerate() {
            let start = batch.positions.len();
            let first = scope.first(sequence);
            let ids = sequence.prompt.iter().chain(&sequence.completion);
            for (t, &id) in ids.enumerate() {
                batch.tokens[row * width + t] = id as i32;
                if t >= first {
                    batch.positions.push((row * width + t - 1) as i32);
                    batch.targets.push(id as i32);
                }
            }
            let end = batch.positions.len();
            let scored = Scope::Completion.scored(sequence);
            batch.spans.push(end - scored..end);
            batch.scored_spans.push(start..end);
            batch.real_tokens += sequence.len();
        }
        batch
    }

    /// The sum of each row's completion over values of the scored tokens, each times its
    /// weight.
    ///
    /// # Shapes
    /// `values` and `weights` `[n]`, n scored tokens; result `[rows]`.
    pub fn completion_sums(&self, values: &[f64], weights: Option<&[f64]>) -> Vec<f64> {
        let weight = |token: usize| weights.map_or(1.0, |weights| weights[token]);
        let of_span = |span: &Range<usize>| {
            span.clone()
                .map(|token| weight(token) * values[token])
                .sum()
        };
        self.spans.iter().map(of_span).collect()
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Tokens of the longest row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Checks that a model has what the batch asks of it: a kernel that was given an id or a
    /// position beyond its table would read what lies behind.
    ///
    /// # Errors
    /// [`Error::TokenOutOfRange`], [`Error::SequenceTooLong`].
    pub fn check(&self, config: &GptConfig) -> Result<()> {
        let vocab = config.vocab_size;
        let ids = self.packed.tokens.iter().chain(&self.packed.targets);
        let soft_target = self.packed.soft_targets.iter().flatten().map(|(id, _)| id);
        if let Some(&id) = ids.chain(soft_target).find(|&&id| id as usize >= vocab) {
            return Err(Error::TokenOutOfRange { id, vocab });
        }
        match self.packed.positions.iter().max() {
            Some(&last) if last as usize >= config.n_positions => Err(Error::SequenceTooLong {
                what: "a row".to_owned(),
                found: last as usize + 1,
                limit: config.n_positions,
            }),
            _ => Ok(()),
        }
    }

    /// Scored positions over all rows.
    pub fn scored(&self) -> usize {
        self.positions.len()
    }

    /// `[rows, width]`
    pub fn tokens(&self, device: &Device) -> Tensor<2, Int> {
        let data = TensorData::new(self.tokens.clone(), [self.rows, self.width]);
        Tensor::from_data(data, device)
    }

    /// `[n]`, flat over `[rows * width]`.
    pub fn positions(&self, device: &Device) -> Tensor<1, Int> {
        Tensor::from_data(self.positions.as_slice(), device)
    }

    /// `[n, vocab]`, shaped like the logits; `None` where single tokens are scored.
    pub fn soft_targets(&self, logits: &Tensor<2>) -> Option<Tensor<2>> {
        let soft_targets = &self.packed.soft_targets;
        let [n, vocab] = logits.dims();
        if soft_targets.is_empty() {
            return None;
        }
        let mut shares = vec![0.0_f32; n * vocab];
        for (row, soft_target) in shares.chunks_exact_mut(vocab).zip(soft_targets) {
            for &(id, share) in soft_target {
                row[id as usize] += share;
            }
        }
        let data = TensorData::new(shares, [n, vocab]);
        Some(Tensor::from_data(data, &logits.device()))
    }

    /// `[n]`
    pub fn targets(&self, device: &Device) -> Tensor<1, Int> {
        Tensor::from_data(self.targets.as_slice(), device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence(prompt: &[u32], completion: &[u32]) -> Sequence {
        Sequence {
            prompt: prompt.to_vec(),
            completion: completion.to_vec(),
        }
    }

    #[test]
    fn a_completion_token_is_predicted_by_the_position_before_it() {
        let rows = [sequence(&[5, 6], &[7, 8]), sequence(&[9], &[1])];
        let batch = Batch::new(&rows, 0).unwrap();
        assert_eq!(batch.tokens, vec![5, 6, 7, 8, 9, 1, 0, 0]);
        assert_eq!(batch.positions, vec![1, 2, 4]);
        assert_eq!(batch.targets, vec![7, 8, 1]);
        assert_eq!(batch.spans, vec![0..2, 2..3]);
        assert_eq!(batch.real_tokens, 6);
    }

    #[test]
    fn everything_may_be_scored_but_the_first_token() {
        let rows = [sequence(&[5, 6], &[7, 8]), sequence(&[], &[9, 1])];
        let scoped = rows.iter().map(|row| (row, Scope::Everything));
        let batch = Batch::scoped(scoped, 0).unwrap();
        assert_eq!(batch.targets, vec![6, 7, 8, 1]);
        assert_eq!(batch.scored_spans, vec![0..3, 3..4]);
        assert_eq!(batch.spans, vec![1..3, 3..4]);
    }

    #[test]
    fn an_empty_prompt_leaves_the_first_completion_token_unscored() {
        let rows = [sequence(&[], &[7, 8]), sequence(&[3], &[])];
        let batch = Batch::new(&rows, 0).unwrap();
        assert_eq!(batch.targets, vec![8]);
        assert_eq!(batch.spans, vec![0..1, 1..1]);
    }
}
