//! What a preference dataset is like: counts, repeats, contradictions, lengths, margins,
//! variety, and what follows from them.
//!
//! Pure: rows with what was measured of them go in, a [`DataReport`] comes out. The engine
//! counts tokens and scores rows ([`Measured`]); the words stand with whoever shows them.

mod cycles;
mod diversity;
mod filter;
mod finding;
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
use crate::statistics::Share;
use serde::{Deserialize, Serialize};

pub use diversity::Diversity;
pub use filter::{Filter, apply};
pub use finding::{Finding, FindingKind, Severity};
pub use histogram::Histogram;
pub use lengths::Lengths;
pub use margins::Margins;
pub use near::NearDuplicates;
pub use row::{Fit, Measured, ReportRow, RowTokens};
pub use split::{HeldOut, split_by_prompt};
pub use training_view::TrainingView;

/// How many rows there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub rows: usize,
    /// Pairs of which one answer is preferred.
    pub decisive: usize,
    pub ties: usize,
    pub both_good: usize,
    pub both_bad: usize,
    /// One answer alone, good or bad.
    pub single: usize,
    pub held_out: usize,
    pub held_out_prompts: usize,
    /// Rows whose prompt leaves no room for an answer.
    pub dropped: usize,
    /// Rows of which an answer loses its end.
    pub cut: usize,
}

/// What a report looks at beside the rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportOptions {
    /// Tokens of a training row at most, prompt and answer.
    pub max_length: usize,
    pub held_out: HeldOut,
}

/// What a preference dataset is like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataReport {
    pub counts: Counts,
    pub max_length: usize,
    pub ties: Share,
    /// `None` without a decisive row whose tokens were counted.
    pub lengths: Option<Lengths>,
    /// log pi_ref(chosen) - log pi_ref(rejected), nats; `None` where nothing was scored.
    pub reference: Option<Margins>,
    /// The judge's scores, chosen less rejected; `None` where nobody judged.
    pub judge: Option<Margins>,
    pub diversity: Diversity,
    /// One for each statistic that there is, in the order of [`FindingKind::ALL`].
    pub findings: Vec<Finding>,
}

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
        let counts = Counts::of(rows, options);
        let measured = || rows.iter().map(|row| row.measured);
        let mut report = DataReport {
            counts,
            max_length: options.max_length,
            ties: Share::new(counts.ties, counts.rows - counts.single),
            lengths: Lengths::of(rows),
            reference: Margins::of(measured().map(|row| row.reference_margin)),
            judge: Margins::of(measured().map(|row| row.judge_margin)),
            diversity: Diversity::of(rows),
            findings: Vec::new(),
        };
        report.findings = finding::findings(&report, rows, near);
        report
    }

    pub fn finding(&self, kind: FindingKind) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.kind == kind)
    }
}

impl Counts {
    fn of(rows: &[ReportRow<'_>], options: ReportOptions) -> Counts {
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
        Counts {
            rows: rows.len(),
            decisive: count(&|row| row.is_decisive()),
            ties: with(Verdict::Tie),
            both_good: with(Verdict::BothGood),
            both_bad: with(Verdict::BothBad),
            single: count(&|row| row.is_single()),
            held_out: count(&held_out),
            held_out_prompts: held_prompts.len(),
            dropped: count(&|row| row.fit(options.max_length) == Fit::Dropped),
            cut: count(&|row| row.fit(options.max_length) == Fit::Cut),
        }
    }
}

#[cfg(test)]
mod tests;
