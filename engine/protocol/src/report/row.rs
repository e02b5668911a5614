//! One label as the report sees it: texts, verdict, and what the engine measured.

use crate::label::{Label, Verdict};

/// Tokens of a row under the model's tokenizer and chat template, before any cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowTokens {
    /// With the opening of the answer.
    pub prompt: usize,
    /// With the end of text, in the order of [`ReportRow::answers`]; 0 for what is not there.
    pub answers: [usize; 2],
}

/// What the engine knows of a row and its texts alone do not say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeasuredRow {
    pub tokens: Option<RowTokens>,
    /// log pi_ref(chosen) - log pi_ref(rejected), in nats.
    pub reference_margin: Option<f64>,
    /// The judge's score of the chosen answer less that of the rejected one.
    pub judge_margin: Option<f64>,
}

/// A prompt with two answers and a verdict; a single answer leaves the second one empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReportRow<'a> {
    pub prompt: &'a str,
    pub answers: [&'a str; 2],
    pub verdict: Verdict,
    pub single: bool,
    pub measured: MeasuredRow,
}

impl<'a> ReportRow<'a> {
    /// Answers in the label's own order.
    pub fn of_label(label: &'a Label, measured: MeasuredRow) -> ReportRow<'a> {
        ReportRow {
            prompt: label.pair.prompt.trim(),
            answers: [label.pair.answer_a.trim(), label.pair.answer_b.trim()],
            verdict: label.verdict,
            single: label.pair.is_single(),
            measured,
        }
    }

    /// One answer alone, good or bad.
    pub fn is_single(&self) -> bool {
        self.single
    }

    /// Two answers of which one is preferred, though they are the same or one is empty.
    pub fn is_undecidable(&self) -> bool {
        let [a, b] = self.answers;
        !self.is_single() && self.verdict.is_decisive() && (a == b || a.is_empty() || b.is_empty())
    }

    /// The place of the chosen answer, where two are there that can be told apart and the
    /// verdict is decisive.
    fn chosen_place(&self) -> Option<usize> {
        match self.verdict {
            _ if self.is_single() || self.is_undecidable() => None,
            Verdict::A => Some(0),
            Verdict::B => Some(1),
            Verdict::Tie | Verdict::BothGood | Verdict::BothBad => None,
        }
    }

    pub fn is_decisive(&self) -> bool {
        self.chosen_place().is_some()
    }

    /// Chosen and rejected answer of a decisive row.
    pub fn chosen_rejected(&self) -> Option<(&'a str, &'a str)> {
        let place = self.chosen_place()?;
        Some((self.answers[place], self.answers[1 - place]))
    }

    /// Tokens of the chosen and the rejected answer of a decisive row.
    pub fn chosen_rejected_tokens(&self) -> Option<(usize, usize)> {
        let place = self.chosen_place()?;
        let tokens = self.measured.tokens?;
        Some((tokens.answers[place], tokens.answers[1 - place]))
    }

    /// What training with `max_length` tokens would do to the row.
    pub fn fit(&self, max_length: usize) -> RowFit {
        let Some(tokens) = self.measured.tokens else {
            return RowFit::Whole;
        };
        let longest = tokens.answers.into_iter().max().unwrap_or(0);
        if tokens.prompt >= max_length {
            RowFit::Dropped
        } else if tokens.prompt + longest > max_length {
            RowFit::Cut
        } else {
            RowFit::Whole
        }
    }
}

/// How a row fits into the tokens there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFit {
    Whole,
    /// An answer loses its end.
    Cut,
    /// The prompt leaves no room for an answer.
    Dropped,
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A row whose answers have as many tokens as words, and one more for the end.
    pub fn row<'a>(prompt: &'a str, a: &'a str, b: &'a str, verdict: Verdict) -> ReportRow<'a> {
        let words = |text: &str| text.split_whitespace().count();
        let tokens = |text: &str| if text.is_empty() { 0 } else { words(text) + 1 };
        ReportRow {
            prompt,
            answers: [a, b],
            verdict,
            single: b.is_empty(),
            measured: MeasuredRow {
                tokens: Some(RowTokens {
                    prompt: words(prompt),
                    answers: [tokens(a), tokens(b)],
                }),
                ..MeasuredRow::default()
            },
        }
    }

    #[test]
    fn chosen_follows_the_verdict() {
        let first = row("p", "one", "two words", Verdict::A);
        assert_eq!(first.chosen_rejected(), Some(("one", "two words")));
        assert_eq!(first.chosen_rejected_tokens(), Some((2, 3)));
        let second = row("p", "one", "two words", Verdict::B);
        assert_eq!(second.chosen_rejected(), Some(("two words", "one")));
        assert_eq!(second.chosen_rejected_tokens(), Some((3, 2)));
        assert!(!row("p", "one", "two", Verdict::Tie).is_decisive());
        assert!(row("p", "one", "one", Verdict::A).is_undecidable());
        assert!(!row("p", "one", "one", Verdict::A).is_decisive());
        assert!(!row("p", "one", "one", Verdict::Tie).is_undecidable());
        let empty = ReportRow {
            single: false,
            ..row("p", "one", "", Verdict::A)
        };
        assert!(empty.is_undecidable() && empty.chosen_rejected().is_none());
        let single = row("p", "one", "", Verdict::A);
        assert!(single.is_single() && !single.is_decisive());
    }

    #[test]
    fn a_row_is_whole_cut_or_dropped() {
        let row = row("two words", "one", "three more words", Verdict::A);
        assert_eq!(row.fit(6), RowFit::Whole);
        assert_eq!(row.fit(5), RowFit::Cut);
        assert_eq!(row.fit(2), RowFit::Dropped);
        let unmeasured = ReportRow {
            measured: MeasuredRow::default(),
            ..row
        };
        assert_eq!(unmeasured.fit(0), RowFit::Whole);
    }
}
