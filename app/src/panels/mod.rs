//! The panels of the Lab, one file each.

pub mod against_dpo;
pub mod agreement;
pub mod autolabel;
pub mod autolabel_more;
pub mod compare;
pub mod data;
pub mod formula;
pub mod help;
pub mod label;
pub mod label_progress;
pub mod metrics;
pub mod notices;
pub mod pacing;
pub mod parameters;
pub mod runs;
pub mod top_bar;
pub mod train;
pub mod trl_config;
pub mod verdict_row;
pub mod verdicts;
pub mod win_rate;
pub mod write;
