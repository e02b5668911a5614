//! A row as the model reads it: token ids of a prompt and of a completion.

use serde::{Deserialize, Serialize};

/// One prompt with one completion, as token ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

    /// The token that a reward is read at: the last that is not the pad token, as transformers
    /// finds it; 0 where there is none. Where padding and end of text are one token, that is
    /// the token before the end.
    pub fn reward_token(&self, pad_id: Option<u32>) -> usize {
        let ids = self.prompt.iter().chain(&self.completion).enumerate();
        let real = ids.filter(|(_, id)| Some(**id) != pad_id);
        real.map(|(t, _)| t).last().unwrap_or(0)
    }

    /// Cuts the completion from the right to `max_length` tokens in all.
    pub fn cut(&mut self, max_length: usize) {
        self.completion
            .truncate(max_length.saturating_sub(self.prompt.len()));
    }
}

/// Which tokens of a sequence are predicted and scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The completion's.
    Completion,
    /// All but the first, which nothing predicts.
    Everything,
}

impl Scope {
    /// The first token that is scored: nothing predicts token 0.
    pub fn first(self, sequence: &Sequence) -> usize {
        match self {
            Scope::Completion => sequence.prompt.len().max(1),
            Scope::Everything => 1,
        }
    }

    /// Tokens that are scored.
    pub fn scored(self, sequence: &Sequence) -> usize {
        sequence.len().saturating_sub(self.first(sequence))
    }
}
