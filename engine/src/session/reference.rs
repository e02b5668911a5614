//! The reference of a run and what it says of each row, computed when the row first
//! comes up.
//!
//! Policy and reference then see a row in the same batch, so at the start of a run,
//! where they are one model, their log-probs are the same to the last bit.

use burn::tensor::Tensor;
use tilt_protocol::ReferenceSync;

/// Summed log-probs of a row's two sequences, in nats: chosen and rejected, or
/// completion and mismatched completion.
pub type RowLogps = [f64; 2];

/// Reference weights with the log-probs that are known.
#[derive(Clone)]
pub struct Reference {
    /// `[parameters]`
    pub arena: Tensor<1>,
    known: Vec<Option<RowLogps>>,
}

impl Reference {
    pub fn new(arena: Tensor<1>, rows: usize) -> Reference {
        Reference {
            arena,
            known: vec![None; rows],
        }
    }

    /// The log-probs of these rows, if all of them are known.
    pub fn get(&self, indices: &[usize]) -> Option<Vec<RowLogps>> {
        indices.iter().map(|&index| self.known[index]).collect()
    }

    pub fn learn(&mut self, indices: &[usize], logps: &[RowLogps]) {
        for (&index, &logps) in indices.iter().zip(logps) {
            self.known[index] = Some(logps);
        }
    }

    /// Moves towards the policy; what was known of the rows no longer holds.
    pub fn sync(&mut self, policy: &Tensor<1>, sync: ReferenceSync) {
        let alpha = sync.mixup_alpha as f32;
        self.arena = policy.clone().mul_scalar(alpha) + self.arena.clone().mul_scalar(1.0 - alpha);
        self.known.fill(None);
    }

    /// What is known, two numbers a row; NaN for rows that have not come up.
    pub fn to_numbers(&self) -> Vec<f64> {
        self.known
            .iter()
            .flat_map(|logps| logps.unwrap_or([f64::NAN; 2]))
            .collect()
    }

    /// The reverse of [`Reference::to_numbers`].
    pub fn with_numbers(arena: Tensor<1>, numbers: &[f64]) -> Reference {
        let known = numbers
            .chunks_exact(2)
            .map(|row| (!row[0].is_nan()).then_some([row[0], row[1]]))
            .collect();
        Reference { arena, known }
    }
}
