//! The judge: reads an answer's attributes from its text, scores it under
//! principles, compares answers, and counts wins.
//!
//! It never sees what the generator drew. It knows no model and no session.

mod read;
mod score;
mod sentences;
mod verdict;
mod win_rate;

pub use read::{ReadAttributes, read_attributes};
pub use score::{Weighted, attribute, rewards, score};
pub use verdict::{Comparison, Verdict, compare, compare_biased, with_noise};
pub use win_rate::WinRate;

#[cfg(test)]
mod sets_tests;
#[cfg(test)]
mod tests;
