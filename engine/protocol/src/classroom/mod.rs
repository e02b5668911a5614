//! What a classroom collects: a learner's report, and what many of them say together.
//! `docs/lessons.md` has the report's format.
//!
//! Everything here is a pure function: the page writes and reviews reports with it, and the
//! terminal replays them.

mod alpha;
mod anonymous;
mod gathered;
mod gradebook;
mod moment;
mod pooled;
mod recheck;
mod replayable;
mod report;
mod report_file;
mod rerun;
mod tally;
mod way;
mod xapi;

pub use alpha::krippendorff_alpha;
pub use anonymous::FreeTexts;
pub use gathered::{HandedIn, LessonReports, SetAside, WhyAside, called, gather};
pub use gradebook::{Named, gradebook_csv};
pub use pooled::{Majority, Pooled, PooledPair};
pub use recheck::{Doubtful, recheck, unfounded};
pub use replayable::{ELSEWHERE, NotReplayable, replayable};
pub use report::{
    ActReport, AnswerReport, CurveReport, LabelReport, LearnerReport, PredictionReport,
    REPORT_VERSION, ReportFacts, RunReport, StepTimes,
};
pub use report_file::{NotAReport, embedded};
pub use rerun::{Agreement, Differs, compare_curves};
pub use tally::{Asked, Said, StepPredictions, Verdicts, Wrong, predictions_of, wrong_of};
pub use way::{Count, Way, quiz_right};
pub use xapi::{activity_id, xapi_statements};

#[cfg(test)]
mod board_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod xapi_tests;
