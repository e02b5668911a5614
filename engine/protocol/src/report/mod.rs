//! What a preference dataset is like: counts, repeats, contradictions, lengths, margins,
//! variety, and what follows from them.
//!
//! Pure: rows with what was measured of them go in, a [`DataReport`] comes out. The engine
//! counts tokens and scores rows ([`MeasuredRow`]); the words stand with whoever shows them.

mod cycles;
mod data_report;
mod diversity;
mod filter;
mod finding;
mod findings;
mod histogram;
mod lengths;
mod margins;
mod near;
mod repeats;
mod row;
mod split;
mod training_view;
mod words;

use crate::label::Verdict;
use crate::statistics::Proportion;

pub use crate::held_out::HeldOut;
pub use data_report::{DataReport, ReportOptions, RowCounts};
pub use diversity::Diversity;
pub use filter::{Filter, apply};
pub use finding::{Finding, FindingKind, Severity};
pub use histogram::Histogram;
pub use lengths::Lengths;
pub use margins::Margins;
pub use near::NearDuplicates;
pub use row::{MeasuredRow, ReportRow, RowFit, RowTokens};
pub use split::split_by_prompt;
pub use training_view::TrainingView;

impl DataReport {
    pub fn of(rows: &[ReportRow<'_>], options: ReportOptions) -> DataReport {
        DataReport::with_near(rows, &NearDuplicates::of(rows), options)
    }

    /// As [`DataReport::of`], where the near-duplicates among the rows are known already:
    /// finding them is most of the work.
    pub fn with_near(
        rows: &[ReportRow<'_>],
        near: &NearDuplicates,
        options: ReportOptions,
    ) -> DataReport {
        let counts = RowCounts::of(rows, options);
        let measured = || rows.iter().map(|row| row.measured);
        let mut report = DataReport {
            counts,
            max_length: options.max_length,
            ties: Proportion::new(counts.ties, counts.rows - counts.single),
            lengths: Lengths::of(rows),
            reference: Margins::of(measured().map(|row| row.reference_margin)),
            judge: Margins::of(measured().map(|row| row.judge_margin)),
            diversity: Diversity::of(rows),
            findings: Vec::new(),
        };
        report.findings = findings::findings(&report, rows, near);
        report
    }
}

impl RowCounts {
    fn of(rows: &[ReportRow<'_>], options: ReportOptions) -> RowCounts {
        let count = |is_meant: &dyn Fn(&ReportRow<'_>) -> bool| {
            rows.iter().filter(|row| is_meant(row)).count()
        };
        let with = |verdict: Verdict| count(&|row| row.verdict == verdict && !row.is_single());
        let held_out = |row: &ReportRow<'_>| options.held_out.holds(row.prompt);
        let held_prompts: std::collections::HashSet<&str> = rows
            .iter()
            .filter(|row| held_out(row))
            .map(|row| row.prompt)
            .collect();
        RowCounts {
            rows: rows.len(),
            decisive: count(&|row| row.is_decisive()),
            ties: with(Verdict::Tie),
            both_good: with(Verdict::BothGood),
            both_bad: with(Verdict::BothBad),
            single: count(&|row| row.is_single()),
            held_out: count(&held_out),
            held_out_prompts: held_prompts.len(),
            dropped: count(&|row| row.fit(options.max_length) == RowFit::Dropped),
            cut: count(&|row| row.fit(options.max_length) == RowFit::Cut),
        }
    }
}

#[cfg(test)]
mod tests;
