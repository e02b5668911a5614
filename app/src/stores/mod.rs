//! What the page knows, as plain data in signals. Each store has one writer, its own
//! module, and knows nothing of the whole lab.

pub mod bench;
pub mod blind;
pub mod board;
pub mod charts;
pub mod class;
pub mod closed_form;
pub mod data_report;
pub mod engine;
pub mod evaluate;
pub mod form;
pub mod growing_curve;
pub mod import;
pub mod judged;
pub mod lab_arrival;
pub mod lab_code;
pub mod label_saving;
pub mod labels;
pub mod lesson;
pub mod lesson_list;
pub mod models;
pub mod notices;
pub mod others;
pub mod pace;
pub mod queue;
pub mod replay;
pub mod resume;
pub mod run;
pub mod run_result;
pub mod run_saving;
pub mod runs;
pub mod saving;
pub mod selection;
pub mod settings;
pub mod sweep;
pub mod tickets;
