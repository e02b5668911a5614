//! Dataset rows as labels, and the training rows that labels give.

use super::{Label, Labeller, Pair, PairSource, Verdict};
use crate::dataset::{Content, Example, Role};
use crate::error::{Error, Result};
use crate::objective::RowKind;
use std::collections::HashSet;

impl Label {
    /// The label of a row. Of a pair, the chosen answer is A and the verdict too; a
    /// labelled completion is answer A alone, good or bad. What comes out of
    /// [`Label::as_row`] or [`unpaired_from_labels`] is the row, exactly, unless it prefers
    /// an answer to itself or to none.
    ///
    /// `line` is where the row stands in its file, for the error; `at_ms` is in
    /// milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// [`Error::BadRow`] for token ids, which nobody can read, and for rows of supervised
    /// fine-tuning, which judge nothing.
    pub fn from_row(
        example: &Example,
        line: usize,
        source: PairSource,
        id: String,
        at_ms: f64,
    ) -> Result<Label> {
        check_row(example, line)?;
        let shown = |content: &Content, role| content.shown(role).unwrap_or_default();
        let (prompt, answer_a, answer_b, verdict) = match example {
            Example::Pair {
                prompt,
                chosen,
                rejected,
                ..
            } => (prompt, chosen, shown(rejected, Role::Assistant), Verdict::A),
            Example::Unpaired {
                prompt,
                completion,
                label: true,
            } => (prompt, completion, String::new(), Verdict::BothGood),
            // The check lets no row of supervised fine-tuning through.
            Example::Unpaired {
                prompt, completion, ..
            }
            | Example::Completion { prompt, completion } => {
                (prompt, completion, String::new(), Verdict::BothBad)
            }
            Example::Text { text } | Example::Prompt { prompt: text } => {
                (text, text, String::new(), Verdict::BothBad)
            }
        };
        let mut pair = Pair {
            id,
            prompt: shown(prompt, Role::User),
            answer_a: shown(answer_a, Role::Assistant),
            answer_b,
            source,
            row: None,
        };
        if row_of_strings(&pair) != *example {
            pair.row = Some(Box::new(example.clone()));
        }
        Ok(Label::new(pair, verdict, Labeller::Person, at_ms))
    }

    /// The row of the chosen and the rejected answer; `None` where the verdict is not
    /// decisive or there is one answer alone.
    pub fn as_row(&self) -> Option<Example> {
        self.chosen_rejected()?;
        let row = self.pair.as_row();
        Some(match self.verdict {
            Verdict::B => row.swapped(),
            _ => row,
        })
    }

    /// The row of a single answer with its label; `None` for a tie or for two answers.
    pub(crate) fn as_single_row(&self) -> Option<Example> {
        let Some(Example::Unpaired {
            prompt, completion, ..
        }) = self.pair.row.as_deref()
        else {
            return None;
        };
        let label = match self.verdict {
            Verdict::A | Verdict::BothGood => true,
            Verdict::B | Verdict::BothBad => false,
            Verdict::Tie => return None,
        };
        Some(Example::Unpaired {
            prompt: prompt.clone(),
            completion: completion.clone(),
            label,
        })
    }
}

/// Whether a label can be made of a row.
///
/// # Errors
/// As [`Label::from_row`].
pub(crate) fn check_row(example: &Example, line: usize) -> Result<()> {
    let refused = |field: &str, found: &str, expected: &str| {
        Err(Error::BadRow {
            line,
            field: field.to_owned(),
            found: found.to_owned(),
            expected: expected.to_owned(),
        })
    };
    let contents: &[(&str, &Content)] = match example {
        Example::Pair {
            prompt,
            chosen,
            rejected,
            ..
        } => &[
            ("prompt_ids", prompt),
            ("chosen_ids", chosen),
            ("rejected_ids", rejected),
        ],
        Example::Unpaired {
            prompt, completion, ..
        } => &[("prompt_ids", prompt), ("completion_ids", completion)],
        Example::Completion { .. } | Example::Text { .. } | Example::Prompt { .. } => {
            return refused(
                "chosen",
                example.kind(),
                "a judged row: chosen and rejected, or a completion with a label",
            );
        }
    };
    match contents
        .iter()
        .find(|(_, content)| matches!(content, Content::Ids(_)))
    {
        Some((field, content)) => refused(field, content.form(), "text"),
        None => Ok(()),
    }
}

impl Pair {
    /// The row with answer A chosen and answer B rejected, whatever the verdict; of a
    /// single answer, the row that it came with.
    pub fn as_row(&self) -> Example {
        match self.row.as_deref() {
            Some(row @ (Example::Pair { .. } | Example::Unpaired { .. })) => row.clone(),
            _ => row_of_strings(self),
        }
    }
}

/// The same from the strings alone: one user's turn, one assistant's turn each.
fn row_of_strings(pair: &Pair) -> Example {
    Example::Pair {
        prompt: Content::user(&pair.prompt),
        chosen: Content::assistant(&pair.answer_a),
        rejected: Content::assistant(&pair.answer_b),
        margin: None,
    }
}

/// The rows that labels give for an objective. Of a pair the engine takes the chosen
/// answer where it wants texts.
pub fn rows_from_labels(labels: &[Label], kind: RowKind) -> Vec<Example> {
    match kind {
        RowKind::Unpaired => unpaired_from_labels(labels),
        RowKind::Pairs | RowKind::Texts => pairs_from_labels(labels),
        RowKind::Prompts => prompts_from_labels(labels),
    }
}

/// One row a decisive label of two answers, for the paired objectives: imported rows in
/// their own form, others conversational.
pub fn pairs_from_labels(labels: &[Label]) -> Vec<Example> {
    labels.iter().filter_map(Label::as_row).collect()
}

/// Each distinct prompt once, whatever was said of its answers: for objectives whose answers
/// come of the policy.
pub fn prompts_from_labels(labels: &[Label]) -> Vec<Example> {
    let (mut seen, mut rows) = (HashSet::new(), Vec::new());
    for label in labels {
        let prompt = match label.pair.row.as_deref() {
            Some(
                Example::Pair { prompt, .. }
                | Example::Unpaired { prompt, .. }
                | Example::Completion { prompt, .. }
                | Example::Prompt { prompt },
            ) => prompt.clone(),
            Some(Example::Text { .. }) => continue,
            None => Content::user(&label.pair.prompt),
        };
        if seen.insert(&label.pair.prompt) {
            rows.push(Example::Prompt { prompt });
        }
    }
    rows
}

/// Two rows a label that is no tie, for KTO: the chosen answer (or both good ones)
/// desirable, the rejected (or both bad ones) undesirable. A single answer gives one row;
/// a preference between answers that cannot be told apart gives none.
pub fn unpaired_from_labels(labels: &[Label]) -> Vec<Example> {
    let mut rows = Vec::new();
    for label in labels {
        if label.pair.is_single() {
            rows.extend(label.as_single_row());
            continue;
        }
        let (a, b) = match label.verdict {
            Verdict::A | Verdict::B if !label.pair.tells_apart() => continue,
            Verdict::A => (true, false),
            Verdict::B => (false, true),
            Verdict::BothGood => (true, true),
            Verdict::BothBad => (false, false),
            Verdict::Tie => continue,
        };
        let Example::Pair {
            prompt,
            chosen,
            rejected,
            ..
        } = label.pair.as_row()
        else {
            continue;
        };
        for (completion, label) in [(chosen, a), (rejected, b)] {
            rows.push(Example::Unpaired {
                prompt: prompt.clone(),
                completion,
                label,
            });
        }
    }
    rows
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
