//! When two labels are about the same pair.

use super::{Label, Pair, Verdict};

/// A pair whichever way round it stands; spaces at the edges mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SamePair<'a> {
    prompt: &'a str,
    /// In the order of their letters.
    pub(super) answers: [&'a str; 2],
    is_single: bool,
}

impl<'a> SamePair<'a> {
    pub fn of(pair: &'a Pair) -> SamePair<'a> {
        let mut answers = [pair.answer_a.trim(), pair.answer_b.trim()];
        if !is_in_order(pair) {
            answers.swap(0, 1);
        }
        SamePair {
            prompt: pair.prompt.trim(),
            answers,
            is_single: pair.is_single(),
        }
    }

    /// Both answers in the order of their letters, without the spaces at their edges.
    pub fn answers(&self) -> [&'a str; 2] {
        self.answers
    }
}

fn is_in_order(pair: &Pair) -> bool {
    pair.is_single() || pair.answer_a.trim() <= pair.answer_b.trim()
}

impl Label {
    /// The verdict as if the answers stood in the order of their letters. A single answer
    /// is good or bad.
    pub fn verdict_in_order(&self) -> Verdict {
        match self.verdict {
            Verdict::A if self.pair.is_single() => Verdict::BothGood,
            Verdict::B if self.pair.is_single() => Verdict::BothBad,
            verdict if is_in_order(&self.pair) => verdict,
            verdict => verdict.swapped(),
        }
    }
}
