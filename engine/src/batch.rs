//! Right-padded batches: token ids, and which positions predict completion tokens.
//!
//! Masks come from lengths, never from comparing ids with the pad id.

use burn::tensor::{Device, Int, Tensor, TensorData};
use std::ops::Range;

/// One prompt with one completion, as token ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sequence {
    pub prompt: Vec<u32>,
    /// Ends with the end-of-text id unless it was cut.
    pub completion: Vec<u32>,
}

impl Sequence {
    pub fn len(&self) -> usize {
        self.prompt.len() + self.completion.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Cuts the completion from the right to `max_length` tokens in all.
    pub fn cut(&mut self, max_length: usize) {
        self.completion
            .truncate(max_length.saturating_sub(self.prompt.len()));
    }
}

/// Sequences ready for one forward pass.
pub struct Batch {
    rows: usize,
    width: usize,
    /// `[rows * width]`
    tokens: Vec<i32>,
    /// Flat positions (row * width + t) whose next token is a completion token, `[n]`.
    positions: Vec<i32>,
    /// Those next tokens, `[n]`.
    targets: Vec<i32>,
    /// Where each sequence's completion lies in `positions`.
    pub spans: Vec<Range<usize>>,
    /// Real tokens, prompt and completion.
    pub real_tokens: usize,
}

impl Batch {
    /// Pads on the right to the longest sequence. The first token of a row has no
    /// prediction: with an empty prompt, the first completion token is not scored.
    pub fn new<'a>(sequences: impl IntoIterator<Item = &'a Sequence>, pad_id: u32) -> Batch {
        let sequences: Vec<&Sequence> = sequences.into_iter().collect();
        let width = sequences
            .iter()
            .map(|sequence| sequence.len())
            .max()
            .unwrap_or(0)
            .max(1);
        let mut batch = Batch {
            rows: sequences.len(),
            width,
            tokens: vec![pad_id as i32; sequences.len() * width],
            positions: Vec::new(),
            targets: Vec::new(),
            spans: Vec::new(),
            real_tokens: 0,
        };
        for (row, sequence) in sequences.iter().enumerate() {
            let start = batch.positions.len();
            let ids = sequence.prompt.iter().chain(&sequence.completion);
            for (t, &id) in ids.enumerate() {
                batch.tokens[row * width + t] = id as i32;
                if t >= sequence.prompt.len().max(1) {
                    batch.positions.push((row * width + t - 1) as i32);
                    batch.targets.push(id as i32);
                }
            }
            batch.spans.push(start..batch.positions.len());
            batch.real_tokens += sequence.len();
        }
        batch
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
        let batch = Batch::new(&rows, 0);
        assert_eq!(batch.tokens, vec![5, 6, 7, 8, 9, 1, 0, 0]);
        assert_eq!(batch.positions, vec![1, 2, 4]);
        assert_eq!(batch.targets, vec![7, 8, 1]);
        assert_eq!(batch.spans, vec![0..2, 2..3]);
        assert_eq!(batch.real_tokens, 6);
    }

    #[test]
    fn an_empty_prompt_leaves_the_first_completion_token_unscored() {
        let rows = [sequence(&[], &[7, 8]), sequence(&[3], &[])];
        let batch = Batch::new(&rows, 0);
        assert_eq!(batch.targets, vec![8]);
        assert_eq!(batch.spans, vec![0..1, 1..1]);
    }
}
