//! Charts as inline SVG: one file a chart, and the parts they are made of.

pub mod class_curves;
pub mod controls;
pub mod frontier;
pub mod grad_norm;
pub mod histogram;
pub mod learning_rate;
pub mod logps;
pub mod loss;
pub mod margins;
pub mod sweep;
pub mod win_rate;

mod bins;
pub mod export;
mod figure;
mod grid;
mod line_chart;
mod line_data;
mod metric_chart;
pub mod more;
mod over_optimisation;
pub mod path;
mod plot;
mod reward;
pub mod run_style;
pub mod scale;
pub mod scatter;
mod smooth;
pub mod table;
