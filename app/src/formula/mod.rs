//! An objective as mathematics: its formula, what its letters stand for, and the
//! numbers of one pair in it.

mod dpo_terms;
mod math;
mod numbers;
mod objectives;
mod pair_loss;
mod start;

pub use numbers::pair_text;
pub use objectives::formula;
pub use start::{StartingLoss, starting_loss};
