//! What is measured of a model: answers, win rates, KL, tokens, and how well it knows the
//! world.

mod alignment;
mod answers;
mod fluency;
mod inspect;
mod kl;
mod pairs;
mod reward_model;
mod road;
mod run_result;
mod win_rate;
mod world_fit;
mod world_session;

pub use alignment::{Alignment, AlignmentTask};
pub use answers::{WorldAnswer, answer_prompts, prompt_ids, some_held_out_prompts};
pub use fluency::{AttributeAgreement, Fluency, Frequency, fluency, judge_on_world};
pub use inspect::{Inspector, next_tokens};
pub use kl::kl_of_answers;
pub use pairs::{DrawnPair, PairDrawer, check_sampling};
pub use reward_model::{RewardModelPiece, RewardModelRun};
pub use road::RoadTask;
pub use run_result::{Wanted, run_result};
pub use win_rate::{DECISIVE_WANTED, WinRateRun};
pub use world_fit::{WorldFit, world_fit};
pub use world_session::world_session;
