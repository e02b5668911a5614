//! Labels as Tilt itself writes and reads them: nothing is lost.
//!
//! A line is TRL's row with one more column, `tilt`, for what TRL has no name for. That
//! column is JSON within a string: as an object, its fields would be of other types from
//! row to row, which `datasets` 3.6 refuses and 5.2 reads as untyped JSON. `DPOTrainer`
//! and the others do not look at it.
//!
//! A label without a decisive verdict gives TRL no row. Its line has `null` for chosen and
//! rejected, and the answers stand in `tilt` alone: TRL cannot train on a tie by mistake,
//! it stops at the `null`. With `dataset.filter(lambda row: row["chosen"] is not None)`
//! it trains on the others. `datasets` takes a column's type from the first 10 MB, so a
//! file that begins with so many ties does not load.
//!
//! For TRL as it is, there is [`crate::dataset::write_jsonl`] of the decisive labels; Tilt therefore
//! has two files to offer, `labels.jsonl` and `labels.tilt.jsonl`.

use super::{Label, Labeller, Origin, Pair, PairSource, Verdict, check_row};
use crate::dataset::Example;
use crate::dataset::json::kind_of;
use crate::dataset::row::Row;
use crate::dataset::write::{self, Columns, columns};
use crate::error::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The column `tilt`.
#[derive(Serialize, Deserialize)]
struct TiltColumn {
    id: String,
    source: PairSource,
    verdict: Verdict,
    labeller: Labeller,
    at_ms: f64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rechecks: Vec<Verdict>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
    /// What is labelled, where TRL's columns do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answers: Option<Answers>,
}

/// The rest of a [`Pair`].
#[derive(Serialize, Deserialize)]
struct Answers {
    prompt: String,
    a: String,
    b: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row: Option<Box<Example>>,
}

/// Writes labels as JSON lines that read back as the same labels. What leaves a lab says so
/// first, by [`Label::leaving`].
pub fn write_tilt_jsonl(labels: &[Label]) -> String {
    let mut text = String::new();
    for label in labels {
        text.push_str(&write::line(&line(label)));
        text.push('\n');
    }
    text
}

fn line(label: &Label) -> Columns {
    let mut tilt = TiltColumn {
        id: label.pair.id.clone(),
        source: label.pair.source.clone(),
        verdict: label.verdict,
        labeller: label.labeller.clone(),
        at_ms: label.at_ms,
        rechecks: label.rechecks.clone(),
        origin: label.origin.clone(),
        answers: None,
    };
    let row = label.as_row().or_else(|| label.as_single_row());
    let mut columns = match &row {
        Some(row) => columns(row),
        None => undecided(&label.pair),
    };
    // Whether what is read of these columns is the label.
    let is_whole = row.is_some_and(|row| {
        let written = Row::parse(&write::line(&columns), 1);
        written.and_then(|written| written.example()) == Ok(row.clone())
            && tilt.label_of(&row, 1).is_ok_and(|read| read == *label)
    });
    if !is_whole {
        tilt.answers = Some(Answers {
            prompt: label.pair.prompt.clone(),
            a: label.pair.answer_a.clone(),
            b: label.pair.answer_b.clone(),
            row: label.pair.row.clone(),
        });
    }
    let tilt = serde_json::to_string(&tilt).unwrap_or_default();
    columns.insert("tilt".to_owned(), Value::from(tilt).to_string());
    columns
}

/// The columns of a pair without a decisive verdict, `null` where one would decide.
fn undecided(pair: &Pair) -> Columns {
    let mut columns = columns(&pair.as_row());
    for (name, value) in &mut columns {
        if matches!(name.as_str(), "chosen" | "rejected" | "label") {
            *value = "null".to_owned();
        }
    }
    columns
}

impl TiltColumn {
    /// The label of TRL's columns with this one beside them.
    fn label_of(&self, row: &Example, line: usize) -> Result<Label> {
        let (source, id) = (self.source.clone(), self.id.clone());
        let mut label = Label::from_row(row, line, source, id, self.at_ms)?;
        if self.verdict == Verdict::B {
            label.pair = label.pair.swapped();
        }
        label.verdict = self.verdict;
        label.labeller = self.labeller.clone();
        label.rechecks = self.rechecks.clone();
        label.origin = self.origin.clone();
        Ok(label)
    }
}

/// Whether a row is one of [`write_tilt_jsonl`].
pub(crate) fn is_tilt(row: &Row) -> bool {
    matches!(row.columns.get("tilt"), Some(Value::String(text)) if text.starts_with('{'))
}

/// The label that a row was written of.
///
/// # Errors
/// [`crate::Error::BadRow`].
pub(crate) fn label(row: &Row) -> Result<Label> {
    let expected = "the column as Tilt writes it";
    let text = match row.columns.get("tilt") {
        Some(Value::String(text)) => text,
        Some(other) => return Err(row.bad("tilt", kind_of(other), expected)),
        None => return Err(row.bad("tilt", "missing", expected)),
    };
    let mut tilt: TiltColumn =
        serde_json::from_str(text).map_err(|error| row.bad("tilt", error, expected))?;
    let Some(answers) = tilt.answers.take() else {
        return tilt.label_of(&row.example()?, row.line);
    };
    if let Some(kept) = &answers.row {
        check_row(kept, row.line)?;
    }
    Ok(Label {
        pair: Pair {
            id: tilt.id,
            prompt: answers.prompt,
            answer_a: answers.a,
            answer_b: answers.b,
            source: tilt.source,
            row: answers.row,
        },
        verdict: tilt.verdict,
        labeller: tilt.labeller,
        at_ms: tilt.at_ms,
        rechecks: tilt.rechecks,
        origin: tilt.origin,
    })
}

#[cfg(test)]
#[path = "tilt_export_tests.rs"]
mod tests;
