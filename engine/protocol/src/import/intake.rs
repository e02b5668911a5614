//! A file read into a sample of its rows and a report.

use super::{
    Container, ImportOptions, Imported, Importer, RowFormat, RowOutcome, SampledRow, Sampler,
};
use crate::error::Error;
use serde::{Deserialize, Serialize};

/// Errors that a report lists at most.
const MOST_ERRORS: usize = 50;
/// Good examples that a report shows.
const MOST_PREVIEWED: usize = 5;

/// How many of a file's good rows are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Rows at most.
    pub limit: usize,
    pub seed: u64,
}

/// What was found in a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    /// `None` for a file without anything in it.
    pub container: Option<Container>,
    /// `None` without a good row.
    pub format: Option<RowFormat>,
    /// Good and refused ones.
    pub rows: usize,
    pub good: usize,
    pub refused: usize,
    /// Good rows in the sample.
    pub taken: usize,
    /// Examples of the rows in the sample.
    pub examples: usize,
    /// The first 50 at most.
    pub errors: Vec<Error>,
    /// The first 5 good examples at most, whether taken or not.
    pub preview: Vec<Imported>,
}

/// Reads a file, chunk by chunk, and keeps a sample.
pub struct Intake {
    importer: Importer,
    tally: Tally,
}

impl Intake {
    /// For a file of this name.
    pub fn new(name: &str, options: ImportOptions, sample: Sample) -> Intake {
        Intake {
            importer: Importer::new(name, options),
            tally: Tally {
                sampler: Sampler::new(sample.limit, sample.seed),
                report: ImportReport::default(),
            },
        }
    }

    /// Takes in the next bytes; `refused` gets the text of each row that cannot be used.
    pub fn push(&mut self, bytes: &[u8], refused: &mut impl FnMut(&str)) {
        let Intake { importer, tally } = self;
        importer.push(bytes, &mut |outcome| tally.count(outcome, refused));
    }

    /// Ends the file.
    pub fn finish(mut self, refused: &mut impl FnMut(&str)) -> (ImportReport, Vec<SampledRow>) {
        let Intake { importer, tally } = &mut self;
        importer.finish(&mut |outcome| tally.count(outcome, refused));
        let mut report = self.report();
        let rows = self.tally.sampler.finish();
        report.taken = rows.len();
        report.examples = rows.iter().map(|row| row.examples.len()).sum();
        (report, rows)
    }

    /// What is known so far; what is taken is known at the end.
    pub fn report(&self) -> ImportReport {
        ImportReport {
            container: self.importer.container(),
            format: self.importer.format(),
            ..self.tally.report.clone()
        }
    }

    /// Of CSV, the line of column names.
    pub fn header(&self) -> Option<&str> {
        self.importer.header()
    }
}

struct Tally {
    sampler: Sampler,
    report: ImportReport,
}

impl Tally {
    fn count(&mut self, outcome: RowOutcome, refused: &mut impl FnMut(&str)) {
        let report = &mut self.report;
        report.rows += 1;
        match outcome {
            RowOutcome::Good {
                number,
                line,
                examples,
            } => {
                report.good += 1;
                let room = MOST_PREVIEWED - report.preview.len();
                report.preview.extend(examples.iter().take(room).cloned());
                self.sampler.offer(SampledRow {
                    number,
                    line,
                    examples,
                });
            }
            RowOutcome::Refused { error, raw, .. } => {
                report.refused += 1;
                if report.errors.len() < MOST_ERRORS {
                    report.errors.push(error);
                }
                refused(&raw);
            }
        }
    }
}
