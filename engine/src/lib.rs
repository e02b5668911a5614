//! Tilt's mathematics: a small GPT, preference objectives, training, sampling, a
//! little world to measure it in. The same code runs in the browser's worker and in
//! the terminal.

pub mod adamw;
pub mod batch;
pub mod bench;
pub mod breath;
pub mod checkpoint;
pub mod crew;
pub mod device;
pub mod evaluate;
pub mod export;
pub mod generate;
pub mod gpt;
pub mod gpt_config;
mod grow;
pub mod hf;
pub mod identity;
pub mod judge;
pub mod kernels;
pub mod lab;
pub mod layout;
pub mod logps;
pub mod loss;
pub mod memory;
pub mod model;
pub mod muon;
pub mod parameter_table;
pub mod pass;
pub mod pretrain;
pub mod random;
pub mod readback;
pub mod self_test;
pub mod sequence;
pub mod session;
#[cfg(test)]
mod testing;
pub mod text;
pub mod world;
