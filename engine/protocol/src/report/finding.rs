//! What a statistic of a dataset amounts to, and how serious that is.

use super::filter::Filter;
use serde::{Deserialize, Serialize};

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// How many decisive pairs there are.
    Pairs,
    Ties,
    Duplicates,
    NearDuplicates,
    /// Preferences of an answer to itself or to none.
    SameAnswers,
    Contradictions,
    Cycles,
    Length,
    /// What the frozen reference already prefers.
    Reference,
    /// What a judge prefers.
    Judge,
    TooLong,
    Prompts,
    /// How much the answers' words repeat.
    Words,
}

impl FindingKind {
    pub const ALL: [FindingKind; 13] = [
        FindingKind::Pairs,
        FindingKind::Ties,
        FindingKind::Duplicates,
        FindingKind::NearDuplicates,
        FindingKind::SameAnswers,
        FindingKind::Contradictions,
        FindingKind::Cycles,
        FindingKind::Length,
        FindingKind::Reference,
        FindingKind::Judge,
        FindingKind::TooLong,
        FindingKind::Prompts,
        FindingKind::Words,
    ];

    /// The stable name, for example `near_duplicates`.
    pub fn slug(self) -> &'static str {
        match self {
            FindingKind::Pairs => "pairs",
            FindingKind::Ties => "ties",
            FindingKind::Duplicates => "duplicates",
            FindingKind::NearDuplicates => "near_duplicates",
            FindingKind::SameAnswers => "same_answers",
            FindingKind::Contradictions => "contradictions",
            FindingKind::Cycles => "cycles",
            FindingKind::Length => "length",
            FindingKind::Reference => "reference",
            FindingKind::Judge => "judge",
            FindingKind::TooLong => "too_long",
            FindingKind::Prompts => "prompts",
            FindingKind::Words => "words",
        }
    }

    /// The filter that takes the finding's rows away, where there is one.
    pub fn filter(self, max_length: usize) -> Option<Filter> {
        Some(match self {
            FindingKind::Ties => Filter::Ties,
            FindingKind::Duplicates => Filter::Duplicates,
            FindingKind::NearDuplicates => Filter::NearDuplicates,
            FindingKind::SameAnswers => Filter::SameAnswers,
            FindingKind::Contradictions => Filter::Contradictions,
            FindingKind::Length => Filter::LengthBias,
            FindingKind::TooLong => Filter::TooLong { max_length },
            FindingKind::Pairs
            | FindingKind::Cycles
            | FindingKind::Reference
            | FindingKind::Judge
            | FindingKind::Prompts
            | FindingKind::Words => return None,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Fine,
    /// Worth knowing.
    Note,
    /// Likely to spoil what is learnt.
    Warn,
}

impl Severity {
    pub fn slug(self) -> &'static str {
        match self {
            Severity::Fine => "fine",
            Severity::Note => "note",
            Severity::Warn => "warn",
        }
    }
}

/// One statistic with what it amounts to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub kind: FindingKind,
    pub severity: Severity,
    /// The number that the finding is about: a count of rows, or a share as a fraction
    /// (`Ties`, `Length`, `Reference`, `Judge`, `Words`: distinct-1).
    pub value: f64,
    /// Rows concerned. Of repeats those that are more than one, which is what
    /// [`FindingKind::filter`] takes away.
    pub count: usize,
    /// The first of the rows concerned, group by group where rows belong together.
    pub affected: Vec<usize>,
}
