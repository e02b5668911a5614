//! Plain data and pure functions: no signal, no browser.

pub mod address;
pub mod agreement;
pub mod arrivals;
pub mod autolabel_form;
pub mod bench_form;
pub mod closed_bars;
pub mod curves;
pub mod history;
pub mod label_filter;
pub mod label_history;
pub mod level;
pub mod ordered;
pub mod parameters;
pub mod random;
pub mod recheck;
pub mod tilt;
pub mod training_view;
