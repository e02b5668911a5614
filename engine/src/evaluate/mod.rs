//! What is measured of a model: answers, win rates, KL, tokens.

mod answers;
mod inspect;
mod pairs;
mod win_rate;
mod world_fit;

pub use answers::{WorldAnswer, answer_prompts, kl_of_answers, prompt_ids};
pub use inspect::{Inspector, next_tokens};
pub use pairs::{DrawnPair, PairDrawer, check_sampling};
pub use win_rate::WinRateRun;
pub use world_fit::{WorldFit, world_fit};
