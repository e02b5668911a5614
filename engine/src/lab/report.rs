//! What labels are like: tokens, the reference's margins and the judge's, a few labels at a
//! time, and then the report.

use super::{Lab, Loaded};
use crate::batch::Sequence;
use crate::judge;
use crate::logps::score;
use crate::text::{Preparation, TokenisedRow};
use tilt_protocol::report::{
    DataReport, Filter, Measured, NearDuplicates, ReportOptions, ReportRow, RowTokens, apply,
};
use tilt_protocol::{Error, Event, Label, Principle, RequestId, Result};

/// Labels measured at a time: about as long as a training step.
const CHUNK: usize = 16;

/// A report under way.
pub struct Reporting {
    labels: Vec<Label>,
    /// Of the first labels, as far as it has come.
    measured: Vec<Measured>,
    near: NearDuplicates,
    principle: Option<Principle>,
    options: ReportOptions,
    /// Whose turn it is while a run trains.
    gives_way: bool,
}

/// The labels of a finished report.
pub struct Reported {
    id: RequestId,
    labels: Vec<Label>,
    measured: Vec<Measured>,
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

    fn is_measured(&self) -> bool {
        self.measured.len() == self.labels.len()
    }

    /// Measures the next labels.
    async fn advance(&mut self, loaded: &Loaded) -> Result<()> {
        let start = self.measured.len();
        let end = (start + CHUNK).min(self.labels.len());
        let mut measured = Vec::with_capacity(end - start);
        let mut scored: Vec<(usize, [Sequence; 2])> = Vec::new();
        for (place, label) in self.labels[start..end].iter().enumerate() {
            let sequences = sequences(loaded, label)?;
            measured.push(Measured {
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
        let logps = score(&loaded.model, &loaded.reference, &flat, 2 * CHUNK).await?;
        for ((place, _), pair) in scored.iter().zip(logps.chunks_exact(2)) {
            measured[*place].reference_margin = Some(pair[0].sum.0 - pair[1].sum.0);
        }
        for (label, measured) in self.labels[start..end].iter().zip(measured) {
            self.near.push(&ReportRow::of_label(label, measured));
            self.measured.push(measured);
        }
        Ok(())
    }

    fn report(&self) -> DataReport {
        DataReport::with_near(
            &rows(&self.labels, &self.measured),
            &self.near,
            self.options,
        )
    }
}

impl Lab {
    /// One chunk of a report; true when it has been given.
    pub(super) async fn advance_report(
        &mut self,
        id: RequestId,
        reporting: &mut Reporting,
    ) -> Result<bool> {
        if !reporting.is_measured() {
            reporting.advance(self.loaded()?).await?;
            let (done, of) = (reporting.measured.len(), reporting.labels.len());
            self.emit(id, Event::Reporting { done, of });
            return Ok(false);
        }
        let report = Box::new(reporting.report());
        self.reported = Some(Reported {
            id,
            labels: std::mem::take(&mut reporting.labels),
            measured: std::mem::take(&mut reporting.measured),
        });
        self.emit(id, Event::Reported { report });
        Ok(true)
    }

    pub(super) fn filter(
        &mut self,
        id: RequestId,
        report: RequestId,
        filters: &[Filter],
        seed: u64,
    ) -> Result<()> {
        let reported = self.reported.as_ref().filter(|kept| kept.id == report);
        let Some(Reported {
            labels, measured, ..
        }) = reported
        else {
            return Err(Error::NothingToUse {
                what: "report on these labels".to_owned(),
                purpose: "filter by".to_owned(),
                advice: "ask for one first".to_owned(),
            });
        };
        let kept = apply(&rows(labels, measured), filters, seed);
        self.emit(id, Event::Filtered { kept });
        Ok(())
    }
}

fn rows<'a>(labels: &'a [Label], measured: &[Measured]) -> Vec<ReportRow<'a>> {
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
fn sequences(loaded: &Loaded, label: &Label) -> Result<Option<Sequences>> {
    let pair = &label.pair;
    let (example, preparation) = if pair.is_single() {
        (pair.as_row(), Preparation::Unpaired)
    } else {
        let example = label.as_row().unwrap_or_else(|| pair.as_row());
        (example, Preparation::Preference)
    };
    // Whole, whatever its length: the report says what is too long.
    let rows = loaded.model.prepare(&[example], preparation, usize::MAX)?;
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
    let row = ReportRow::of_label(label, Measured::default());
    let (chosen, rejected) = row.chosen_rejected()?;
    let score = |answer| judge::score(principle, &label.pair.prompt, answer);
    Some(score(chosen) - score(rejected))
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
