//! The panels of the Lab, one file each.

pub mod autolabel;
pub mod compare;
pub mod data;
pub mod formula;
pub mod help;
pub mod label;
pub mod metrics;
pub mod notices;
pub mod top_bar;
pub mod train;
pub mod verdicts;
pub mod win_rate;
