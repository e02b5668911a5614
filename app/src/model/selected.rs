//! What is looked at: a pair, and a token of it.

use super::label_history::LabelEntry;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerSide {
    Chosen,
    Rejected,
}

/// A token of the selected pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenAt {
    pub side: AnswerSide,
    pub index: usize,
}

/// The selected pair among the decisive ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    pub entry: LabelEntry,
    /// From 0.
    pub position: usize,
    pub count: usize,
}
