//! Lessons as data: what one consists of, how it is read, what was measured, and whether
//! a check holds. `docs/lessons.md` has the format.
//!
//! Everything here is a pure function: the page plays lessons with it, and the terminal
//! verifies them.

mod act;
mod check;
mod check_reading;
mod defect;
mod document;
mod estimate;
mod expected;
mod facts;
mod label_facts;
mod label_rows;
mod label_source;
mod measured;
mod names;
mod node;
mod pack;
mod place;
mod predict;
mod quantity;
mod run_settings;
mod seeding;
mod setup;
mod step;
mod verdict;
mod words;

pub use act::{Act, LabelAct, acts_done, runs_of_acts};
pub use check::{At, Bounds, Check, Direction, Relation, RunBack};
pub use check_reading::CHECK_KINDS;
pub use defect::Defect;
pub use document::{LESSON_VERSION, Lesson, Verify};
pub use estimate::Standing;
pub use facts::{CurveFacts, Facts, KlFacts, RunFacts, SampleFacts, TokenFacts, WinRateFacts};
pub use label_facts::{AgreementFacts, LabelFacts, LabellerFacts};
pub use label_rows::{LabelRows, MOST_LABEL_ROWS};
pub use label_source::{LabelSource, LabelledBy};
pub use measured::{Outcome, outcome};
pub use pack::{pack, unpack};
pub use place::Place;
pub use predict::{Measure, Predict, Prediction};
pub use quantity::Quantity;
pub use run_settings::{RunSettings, known_names, setting_names};
pub use setup::Setup;
pub use step::{Explain, Quiz, Step};
pub use verdict::{Verdict, check};

#[cfg(test)]
mod act_tests;
#[cfg(test)]
mod check_tests;
#[cfg(test)]
mod claim_tests;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod read_tests;
#[cfg(test)]
mod refused_tests;
#[cfg(test)]
mod shipped_tests;
#[cfg(test)]
mod teacher_tests;
