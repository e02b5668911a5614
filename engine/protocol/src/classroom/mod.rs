//! What a classroom collects: a learner's report, and what many of them say together.
//! `docs/lessons.md` has the report's format.
//!
//! Everything here is a pure function: the page writes and reviews reports with it, and the
//! terminal replays them.

mod recheck;
mod report;
mod report_file;
mod rerun;

pub use recheck::{Doubtful, recheck, unfounded};
pub use report::{
    ActReport, AnswerReport, CurveReport, LabelReport, LearnerReport, PredictionReport,
    REPORT_VERSION, ReportFacts, RunReport, StepTimes,
};
pub use report_file::{NotAReport, embedded};
pub use rerun::{Agreement, Differs, compare_curves};

#[cfg(test)]
mod tests;
