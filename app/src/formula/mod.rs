//! An objective as mathematics: its formula, what its letters stand for, and the
//! numbers of one pair in it.

mod compare;
mod dpo_terms;
mod live;
mod math;
mod numbers;
mod objectives;
mod pair_loss;
mod rollout_terms;
mod start;
mod terms;

pub use compare::mark_new;
pub use live::live_values;
pub use numbers::pair_text;
pub use objectives::formula;
pub use start::{StartingLoss, starting_loss};
