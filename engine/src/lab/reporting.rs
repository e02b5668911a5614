//! A report under way on what labels are like: tokens, the reference's margins and the
//! judge's, a few labels at a time, and then the report.

use crate::judge;
use crate::logps::sequence_logps;
use crate::model::Model;
use crate::sequence::Sequence;
use crate::text::{Preparation, TokenisedRow};
use burn::tensor::Tensor;
use tilt_protocol::report::{
    DataReport, Filter, MeasuredRow, NearDuplicates, ReportOptions, ReportRow, RowTokens, apply,
};
use tilt_protocol::{Label, Principle, RequestId, Result};

/// Labels measured at a time: about as long as a training step.
const CHUNK: usize = 16;

/// A report under way.
pub struct Reporting {
    labels: Vec<Label>,
    /// Of the first labels, as far as it has come.
    measured: Vec<MeasuredRow>,
    near: NearDuplicates,
    principle: Option<Principle>,
    options: ReportOptions,
    /// Whose turn it is while a run trains.
    gives_way: bool,
}

/// The labels of a finished report.
pub struct Reported {
    pub id: RequestId,
    labels: Vec<Label>,
    measured: Vec<MeasuredRow>,
}

impl Reporting {
    pub fn new(
        labels: Vec<Label>,
        principle: Option<Principle>,
        options: ReportOptions,
    ) -> Reporting {
        Reporting {
            labels,
            measured: Vec::new(),
            near: NearDuplicates::default(),
            principle,
            options,
            gives_way: false,
        }
    }

    /// Every other time.
    pub fn gives_way(&mut self) -> bool {
        self.gives_way = !self.gives_way;
        self.gives_way
    }

    pub fn is_measured(&self) -> bool {
        self.measured.len() == self.labels.len()
    }

    /// Measures the next labels.
    ///
    /// # Errors
    /// Those of [`sequence_logps`].
    pub async fn advance(&mut self, model: &Model, reference: &Tensor<1>) -> Result<()> {
        let start = self.measured.len();
        let end = (start + CHUNK).min(self.labels.len());
        let mut measured = Vec::with_capacity(end - start);
        let mut scored: Vec<(usize, [Sequence; 2])> = Vec::new();
        for (place, label) in self.labels[start..end].iter().enumerate() {
            let sequences = sequences(model, label)?;
            measured.push(MeasuredRow {
                tokens: sequences.as_ref().map(|sequences| tokens(label, sequences)),
                reference_margin: None,
                judge_margin: self.principle.and_then(|by| judge_margin(by, label)),
            });
            let Some(Sequences::Pair(mut pair)) = sequences else {
                continue;
            };
            // What training would see of it.
            let max_length = self.options.max_length;
            let fits = pair[0].prompt.len() < max_length;
            pair.iter_mut().for_each(|side| side.cut(max_length));
            if fits && label.is_decisive() {
                scored.push((place, pair));
            }
        }
        let flat: Vec<&Sequence> = scored.iter().flat_map(|(_, pair)| pair).collect();
        let logps = sequence_logps(model, reference, &flat, 2 * CHUNK).await?;
        for ((place, _), pair) in scored.iter().zip(logps.chunks_exact(2)) {
            measured[*place].reference_margin = Some(pair[0].sum.0 - pair[1].sum.0);
        }
        for (label, measured) in self.labels[start..end].iter().zip(measured) {
            self.near.push(&ReportRow::of_label(label, measured));
            self.measured.push(measured);
        }
        Ok(())
    }

    /// How many labels are measured, and of how many.
    pub fn progress(&self) -> (usize, usize) {
        (self.measured.len(), self.labels.len())
    }

    /// Its labels, to be filtered.
    pub fn take_reported(&mut self, id: RequestId) -> Reported {
        Reported {
            id,
            labels: std::mem::take(&mut self.labels),
            measured: std::mem::take(&mut self.measured),
        }
    }

    pub fn report(&self) -> DataReport {
        DataReport::with_near(
            &rows(&self.labels, &self.measured),
            &self.near,
            self.options,
        )
    }
}

impl Reported {
    /// Places of the labels that filters leave.
    pub fn kept(&self, filters: &[Filter], seed: u64) -> Vec<usize> {
        apply(&rows(&self.labels, &self.measured), filters, seed)
    }
}

fn rows<'a>(labels: &'a [Label], measured: &[MeasuredRow]) -> Vec<ReportRow<'a>> {
    let both = labels.iter().zip(measured);
    both.map(|(label, measured)| ReportRow::of_label(label, *measured))
        .collect()
}

/// A label's answers as training would see them.
enum Sequences {
    /// Chosen and rejected, or the two answers of a label that is not decisive.
    Pair([Sequence; 2]),
    Single(Sequence),
}

/// `None` for a label that the chat template or the vocabulary refuses.
fn sequences(model: &Model, label: &Label) -> Result<Option<Sequences>> {
    let pair = &label.pair;
    let (example, preparation) = if pair.is_single() {
        (pair.as_row(), Preparation::Unpaired)
    } else {
        let example = label.as_row().unwrap_or_else(|| pair.as_row());
        (example, Preparation::Preference)
    };
    // Whole, whatever its length: the report says what is too long.
    let rows = model.prepare(&[example], preparation, usize::MAX)?;
    Ok(rows.rows.into_iter().next().map(|row| match row {
        TokenisedRow::Pair {
            chosen, rejected, ..
        } => Sequences::Pair([chosen, rejected]),
        TokenisedRow::Text { sequence } | TokenisedRow::Unpaired { sequence, .. } => {
            Sequences::Single(sequence)
        }
    }))
}

/// In the order of the label's own answers.
fn tokens(label: &Label, sequences: &Sequences) -> RowTokens {
    match sequences {
        Sequences::Single(answer) => RowTokens {
            prompt: answer.prompt.len(),
            answers: [answer.completion.len(), 0],
        },
        Sequences::Pair([first, second]) => {
            let mut answers = [first.completion.len(), second.completion.len()];
            if label.verdict == tilt_protocol::Verdict::B {
                answers.swap(0, 1);
            }
            RowTokens {
                prompt: first.prompt.len(),
                answers,
            }
        }
    }
}

fn judge_margin(principle: Principle, label: &Label) -> Option<f64> {
    let row = ReportRow::of_label(label, MeasuredRow::default());
    let (chosen, rejected) = row.chosen_rejected()?;
    let score = |answer| judge::score(principle, &label.pair.prompt, answer);
    Some(score(chosen) - score(rejected))
}
