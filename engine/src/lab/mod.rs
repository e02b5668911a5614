//! The lab behind the page: commands in, events out.
//!
//! It knows no browser. The worker (or a test) hands it requests, lets it
//! [`advance`](EngineLab::advance) while there is work, and sends on what lies in the
//! outbox. Each advance is short (one optimiser step, one chunk of answers), so
//! that pause, stop and cancel land in between.

mod advance;
mod candidates;
mod commands;
mod compare;
mod compare_roads;
mod export;
mod job;
mod load;
mod measure_kl;
mod online_run;
mod report;
mod reporting;
mod reward_model;
mod roads;
mod run;
mod run_result;
mod score;
mod state;
mod status;
mod task;
mod training_run;
mod warm_up;
mod watch;

pub use state::{EngineLab, Outgoing};
