//! The judge: reads an answer's attributes from its text, scores it under
//! principles, and compares answers.
//!
//! It never sees what the generator drew. It knows no model and no session.

mod read;
mod score;
mod sentences;
mod verdict;

pub use read::{ReadAttributes, read_attributes};
pub use score::{Weighted, attribute, rewards, score};
pub use verdict::{JudgeVerdict, Judgement, compare, compare_biased, verdict_on, with_noise};

#[cfg(test)]
mod sets_tests;
#[cfg(test)]
mod tests;
