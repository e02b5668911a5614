//! Prompts set aside from training.

use crate::hash::{fraction, mix, of_text};
use serde::{Deserialize, Serialize};

/// Which prompts are held out: those whose hash with the seed lies below the share.
///
/// All rows of a prompt are on one side, and a prompt stays on its side whatever rows come
/// or go. The share is that of the prompts in the mean; a handful may miss it by much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// From 0 (nothing is held out) to 1.
    pub share: f64,
    pub seed: u64,
}

impl HeldOut {
    /// True where the prompt is set aside.
    pub fn holds(&self, prompt: &str) -> bool {
        // Mixed once more: the last byte alone would not reach every bit.
        fraction(mix(of_text(self.seed, prompt.trim()))) < self.share
    }
}
