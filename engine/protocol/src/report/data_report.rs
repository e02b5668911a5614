//! What a report says.

use super::diversity::Diversity;
use super::finding::{Finding, FindingKind};
use super::lengths::Lengths;
use super::margins::Margins;
use crate::held_out::HeldOut;
use crate::statistics::Proportion;
use serde::{Deserialize, Serialize};

/// How many rows there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
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
    pub counts: RowCounts,
    pub max_length: usize,
    pub ties: Proportion,
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
    pub fn finding(&self, kind: FindingKind) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.kind == kind)
    }
}
